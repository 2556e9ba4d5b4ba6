"""A real Odoo for the live tests: started once, with a clean seeded database for each module that asks.

Odoo 19 has to start, or the tests fail. Odoo 14 may be skipped where its Python 3.9 is not on the machine, Medusa where
its Node.js is not, and for no other reason.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from filelock import FileLock
from live.alone import Alone, brought_in_alone

from odoo_rma.sandbox import Env, HostUnfit, Medusa, Sandbox
from odoo_rma.sandbox.folders import default_name
from odoo_rma.sandbox.medusa.admin import Admin
from odoo_rma.sandbox.medusa.node import Node
from odoo_rma.sandbox.pythons import interpreter
from odoo_rma.sandbox.recipes import recipe

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
NAME = default_name() + WORKER
"""Modules that run side by side have an Odoo each: one process of it takes a whole core."""


@pytest.fixture(scope="session")
def sandbox19() -> Sandbox:
    """Odoo 19, running; whatever keeps it from starting is an error of every test that needs it."""
    sandbox = Sandbox(version=19, name=NAME)
    sandbox.up()
    return sandbox


@pytest.fixture(scope="session")
def sandbox14() -> Sandbox:
    """Odoo 14, running; skipped only where there is no Python 3.9 for it."""
    try:
        interpreter(recipe(14))
    except HostUnfit as missing:
        pytest.skip(str(missing))
    sandbox = Sandbox(version=14, name=NAME)
    sandbox.up()
    return sandbox


@pytest.fixture(scope="module")
def medusa() -> Iterator[Medusa]:
    """A Medusa of the tests' own with the clean seeded shop; stopped afterwards, as it takes half a gigabyte."""
    try:
        Node.found()
    except HostUnfit as missing:
        pytest.skip(str(missing))
    made = Medusa(f"{NAME}-tests")
    made.down(purge=True)
    made.up()
    yield made
    made.down()


@pytest.fixture(scope="module")
def medusa_admin(medusa: Medusa) -> Admin:
    """Medusa as its administrator sees it."""
    return Admin(medusa.env())


def _database(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[Env]:
    module = request.module.__name__.rpartition(".")[2].replace("_", "-")
    database = f"{module}-{os.getpid()}"  # two runs in one checkout do not meet
    yield sandbox.reset(database)
    sandbox.drop(database)


@pytest.fixture(scope="module")
def odoo19(request: pytest.FixtureRequest, sandbox19: Sandbox) -> Iterator[Env]:
    """A clean seeded shop of the module's own on Odoo 19."""
    yield from _database(request, sandbox19)


@pytest.fixture(scope="module")
def odoo14(request: pytest.FixtureRequest, sandbox14: Sandbox) -> Iterator[Env]:
    """A clean seeded shop of the module's own on Odoo 14."""
    yield from _database(request, sandbox14)


@pytest.fixture(scope="session")
def alone(sandbox19: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Alone:
    """What one run of the sample leaves behind; made once, by the module that asks first, also for those beside it."""
    folder = tmp_path_factory.getbasetemp()
    kept = (folder.parent if WORKER else folder) / "alone.json"
    with FileLock(f"{kept}.lock"):
        if not kept.exists():
            made = brought_in_alone(sandbox19, f"alone-{os.getpid()}", folder / "alone")
            kept.write_text(json.dumps(asdict(made)), encoding="utf-8")
    return Alone(**json.loads(kept.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go."""
    named = os.environ.get("ODOO_RMA_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
