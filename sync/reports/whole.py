"""The whole reconciliation as JSON, for other programs and for the archive; the long lists are written as they are read."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from odoo_rma.mappings.drift.result import Reconciliation
from odoo_rma.mappings.money import Decimal, plain
from odoo_rma.sync.reports.about import release
from odoo_rma.sync.reports.file import replacing

_LISTS = ("drifts", "ledger", "inventory", "stock")


def write_json(found: Reconciliation, path: Path) -> None:
    """Write everything that was found into one file.

    Raises:
        NotWritten: the disk or the rights do not allow it.

    """
    with replacing(path) as fresh, fresh.open("w", encoding="utf-8") as file:
        file.writelines(pieces(found))


def pieces(found: Reconciliation) -> Iterator[str]:
    """Give the JSON piece by piece. Amounts and quantities are text, as exact as they are."""
    yield "{\n"
    for name, value in _small(found).items():
        yield f'  "{name}": {_json(value)},\n'
    for number, name in enumerate(_LISTS):
        yield f'  "{name}": [' if not number else f',\n  "{name}": ['
        yield from _list(getattr(found.rows, name)())
        yield "]"
    yield "\n}\n"


def _small(found: Reconciliation) -> dict[str, Any]:
    """Give everything but the long lists."""
    equations = [asdict(e) | {"unexplained": e.unexplained} for e in found.equations]
    names = (name for name in found.__dataclass_fields__ if name not in ("rows", "equations"))
    return {"made_by": release(), **{name: getattr(found, name) for name in names}, "equations": equations}


def _list(rows: Iterable[Any]) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield ("," if number else "") + "\n    " + _json(row)


def _json(value: Any) -> str:
    return _ENCODER.encode(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        # One level at a time: `asdict` would copy everything below as well, row by row.
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    return str(value)


_ENCODER = json.JSONEncoder(default=_plain)
