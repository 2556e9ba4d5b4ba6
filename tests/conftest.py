"""What all tests share."""

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
