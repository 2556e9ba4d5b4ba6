"""Requested returns: what a person said to one, and which decisions a source was told."""

from collections.abc import Iterable

from odoo_rma.sync.store.cursors import Cursors
from odoo_rma.sync.store.intake import Intake


class Verdicts(Intake, Cursors):
    """Keeps a person's word until it stands in Odoo, and remembers what was reported."""

    def verdict(self, source: str, rma_id: str) -> tuple[bool | None, str]:
        """Give whether a person authorized a request (None: nobody said anything), and why."""
        row = self._row("SELECT authorize, why FROM verdict WHERE source = ? AND key = ?", source, rma_id)
        return (bool(row["authorize"]), row["why"]) if row else (None, "")

    def was_reported(self, source: str, rma_id: str, what: str, mark: str) -> bool:
        """Tell whether a source was told just this already."""
        sql = "SELECT 1 FROM reported WHERE source = ? AND key = ? AND what = ? AND mark = ?"
        return self._row(sql, source, rma_id, what, mark) is not None

    def was_told(self, source: str, rma_id: str, what: str) -> bool:
        """Tell whether a source was told anything of this kind."""
        sql = "SELECT 1 FROM reported WHERE source = ? AND key = ? AND what = ?"
        return self._row(sql, source, rma_id, what) is not None

    def reported(self, told: Iterable[tuple[str, str, str, str]]) -> None:
        """Take down what sources were told: source, RMA, what of it, and its mark."""
        with self._writing():
            for one in told:
                self._do(
                    "INSERT INTO reported (source, key, what, mark) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (source, key, what) DO UPDATE SET mark = excluded.mark",
                    *one,
                )

    def _set_verdict(self, source: str, rma_id: str, authorize: bool, why: str) -> None:
        self._do(
            "INSERT INTO verdict (source, key, authorize, why) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (source, key) DO UPDATE SET authorize = excluded.authorize, why = excluded.why",
            *(source, rma_id, authorize, why),
        )

    def _drop_verdict(self, source: str, rma_id: str) -> None:
        """What a person said stands in Odoo now; a line that comes up later is another question."""
        self._do("DELETE FROM verdict WHERE source = ? AND key = ?", source, rma_id)
