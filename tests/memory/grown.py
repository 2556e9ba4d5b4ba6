"""More of the same: an order of the shop sold again, as often as wanted, with all that hangs on it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from memory.database import TO_MANY, Database
from memory.schema import MODELS
from memory.taken import Rows, cut, read_back

OF_AN_ORDER = ("stock.reference", "sale.order", "sale.order.line", "stock.picking", "stock.move", "stock.lot")
OF_AN_ORDER += ("stock.move.line", "account.move", "account.move.line", "account.partial.reconcile")
OF_AN_ORDER += ("account.payment",)
NAMED = ("sale.order", "stock.picking", "stock.lot", "account.move")

Ids = dict[str, dict[int, int]]
"""By model: which record of the copy stands for which one."""


def sell_again(db: Database, reference: str, name: str) -> Ids:
    """Sell once more what an order of the shop sold: ordered, delivered and invoiced as that one was, under a new name."""
    rows = _of(reference)
    ids: Ids = {}
    for model in OF_AN_ORDER:
        begin = db.next_id[model]
        ids[model] = {row["id"]: begin + n for n, row in enumerate(rows[model])}
    for model in OF_AN_ORDER:
        for row in rows[model]:
            db.put_as_it_is(model, ids[model][row["id"]], dict(_copied(model, row, ids, name)))
    return ids


@cache
def _of(reference: str) -> Rows:
    rows = cut(read_back(), [reference])
    lots = {r["lot_id"] for r in rows["stock.move.line"]}
    return {**rows, "stock.lot": [r for r in rows["stock.lot"] if r["id"] in lots]}


def _copied(model: str, row: Mapping[str, Any], ids: Ids, name: str) -> Iterator[tuple[str, Any]]:
    for field in MODELS[model].values():
        if field.stored and field.name in row:
            known = ids.get(field.target, {})
            yield field.name, _moved(row[field.name], known, many=field.kind in TO_MANY)
    if model in NAMED:
        yield "name", f"{row['name']} {name}"
    if model == "sale.order":
        yield "client_order_ref", name


def _moved(value: Any, known: Mapping[int, int], *, many: bool) -> Any:
    if many:
        chosen: Sequence[int] = value or ()
        return [known.get(x, x) for x in chosen]
    return known.get(value, value) if value is not False else False
