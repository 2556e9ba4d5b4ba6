"""What people were told last, so that nobody is told the same every five minutes."""

from datetime import datetime

from odoo_rma.sync.store.base import StoreBase
from odoo_rma.sync.store.rows import stamp


class Alerts(StoreBase):
    """Remembers the last alert per way of telling and run."""

    def alerted(self, way: str, what: str) -> tuple[str, str]:
        """Give the mark of the state that was told last (empty: that all is well, or nothing yet), and when."""
        row = self._row("SELECT mark, at FROM alert WHERE way = ? AND what = ?", way, what)
        return (row["mark"], row["at"]) if row else ("", "")

    def remember_alert(self, way: str, what: str, mark: str, at: datetime) -> None:
        """Take down what was told."""
        self._do(
            "INSERT INTO alert (way, what, mark, at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (way, what) DO UPDATE SET mark = excluded.mark, at = excluded.at",
            *(way, what, mark, stamp(at)),
        )
