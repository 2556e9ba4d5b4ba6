"""What a return leaves in the books, so that the ways which are timed side by side are held against each other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from company import Admin

Entry = tuple[Any, ...]
CREDITED = (("move_id.move_type", "=", "out_refund"), ("parent_state", "=", "posted"))
ITEM = ("account_id", "product_id", "quantity", "debit", "credit", "tax_line_id", "reconciled")
CAME_BACK = (("origin_returned_move_id", "!=", False), ("state", "=", "done"))
GOODS = ("product_id", "quantity", "location_dest_id")


def same_books(odoo: Admin, carried_out: Mapping[str, Sequence[str]]) -> None:
    """Make sure that every way left the same journal items and the same stock for orders of the same kind.

    Args:
        odoo: the administrator.
        carried_out: by way, the references of the orders that it took back, "ONE-7".

    Raises:
        SystemExit: two differ, or nothing is there.
    """
    first: dict[str, tuple[str, list[Entry]]] = {}
    for way, refs in carried_out.items():
        entries = _entries(odoo, refs)
        for ref in refs:
            found = sorted(entries[ref])
            other, expected = first.setdefault(ref.partition("-")[0], (f"{way}, {ref}", found))
            if found != expected or not found:
                raise SystemExit(f"Not the same books:\n{other}: {expected}\n{way}, {ref}: {found}")


def _entries(odoo: Admin, refs: Sequence[str]) -> Mapping[str, list[Entry]]:
    """Give the journal items of the credit notes and the goods that came back, by the order's reference."""
    fields = ["client_order_ref", "invoice_ids", "order_line"]
    orders = odoo("sale.order", "search_read", [("client_order_ref", "in", refs)], fields)
    notes = {note: o["client_order_ref"] for o in orders for note in o["invoice_ids"]}
    lines = {line: o["client_order_ref"] for o in orders for line in o["order_line"]}
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for model, key, owners, domain, shown in (
        ("account.move.line", "move_id", notes, CREDITED, ITEM),
        ("stock.move", "sale_line_id", lines, CAME_BACK, GOODS),
    ):
        rows = odoo(model, "search_read", [(key, "in", list(owners)), *domain], [key, *shown])
        for row in rows:
            found[owners[row[key][0]]].append((model, *_plain(row[field] for field in shown)))
    return found


def _plain(values: Iterable[Any]) -> Iterable[str]:
    """Write values so that they can be sorted; a link as its id alone."""
    return (str(v[0] if isinstance(v, list) else v) for v in values)
