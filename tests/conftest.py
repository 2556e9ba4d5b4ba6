"""What all tests share."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from stores import Server, running_server

from odoo_rma.connector.settings_store import StorePlace

settings.register_profile("ours", deadline=None)
settings.load_profile("ours")
# How long an example takes says how busy the machine is, nothing else.

LONGEST = (
    "live/test_kills.py",
    "live/test_demo_medusa.py",
    "live/test_two_at_once.py",
    "live/test_bad_input.py",
    "live/test_retail.py",
    "live/test_disposition.py",
    "live/test_sample.py",
    "live/test_reconcile_many.py",
    "live/test_retail_seen.py",
    "live/test_medusa.py",
    "live/test_medusa_source.py",
    "live/test_gift_cards.py",
    "live/test_workers.py",
    "faults/test_whole_life.py",
    "faults/test_killed_in_memory.py",
    "faults/test_many_years.py",
    "faults/test_cli_bad_files.py",
    "faults/test_workers.py",
    "faults/test_cli_bad_settings.py",
    "faults/test_hostile_files.py",
    "faults/test_cli_disks.py",
    "faults/test_processes.py",
    "faults/test_two_hosts.py",
    "faults/test_secrets.py",
    "property/test_interrupted.py",
    "property/test_policy.py",
    "unit/test_sandbox_medusa.py",
    "property/test_model.py",
    "unit/test_cli_terminal.py",
    "unit/test_medusa_conformance.py",
    "unit/test_report_workbook.py",
    "unit/test_extending_page.py",
)
"""The files that take longest, in turn; what a run of one kind of tests does not have is passed over."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, then what has most tests: of two workers, none begins something long at the end."""
    here = Path(__file__).parent
    assert not [name for name in LONGEST if not (here / name).exists()], (
        "LONGEST names a file that is no more"
    )
    tests = Counter(item.path for item in items)

    def turn(item: pytest.Item) -> tuple[int, int]:
        name = item.path.relative_to(here).as_posix()
        return LONGEST.index(name) if name in LONGEST else len(LONGEST), -tests[item.path]

    items.sort(key=turn)


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder of the test's own with a short path: sockets may lie below it, and their names have a limit."""
    with TemporaryDirectory(prefix="rma-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A real PostgreSQL for stores, started once for all tests."""
    with running_server() as running:
        yield running


@pytest.fixture(params=["file", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StorePlace:
    """A place for a store, once as a file and once on a server: what holds for one holds for the other."""
    if request.param == "file":
        return tmp_path / "store.sqlite"
    found: Server = request.getfixturevalue("server")
    return found.place()
