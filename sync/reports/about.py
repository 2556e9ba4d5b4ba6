"""What a report says about itself: when, where, by whom, by which release, over what."""

from datetime import UTC, datetime
from importlib.metadata import version

from odoo_rma.mappings.drift import Equation
from odoo_rma.mappings.drift.result import Reconciliation
from odoo_rma.sync.reports.words import AREAS


def heading(found: Reconciliation) -> str:
    """Give the report's title."""
    return f"Returns and Odoo, {found.scope.period or 'all periods'}"


def release() -> str:
    """Name the program and its version."""
    return f"odoo-rma {version('odoo-rma')}"


def facts(found: Reconciliation) -> tuple[tuple[str, str], ...]:
    """Give what identifies the report as evidence, as labels and texts."""
    scope = found.scope
    said = (
        ("Company", found.company),
        ("Odoo", found.server),
        ("Read as", found.user),
        ("Areas", ", ".join(AREAS[a] for a in scope.areas)),
        ("Sources", ", ".join(scope.sources)),
        ("Period", scope.period or "all"),
        ("Since", scope.since.isoformat() if scope.since else ""),
        ("Returns looked at", f"{found.rmas:,}"),
        ("Began", moment(found.started)),
        ("Ended", moment(found.finished)),
        ("Requests to Odoo", f"{found.calls:,}, {found.writes:,} of them writing"),
        ("Made by", release()),
    )
    return tuple((label, text) for label, text in said if text)


def moment(at: datetime) -> str:
    """Write a moment in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def of_all(found: Reconciliation) -> list[Equation]:
    """Give the equations over everything in scope; where the scope is one month, those of that month."""
    return [e for e in found.equations if e.period in ("", found.scope.period)]


def by_month(found: Reconciliation) -> list[Equation]:
    """Give the others."""
    return [e for e in found.equations if e.period not in ("", found.scope.period)]
