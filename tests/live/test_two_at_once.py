"""Two machines, each with a store and a copy of the files of its own, on one Odoo at once: no lock stands between them.

What keeps them from doing things twice is Odoo's own index of external ids. Each may give way to the other and end
with 1 ("undecided"); after one more run everything is as if there had been one.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from live.alone import Alone
from live.books import Tables
from office import Office
from office.odoo_state import differences, odoo_state

from odoo_rma.sandbox import Sandbox

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(1800),
]  # a minute or two; more where others want the machine too

DATABASE = f"two-{os.getpid()}"  # two runs of the tests in one checkout do not meet


@pytest.fixture
def offices(sandbox19: Sandbox, tmp_path: Path) -> Iterator[list[Office]]:
    """A clean shop, and two offices with the same files; small batches, so that they meet often."""
    env = sandbox19.reset(DATABASE)
    offices = [Office(tmp_path / name, env, batch=10) for name in ("one", "two")]
    for office in offices:
        office.take_sample()
    yield offices
    sandbox19.drop(DATABASE)


@pytest.mark.parametrize("_time_of_three", [1, 2, 3])
def test_two_runs_without_a_common_lock_do_nothing_twice(
    offices: list[Office], alone: Alone, _time_of_three: int
) -> None:
    processes = [office.start("sync") for office in offices]
    for office, process in zip(offices, processes, strict=True):
        ended = office.wait(process)
        ended.is_plain()
        assert ended.code in (1, 3), ended.err
    assert held_by_mistake(offices) == []
    for office in offices:
        office.run("sync").says(3)
    assert not (differing := differences(alone.state, odoo_state(offices[0].env))), "\n".join(differing)
    before = Tables(offices[0].env).marks()
    assert [office.run("sync", "--json").data["writes"] for office in offices] == [0, 0]
    assert Tables(offices[0].env).marks() == before
    assert offices[0].quarantine() == offices[1].quarantine()


def held_by_mistake(offices: list[Office]) -> list[str]:
    """Name what one run set aside only because the other was quicker: a person would have to release it."""
    waiting = [office.quarantine() for office in offices]
    return [
        f"{rma}: {why}"
        for quarantine in waiting
        for rma, (why, *_) in quarantine.items()
        if "odoo_refused" in why
    ]
