"""What stays known of an RMA beside its snapshot: the documents it had in Odoo."""

from collections.abc import Iterable, Iterator, Sequence

from odoo_rma.mappings.decisions import Remembered
from odoo_rma.mappings.disposition import MOVED, NEXT, SCRAPPED
from odoo_rma.mappings.exchange import NEW_GOODS
from odoo_rma.sync.store.base import marks
from odoo_rma.sync.store.rows import Settled
from odoo_rma.sync.store.verdict import Verdicts

NOT_OURS = frozenset({"customer", "order", MOVED, SCRAPPED, NEXT, NEW_GOODS})
"""Documents of an RMA that we did not make for it, so that their end is none of our business."""

MANY = 10_000
"""How many values one query names at most: SQLite takes 32,766."""

_REMEMBER = """
INSERT INTO remembered (source, key, model, record, what, name, state) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (source, key, model, record) DO UPDATE SET name = excluded.name, state = excluded.state
"""


_REMEMBERED = """
SELECT DISTINCT record FROM remembered WHERE model = ? AND record > ? AND again = 0 ORDER BY record LIMIT ?
"""

_SEE = """
INSERT INTO seen (model, record, name, source, key) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (model, record, source, key) DO UPDATE SET name = excluded.name
"""


class Memory(Verdicts):
    """Remembers what was seen in Odoo, so that it is missed when a person deletes it."""

    def remembered(self, source: str, rma_id: str) -> tuple[Remembered, ...]:
        """Give every document that an RMA had in Odoo when it was looked at."""
        sql = "SELECT * FROM remembered WHERE source = ? AND key = ? ORDER BY model, record"
        return tuple(
            Remembered(r["what"], r["model"], r["record"], r["name"], bool(r["again"]))
            for r in self._rows(sql, source, rma_id)
        )

    def belonging_to(self, model: str, ids: Iterable[int]) -> set[tuple[str, str]]:
        """Give the (source, id) of the RMAs that any of these records in Odoo belongs to."""
        return self._owners("record", model, sorted(ids))

    def belonging_to_named(self, model: str, names: Iterable[str]) -> set[tuple[str, str]]:
        """The same by the names of the records."""
        return self._owners("name", model, sorted(names))

    def _owners(self, column: str, model: str, values: Sequence[int | str]) -> set[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        for start in range(0, len(values), MANY):
            some = values[start : start + MANY]
            sql = f"SELECT DISTINCT source, key FROM seen WHERE model = ? AND {column} IN ({marks(some)})"  # noqa: S608
            found |= {(r["source"], r["key"]) for r in self._rows(sql, model, *some)}
        return found

    def remembered_records(
        self, most: int, model: str = "", record: int = 0
    ) -> Iterator[tuple[str, set[int]]]:
        """Give all records in Odoo that are remembered and not to be made again: a model, and at most so many of its records.

        Begins after this record of this model.
        """
        sql = "SELECT DISTINCT model FROM remembered WHERE model >= ? ORDER BY model"
        for row in self._rows(sql, model):
            last = record if row["model"] == model else 0
            while page := self._rows(_REMEMBERED, row["model"], last, most):
                last = page[-1]["record"]
                yield row["model"], {r["record"] for r in page}

    def _remember(self, one: Settled, *, good: bool) -> None:
        """Take down what was seen. What was to be made again and is fine now counts like any other document."""
        if good:
            # A transfer that stays canceled stays forgiven.
            self._do(
                "DELETE FROM remembered WHERE source = ? AND key = ? AND again = 1"
                " AND NOT (model = 'stock.picking' AND state = 'cancel')",
                *(one.source, one.id),
            )
        for d in one.documents:
            if d.id:
                self._do(_SEE, d.model, d.id, d.name, one.source, one.id)
            if d.id and d.what not in NOT_OURS:
                self._do(_REMEMBER, one.source, one.id, d.model, d.id, d.what, d.name, d.state)

    def _make_again(self, source: str, rma_id: str) -> None:
        self._do("UPDATE remembered SET again = 1 WHERE source = ? AND key = ?", source, rma_id)
