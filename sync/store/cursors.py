"""Where reading goes on, and what both sides last agreed on."""

from collections.abc import Mapping

from odoo_rma.sync.store.base import StoreBase


class Cursors(StoreBase):
    """Keeps cursors and agreements; without them everything is read, and nothing counts as agreed."""

    def cursor(self, name: str) -> str | None:
        """Give where reading goes on; None at the very beginning."""
        row = self._row("SELECT value FROM cursor WHERE name = ?", name)
        return row["value"] if row else None

    def set_cursor(self, name: str, value: str) -> None:
        """Go on from here next time."""
        self._do(
            "INSERT INTO cursor (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            *(name, value),
        )

    def agreed(self, source: str, rma_id: str) -> dict[str, str]:
        """Give what both sides last agreed on, by fact."""
        sql = "SELECT fact, value FROM agreed WHERE source = ? AND key = ?"
        return {r["fact"]: r["value"] for r in self._rows(sql, source, rma_id)}

    def agree(self, source: str, rma_id: str, facts: Mapping[str, str]) -> None:
        """Take down what both sides say now."""
        if not facts:
            return
        rows = ", ".join(["(?, ?, ?, ?)"] * len(facts))
        self._do(
            f"INSERT INTO agreed (source, key, fact, value) VALUES {rows}"  # noqa: S608 (only placeholders)
            " ON CONFLICT (source, key, fact) DO UPDATE SET value = excluded.value",
            *(word for fact, value in facts.items() for word in (source, rma_id, fact, value)),
        )
