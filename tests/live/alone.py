"""What the sample leaves behind when one run brings it in by itself: what every disturbed run is held against."""

from dataclasses import dataclass
from pathlib import Path

from office import Office
from office.odoo_state import State, odoo_state

from odoo_rma.sandbox import Sandbox


@dataclass(frozen=True)
class Alone:
    """Odoo's state in the end, and why each RMA that waits does."""

    state: State
    quarantine: dict[str, list[str]]


def brought_in_alone(sandbox: Sandbox, database: str, folder: Path) -> Alone:
    """Bring the sample into a clean shop, in small batches."""
    office = Office(folder, sandbox.reset(database), batch=10)
    office.take_sample()
    office.run("sync").says(3)
    state = odoo_state(office.env)
    assert state["units of no move"] == []
    alone = Alone(state, office.quarantine())
    sandbox.drop(database)
    return alone
