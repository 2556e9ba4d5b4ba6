"""Our own memory: the last snapshot of each RMA, the quarantine, the runs. A cache and a diary, never the truth.

Deleting it loses no correctness: what stands in Odoo is found again by external id, and nothing is written twice.
A file of SQLite by default, a PostgreSQL database where several hosts share it: `database.py` says what differs.
"""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from odoo_rma.sync.report import Outcome, RunReport
from odoo_rma.sync.store.alerts import Alerts
from odoo_rma.sync.store.answers import Answered
from odoo_rma.sync.store.base import Ambiguous, NotFound, storable
from odoo_rma.sync.store.content import as_json
from odoo_rma.sync.store.hand import StillUnreadable
from odoo_rma.sync.store.rows import HELD, Entry, Moment, Reception, Run, Settled, stamp
from odoo_rma.sync.store.work import Work

__all__ = [
    "HELD",
    "Ambiguous",
    "Answered",
    "Entry",
    "Moment",
    "NotFound",
    "Reception",
    "Run",
    "Settled",
    "StillUnreadable",
    "Store",
]


class Store(Work, Alerts):
    """The open store; a context manager. Every method may raise `StoreFailed`."""

    @property
    def fresh(self) -> bool:
        """Tell that no run was ever finished: then a run reads everything the sources still have."""
        row = self._row("SELECT 1 FROM run WHERE ended IS NOT NULL AND error = '' AND dry_run = 0 LIMIT 1")
        return row is None

    def begin_run(self, command: str, at: datetime) -> int:
        """Write down that a run begins; what is written until it ends is marked with its number."""
        row = self._row("INSERT INTO run (command, started) VALUES (?, ?) RETURNING id", command, stamp(at))
        self._run = int(row["id"]) if row else None
        return self._run or 0

    def end_run(self, run_id: int, report: RunReport) -> None:
        """Write down how a run ended. RMAs that needed nothing are counted, not listed."""
        full = report.in_short()
        listed = (r for r in report.results if r.outcome is not Outcome.UNCHANGED)
        with self._writing():
            for place, result in enumerate(listed, 1):
                values = (run_id, place, as_json(asdict(result)))
                self._do("INSERT INTO run_result (run, seq, result) VALUES (?, ?, ?)", *values)
            ended = report.finished or report.started
            self.close_run(run_id, ended, int(report.exit_code), full, dry_run=report.dry_run)

    def close_run(
        self, run_id: int, at: datetime, exit_code: int, report: dict[str, Any], *, dry_run: bool = False
    ) -> None:
        """Write down how a run of any command ended; `counts` in its report are shown in the list of runs."""
        self._do(
            "UPDATE run SET ended = ?, dry_run = ?, exit_code = ?, report = ? WHERE id = ?",
            *(stamp(at), dry_run, exit_code, as_json(report), run_id),
        )
        self._run = None

    def forget_quiet_run(self, run_id: int) -> None:
        """Take a run out of the diary during which nothing happened: workers look every minute."""
        with self._writing():
            quiet = "DELETE FROM run WHERE id = ? AND NOT EXISTS (SELECT 1 FROM event WHERE run = ?)"
            if self._do(quiet, run_id, run_id):
                self._do("DELETE FROM run_result WHERE run = ?", run_id)

    def job_failed(self, job: int, error: str) -> None:
        """Write down why a job of a worker failed."""
        self._do(
            "INSERT INTO job_failure (job, error) VALUES (?, ?) ON CONFLICT (job) DO UPDATE SET error = excluded.error",
            *(job, storable(error)),
        )

    def job_went_well(self, job: int) -> None:
        """Forget why it failed before."""
        self._do("DELETE FROM job_failure WHERE job = ?", job)

    def job_failures(self) -> dict[int, str]:
        """Give why jobs failed last, by their number."""
        return {row["job"]: row["error"] for row in self._rows("SELECT job, error FROM job_failure")}

    def fail_run(self, run_id: int, at: datetime, error: str) -> None:
        """Write down that a run had to stop, and why."""
        self._do(
            "UPDATE run SET ended = ?, exit_code = 1, error = ? WHERE id = ?",
            *(stamp(at), error or "stopped", run_id),
        )
        self._run = None

    def runs(self, limit: int = 20) -> list[Run]:
        """Give the latest runs, the newest first; what each did is for `run` to say."""
        return [Run.of(row) for row in self._rows("SELECT * FROM run ORDER BY id DESC LIMIT ?", limit)]

    def runs_of(self, command: str) -> list[Run]:
        """Give the runs of one command that came to their end, the oldest first."""
        sql = "SELECT * FROM run WHERE command = ? AND report IS NOT NULL AND dry_run = 0 ORDER BY id"
        return [Run.of(row) for row in self._rows(sql, command)]

    def run(self, run_id: int) -> Run:
        """Give one run with its results.

        Raises:
            NotFound: no run has this number.

        """
        row = self._row("SELECT * FROM run WHERE id = ?", run_id)
        if row is None:
            raise NotFound(f"There was no run {run_id}. `odoo-rma runs` lists them.")
        run = Run.of(row)
        if run.report and run.report.get("results") == []:
            results = self._rows("SELECT result FROM run_result WHERE run = ? ORDER BY seq", run_id)
            run.report["results"] = [json.loads(r["result"]) for r in results]
        return run
