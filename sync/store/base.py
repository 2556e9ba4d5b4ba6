"""The open store: one connection, and the few ways to use it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Self
from unicodedata import normalize

from pydantic import ValidationError

from odoo_rma.connector.errors import Stop, StoreFailed
from odoo_rma.connector.settings_store import StorePlace
from odoo_rma.mappings.model import Rma
from odoo_rma.sync.store.database import Database, Row, open_database
from odoo_rma.sync.store.rows import stamp

LOOK_AGAIN = "state = 'open', rest_until = NULL, asked = rma.asked + 1"
"""What is set in the table `rma` to ask for another look, whoever is at work on the return now."""


class NotFound(Stop):
    """Nothing is known under this name. `odoo-rma quarantine list` and `odoo-rma runs` show what there is."""


class Ambiguous(Stop):
    """Several sources use this name; write it as source/id."""


class StoreBase:
    """Opens, closes, reads and writes. All SQL stands in the modules of this folder, one text for all databases."""

    def __init__(self, database: Database) -> None:
        self.place = database.place
        self._database = database
        self._run: int | None = None

    @classmethod
    def open(cls, place: StorePlace) -> Self:
        """Open the store, made where it does not exist yet.

        Raises:
            StoreFailed: damaged, written by a newer release, or out of reach; it is untouched.

        """
        return cls(open_database(place))

    def close(self) -> None:
        """Let go of it."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _writing(self) -> AbstractContextManager[None]:
        return self._database.writing()

    def _rows(self, sql: str, *values: Any) -> Sequence[Row]:
        return self._database.rows(sql, values)

    def _row(self, sql: str, *values: Any) -> Row | None:
        rows = self._database.rows(sql, values)
        return rows[0] if rows else None

    def _do(self, sql: str, *values: Any) -> int:
        return self._database.do(sql, values)

    def _snapshot(self, row: Row) -> Rma:
        try:
            return Rma.model_validate_json(row["snapshot"])
        except ValidationError as error:
            raise StoreFailed(
                f"The store {self.place} holds {row['source']}/{row['id']} in a form that this release cannot read. "
                "Move the store away and run again: everything is found anew from Odoo and the sources."
            ) from error

    def _ask_again(self, source: str, rma_id: str) -> int:
        """Ask for another look at an RMA that no person has ended; gives how many that are."""
        sql = f"UPDATE rma SET {LOOK_AGAIN} WHERE source = ? AND id = ? AND state IN ('open', 'finished')"  # noqa: S608
        return self._do(sql, source, rma_id)

    def _log(self, source: str, key: str, now: datetime, what: str, text: str) -> None:
        self._do(
            "INSERT INTO event (source, key, at, run, what, text) VALUES (?, ?, ?, ?, ?, ?)",
            *(source, key, stamp(now), self._run, what, storable(text)),
        )

    def find(self, text: str) -> list[tuple[str, str]]:
        """Give the (source, id) of all that is known under an id, a number, or `source/id`.

        Ids count before numbers, so that a number that is another RMA's id does not hide it.
        """
        for column in ("key", "number"):
            sql = (
                "SELECT source, key FROM ("  # noqa: S608 (the column comes from the line above)
                "SELECT seq, source, id AS key, number FROM rma"
                " UNION ALL SELECT seq, source, key, NULL AS number FROM quarantine) known"
                f" WHERE {column} = ?1 OR source || '/' || {column} = ?1"
                " GROUP BY source, key ORDER BY source, min(seq)"
            )
            if rows := self._rows(sql, storable(normalize("NFC", text.strip()))):
                return [(row["source"], row["key"]) for row in rows]
        return []

    def find_one(self, text: str) -> tuple[str, str]:
        """Give the one (source, id) meant by what a person typed.

        Raises:
            NotFound: nothing is known under this name.
            Ambiguous: several are.

        """
        found = self.find(text)
        if not found:
            raise NotFound(f"Nothing is known under {text}. Check the number, or run `odoo-rma sync` first.")
        if len(found) > 1:
            names = ", ".join(f"{source}/{key}" for source, key in found)
            raise Ambiguous(f"{text} means several: {names}. Write one of these.")
        return found[0]


def storable(text: str) -> str:
    """Make foreign text fit for the file: broken Unicode is written out, NUL is dropped."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "")


def marks(values: Sequence[Any]) -> str:
    """Write the placeholders of an SQL `IN (…)`; nothing is in an empty one."""
    return ", ".join("?" * len(values)) or "NULL"
