"""The double's tables as `live.books` reads a real Odoo's, so that both can be compared row by row."""

from typing import Any

from memory.domains import search
from memory.odoo import MemoryOdoo
from memory.schema import MODELS


class MemoryTables:
    """Stands where `live.books.Tables` stands."""

    def __init__(self, odoo: MemoryOdoo) -> None:
        self.db = odoo.db

    def rows(self, model: str, domain: list[Any], *fields: str, **_named: Any) -> dict[int, dict[str, Any]]:
        """Read what matches, by id; links as bare ids."""
        found = search(self.db, model, domain)
        return {i: {"id": i, **{n: self._value(model, i, n) for n in fields}} for i in found}

    def fields(self, model: str) -> set[str]:
        """Name the fields of a model."""
        return set(MODELS[model])

    def _value(self, model: str, record: int, name: str) -> Any:
        value = self.db.value(model, record, name)
        return list(value) if isinstance(value, tuple) else value
