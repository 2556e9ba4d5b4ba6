"""`load`: records and their external ids, all rows or none, and what exists is left alone."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from memory import accounting, mail, people, stock
from memory.database import Database
from memory.domains import known_field
from memory.schema import MODELS, Field, field_of
from odoo_rma.connector.errors import Refused

Values = dict[str, Any]
Lines = list[tuple[str, Values]]
"""Sub-records: external id and values."""
Maker = Callable[[Database, Values, Lines], tuple[int, list[int]]]
"""Makes a record with its lines; gives the ids of both."""

MAKERS: Mapping[str, Maker] = {
    "res.partner": people.make_partner,
    "res.partner.category": people.make_tag,
    "stock.picking": stock.make_transfer,
    "account.move": accounting.make_entry,
    "mail.message": mail.make_message,
}


@dataclass
class _Record:
    row: int
    last: int
    name: str
    cells: Values
    sub_model: str = ""
    lines: list[Values] = field(default_factory=list)


class _BadRow(Exception):
    """A row that Odoo refuses."""


def load(db: Database, model: str, fields: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Make what is not there yet, within the caller's transaction.

    Raises:
        LoadRefused: Odoo would have rolled everything back; its answer.

    """
    if model not in MAKERS:
        raise NotImplementedError(f"the double cannot load {model}")
    made = []
    for record in _records(model, fields, rows):
        try:
            made.append(_load_one(db, model, record))
        except (_BadRow, Refused) as error:
            raise LoadRefused(_answer(record, str(error))) from None
    return {"ids": made, "messages": [], "nextrow": 0}


class LoadRefused(Exception):
    """What `load` answers after it rolled back: it does not raise over the wire."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(answer)
        self.answer = answer


def _answer(record: _Record, words: str) -> dict[str, Any]:
    where = {"from": record.row, "to": record.last}
    message = {"type": "error", "message": words, "rows": where, "record": record.row}
    return {"ids": False, "messages": [message], "nextrow": 0}


def _records(model: str, fields: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[_Record]:
    current: _Record | None = None
    for number, row in enumerate(rows):
        cells = dict(zip(fields, row, strict=True))
        own = {n: v for n, v in cells.items() if not _is_line(model, n)}
        lines = {n: v for n, v in cells.items() if _is_line(model, n)}
        if cells["id"]:
            if current:
                yield current
            current = _Record(number, number, cells["id"], own, _sub_model(model, lines))
        if current is None:
            raise NotImplementedError("the double does not load lines without a record")
        current.last = number
        if any(v != "" for v in lines.values()):
            current.lines.append({n.partition("/")[2]: v for n, v in lines.items()})
    if current:
        yield current


def _is_line(model: str, column: str) -> bool:
    name, _, rest = column.partition("/")
    return bool(rest) and rest != ".id" and field_of(model, name).kind == "one2many"


def _sub_model(model: str, lines: Values) -> str:
    return next((field_of(model, n.partition("/")[0]).target for n in lines), "")


def _load_one(db: Database, model: str, record: _Record) -> int:
    existing = db.named(record.name)
    if existing:
        return existing[1]
    lines = [(c["id"], _values(db, record.sub_model, c)) for c in record.lines]
    taken = [name for name, _ in lines if db.named(name)]
    if taken:
        raise NotImplementedError(
            f"the double does not load lines that are there without their record: {taken}"
        )
    made, made_lines = MAKERS[model](db, _values(db, model, record.cells), lines)
    db.give_name(record.name, model, made)
    for (name, _), line in zip(lines, made_lines, strict=True):
        db.give_name(name, record.sub_model, line)
    return made


def _values(db: Database, model: str, cells: Values) -> Values:
    return {c.partition("/")[0]: _value(db, model, c, v) for c, v in cells.items() if c != "id"}


def _value(db: Database, model: str, column: str, cell: Any) -> Any:
    name, _, by = column.partition("/")
    known_field(model, name)
    about = field_of(model, name)
    if by in (".id", "id"):
        return _linked(db, about, cell if by == ".id" else _ids_of(db, about, cell))
    if by:
        raise NotImplementedError(f"the double does not load {model}.{column}")
    if cell == "":
        return about.empty
    if about.kind in ("float", "monetary"):
        return float(cell)
    if about.kind == "many2one":
        return _by_name(db, about, cell)
    if about.kind == "boolean":
        return cell in ("1", 1, True)
    return json.loads(cell) if about.kind == "json" else cell


def _linked(db: Database, about: Field, cell: Any) -> Any:
    ids = tuple(int(x) for x in str(cell).split(",")) if cell not in ("", False) else ()
    for record in ids:
        if about.target in MODELS and record not in db.tables[about.target]:
            raise _BadRow(f"No matching record found for database id '{record}' in field '{about.name}'")
    if about.kind == "many2many":
        return ids
    return ids[0] if ids else False


def _ids_of(db: Database, about: Field, cell: str) -> str:
    ids = []
    for name in filter(None, cell.split(",")):
        found = db.named(name)
        if not found or found[0] != about.target:
            raise _BadRow(f"No matching record found for external id '{name}' in field '{about.name}'")
        ids.append(str(found[1]))
    return ",".join(ids)


def _by_name(db: Database, about: Field, cell: str) -> int:
    found = db.where(about.target, "name", cell) if "name" in MODELS[about.target] else []
    if not found:
        label = about.name.removesuffix("_id").replace("_", " ").capitalize()
        raise _BadRow(f"No matching record found for name '{cell}' in field '{label}'")
    return found[0]
