"""A broken network between us and a real Odoo, and an Odoo that falls over: nothing is doubled, nothing lost.

The sample's largest source goes in by the installed command, in small batches so that there are many calls. Whatever happened on
the way, after one clean run Odoo is in exactly the state that an undisturbed run leaves, and a further run writes nothing.
"""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from figures import note
from live.between import ALL, Asked, Between, Fault, be_late, between, lose_reply, pass_on
from live.ending import ends_as_if_nothing_had_happened
from office import Office
from office.odoo_state import State, odoo_state

from odoo_rma.sandbox import Sandbox

pytestmark = [pytest.mark.live, pytest.mark.timeout(1800)]

DATABASE = f"faults-{os.getpid()}"
BATCH = 20
SHOP: dict[str, dict[str, str]] = {"shop": {}}
SEED = int(os.environ.get("ODOO_RMA_SEED", "20261127"))
RUNS = 6
"""A disturbed run may give up; as many follow."""


@pytest.fixture(scope="module")
def undisturbed(sandbox19: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    """What a run leaves behind when nothing goes wrong."""
    office = Office(tmp_path_factory.mktemp("undisturbed"), sandbox19.reset(DATABASE), BATCH, sources=SHOP)
    office.take_sample()
    office.run("sync").says(3)
    yield odoo_state(office.env)
    sandbox19.drop(DATABASE)


@pytest.fixture
def disturbed(sandbox19: Sandbox, tmp_path: Path) -> Iterator[tuple[Office, Between]]:
    """A clean shop behind something broken, and an office that works through it."""
    env = sandbox19.reset(DATABASE)
    with between(env.url) as proxy:
        office = Office(tmp_path / "office", replace(env, url=proxy.url), BATCH, sources=SHOP)
        office.take_sample()
        yield office, proxy


def ends_well(office: Office, proxy: Between, undisturbed: State) -> None:
    """The network is whole again, and what was late has arrived."""
    proxy.settle()
    proxy.choose = lambda _: pass_on
    ends_as_if_nothing_had_happened(office, undisturbed)


def every_write_once(fault: Fault) -> Callable[[Asked], Fault]:
    """Disturb the first call of each writing method on the same records."""
    seen: set[tuple[str, str]] = set()

    def choose(asked: Asked) -> Fault:
        if not asked.writes or (call := (asked.name, asked.records)) in seen:
            return pass_on
        seen.add(call)
        return fault

    return choose


@pytest.mark.parametrize("fault", [lose_reply, be_late])
def test_every_call_that_writes_goes_wrong_once(
    disturbed: tuple[Office, Between], undisturbed: State, fault: Fault
) -> None:
    office, proxy = disturbed
    proxy.choose = every_write_once(fault)
    for _ in range(RUNS):
        if (ended := office.run("sync")).code == 3:
            break
        ended.is_plain()
    hit = {name.split()[1] for name in proxy.happened if name.startswith(fault.__name__)}
    assert {"stock.picking.load", "account.move.load", "account.move.action_post"} <= hit
    assert {"stock.picking.action_confirm", "stock.picking.button_validate", "mail.message.load"} <= hit
    ends_well(office, proxy, undisturbed)
    note(f"{fault.__name__.replace('_', ' ')} at each write, real Odoo", calls=hits(proxy, fault))


def hits(proxy: Between, *faults: Fault) -> int:
    """Count the calls that met one of these faults."""
    names = {fault.__name__ for fault in faults}
    return sum(count for name, count in proxy.happened.items() if name.split()[0] in names)


def test_a_network_that_breaks_in_every_way(disturbed: tuple[Office, Between], undisturbed: State) -> None:
    office, proxy = disturbed
    dice = random.Random(SEED)
    proxy.choose = lambda _: dice.choice(ALL) if dice.random() < 0.15 else pass_on
    for _ in range(RUNS):
        office.run("sync").is_plain()
    assert {name.split()[0] for name in proxy.happened} == {f.__name__ for f in (*ALL, pass_on)}
    ends_well(office, proxy, undisturbed)
    note("broken network, real Odoo", calls=hits(proxy, *ALL), kinds=len(ALL))
