"""The page for everybody: whether both sides agree, how the returns went, what differs. One file, readable offline."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from heapq import nsmallest
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from odoo_rma.mappings.drift import UNITS, Drift, DriftKind, Equation, Link
from odoo_rma.mappings.drift.result import Reconciliation
from odoo_rma.mappings.money import ZERO, Decimal, minor_unit
from odoo_rma.sync.reports.about import by_month, facts, heading, moment, of_all, release
from odoo_rma.sync.reports.columns import age
from odoo_rma.sync.reports.file import replacing
from odoo_rma.sync.reports.page.charts import charts
from odoo_rma.sync.reports.page.drawing import WIDTH
from odoo_rma.sync.reports.page.figures import Figures
from odoo_rma.sync.reports.text import is_web, printable
from odoo_rma.sync.reports.totals import Totals
from odoo_rma.sync.reports.words import AREAS, KINDS, number

SHOWN = 200
"""So many differences stand on the page."""


def write_html(found: Reconciliation, path: Path, *, shown: int = SHOWN) -> None:
    """Write the page.

    Args:
        found: what was reconciled; each long list is read once.
        path: the file.
        shown: how many differences at most, the oldest.

    Raises:
        NotWritten: the disk or the rights do not allow it.

    """
    totals = Totals()
    oldest = nsmallest(
        shown, _counted(found, totals), key=lambda d: (d.since is None, d.since or found.finished)
    )
    text = _template().render(
        **_content(found, totals, Figures(found)), shown=[_row(d, found.finished) for d in oldest]
    )
    with replacing(path) as fresh:
        fresh.write_text(text, encoding="utf-8")


def _counted(found: Reconciliation, totals: Totals) -> Iterator[Drift]:
    for drift in found.rows.drifts():
        totals.drift(drift)
        yield drift


def _content(found: Reconciliation, totals: Totals, figures: Figures) -> dict[str, Any]:
    proven = bool(found.equations) and not any(e.unexplained for e in found.equations)
    return {
        "found": found,
        "title": heading(found),
        "release": release(),
        "style": (files("odoo_rma.sync.reports") / "page" / "style.css").read_text("utf-8"),
        "proven": proven,
        "verdict": _verdict(proven, totals),
        "tiles": tuple(_tiles(found, totals, figures)),
        "equations": [_equation(e) for e in of_all(found)],
        "by_month": [_equation(e) for e in by_month(found)],
        "charts": tuple(charts(found, figures, totals.kinds.total())),
        "width": WIDTH,
        "kinds": tuple(_kinds(totals, found.fixed)),
        "total": totals.kinds.total() + totals.settled.total(),
        "facts": facts(found),
        "settings": tuple(found.settings.items()),
        "notes": tuple(map(printable, found.notes)),
    }


def _verdict(proven: bool, totals: Totals) -> str:
    if not proven:
        return "✗ Not proven: at least one total is not explained by the listed differences."
    left, settled = totals.kinds.total(), totals.settled.total()
    if not left and not settled:
        return "✓ Both sides agree: there is no difference."
    listed = f"{left + settled:,} listed difference{'s' if left + settled > 1 else ''}"
    decided = f", {settled:,} of them decided by a person," if settled else ""
    return f"✓ Every total ties out: the source's totals and {listed}{decided} come to Odoo's."


def _tiles(found: Reconciliation, totals: Totals, figures: Figures) -> Iterator[tuple[str, str, str]]:
    yield "Returns looked at", f"{found.rmas:,}", ""
    yield "Units received in Odoo", number(figures.received), ""
    for currency, amount in sorted(
        figures.credited.items(), key=lambda item: item[0] != found.company_currency
    )[:2]:
        yield "Credited", number(amount, minor_unit(currency)), currency
    yield "Differences", f"{totals.kinds.total():,}", f"{sum(found.fixed.values()):,} repaired"


def _equation(equation: Equation) -> dict[str, Any]:
    unit = None if equation.measure == UNITS else minor_unit(equation.measure)
    terms = [
        (_signed(amount, unit), KINDS[kind][0]) for kind, amount in equation.differences.items() if amount
    ]
    return {
        "what": f"{AREAS[equation.area]}, {equation.measure}",
        "period": equation.period or "all",
        "source": number(equation.source_total, unit),
        "terms": terms,
        "erp": number(equation.erp_total, unit),
        "left": number(equation.unexplained, unit),
        "ties": not equation.unexplained,
    }


def _signed(amount: Decimal, unit: Decimal | None) -> str:
    return ("+" if amount > ZERO else "") + number(amount, unit)


def _kinds(totals: Totals, fixed: Mapping[str, int]) -> Iterator[tuple[str, int, int, int, str]]:
    for kind in DriftKind:
        counts = (totals.kinds[kind], totals.settled[kind], fixed.get(kind, 0))
        if any(counts):
            yield KINDS[kind][0], *counts, KINDS[kind][1]


def _row(drift: Drift, at: datetime) -> dict[str, Any]:
    unit = None if drift.measure == UNITS else minor_unit(drift.measure)
    days = age(drift, at)
    return {
        "rma": _seen(drift.rma_link or Link(drift.label)),
        "kind": KINDS[drift.kind][0],
        "subject": printable(drift.subject),
        "message": printable(drift.message),
        "difference": f"{_signed(drift.difference, unit)} {drift.measure}" if drift.difference else "–",
        "age": "?" if days is None else days,
        "what": printable(
            f"Decided: {drift.settled}" if drift.settled else " ".join(drift.repair) or drift.way_out
        ),
        "erp": tuple(map(_seen, drift.erp_links)),
    }


def _seen(link: Link) -> Link:
    return Link(printable(link.label), link.address)


def _template() -> Any:
    made = Environment(
        loader=PackageLoader("odoo_rma.sync.reports", "page"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    made.filters |= {"px": lambda place: f"{place:.1f}", "moment": moment}
    made.tests["web"] = is_web
    return made.get_template("page.html.j2")
