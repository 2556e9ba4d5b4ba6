"""The change of an order that is being written in Medusa: a receipt that was begun and is neither confirmed nor dropped."""

from collections.abc import Mapping

from odoo_rma.connector.sources.medusa.api import Row
from odoo_rma.connector.sources.medusa.dossier import Dossier, number, when
from odoo_rma.connector.sources.medusa.received import Units
from odoo_rma.connector.sources.medusa.writing import Desk, Held, busy
from odoo_rma.mappings.money import ZERO, Decimal

__all__ = ["OURS", "Stands", "all_changes", "is_first", "is_mine", "make_way", "mine", "stands"]

OURS = "odoo-rma"
Stands = Mapping[tuple[str, bool], Decimal]
"""Units in a change, by order line and whether they are damaged."""

_OPEN = ("pending", "requested")
_DAMAGED = {"RECEIVE_RETURN_ITEM": False, "RECEIVE_DAMAGED_RETURN_ITEM": True}
_TURNS = 20


def all_changes(desk: Desk, order_id: str) -> list[Row]:
    """Give all changes of an order, the first one first."""
    rows = desk.api.get(f"orders/{order_id}/changes", fields="*,*actions")["order_changes"]
    return sorted(rows, key=lambda r: (str(r.get("created_at")), str(r["id"])))


def mine(desk: Desk, order_id: str) -> list[Row]:
    """Give the changes that this very writer began and that are still open."""
    return [c for c in _open(desk, order_id) if is_mine(c, desk)]


def is_mine(change: Row, desk: Desk) -> bool:
    """Tell whether this very writer began a change."""
    return desk.token in str(change.get("internal_note") or "")


def make_way(desk: Desk, dossier: Dossier) -> None:
    """Make sure that nobody is changing the order; drop what a run of ours began and left, long enough ago.

    Raises:
        Held: somebody is at it.

    """
    for change in _open(desk, dossier.order["id"]):
        if not str(change.get("internal_note") or "").startswith(OURS):
            raise Held(busy(dossier, str(change.get("change_type") or "a change").replace("_", " ")))
        if desk.is_young(when(change.get("created_at"))) and not is_mine(change, desk):
            raise Held(busy(dossier, "another run of odoo-rma receives goods"))
        desk.api.delete(f"returns/{change['return_id']}/receive")


def is_first(desk: Desk, dossier: Dossier) -> bool:
    """Tell whether the change that this writer began came first; where not, wait until the others are done.

    Two that begin in the same moment are both let in by Medusa, and whatever they do goes into the first one's change.

    Raises:
        Held: the others did not come to an end.

    """
    for turn in range(_TURNS):
        changes = _open(desk, dossier.order["id"])
        if not changes or is_mine(changes[0], desk):
            return turn == 0 and bool(changes)
        desk.pause(1)
    raise Held(busy(dossier, "another writer began at the same moment"))


def stands(change: Row) -> Stands:
    """Give the units that stand in a change."""
    found: dict[tuple[str, bool], Decimal] = {}
    for action in change.get("actions") or ():
        if action.get("action") in _DAMAGED:
            key = str(action["details"]["reference_id"]), _DAMAGED[action["action"]]
            found[key] = found.get(key, ZERO) + number(action["details"], "quantity")
    return found


def as_stands(units: Mapping[str, Units]) -> Stands:
    """Give units per order line as they have to stand in a change."""
    return {
        (i, damaged): pair[damaged] for i, pair in units.items() for damaged in (False, True) if pair[damaged]
    }


def _open(desk: Desk, order_id: str) -> list[Row]:
    return [c for c in all_changes(desk, order_id) if c.get("status") in _OPEN]
