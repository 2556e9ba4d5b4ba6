"""The proof: for each measure, the source's total and the listed differences make up Odoo's total, as formulas."""

from collections.abc import Sequence

from xlsxwriter.utility import xl_col_to_name as letter

from odoo_rma.mappings.drift import DriftKind, Equation
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.sync.reports.totals import Totals
from odoo_rma.sync.reports.words import AREAS, KINDS, digits_of
from odoo_rma.sync.reports.xlsx.lists import Written
from odoo_rma.sync.reports.xlsx.page import Page

TIES, OPEN = "ties out", "UNEXPLAINED"
ALL_TIE = "Every total ties out"
NOT_PROVEN = "NOT PROVEN: at least one total is not explained"

_FIXED = ("Area", "Measure", "Period", "Source says")


class Equations:
    """The table of equations, and the one line that sums it up."""

    def __init__(self, equations: Sequence[Equation], differences: Written, totals: Totals) -> None:
        self._equations, self._differences, self._totals = equations, differences, totals
        self._kinds = [
            k for k in DriftKind if any(self._value(e, k) or e.differences.get(k) for e in equations)
        ]
        self._last = len(_FIXED) + len(self._kinds)

    def verdict(self, page: Page, first: int) -> None:
        """Write the line that sums up; the equations will stand from row `first` on, counted from 0."""
        column = letter(self._last + 2)
        checks = f"${column}${first + 1}:${column}${first + max(len(self._equations), 1)}"
        formula = f'IF(COUNTIF({checks},"{TIES}")=ROWS({checks}),"{ALL_TIE}","{NOT_PROVEN}")'
        proven = bool(self._equations) and not any(map(self._left, self._equations))
        page.verdict(0, formula, ALL_TIE, NOT_PROVEN, is_good=proven)

    def write(self, page: Page) -> None:
        """Write the table."""
        heads = page.row
        kinds = [KINDS[kind][0] for kind in self._kinds]
        numbers = range(len(_FIXED) - 1, self._last + 2)
        page.heads([*_FIXED, *kinds, "Odoo says", "Unexplained", "Check"], numbers)
        for equation in self._equations:
            self._line(page, equation, heads)
            page.next()

    def _line(self, page: Page, equation: Equation, heads: int) -> None:
        at, last, digits = page.row + 1, self._last, digits_of(equation.measure)
        page.text(0, AREAS[equation.area])
        page.text(1, equation.measure)
        page.period(2, equation.period or "all")
        page.number(3, equation.source_total, equation.measure)
        for column, kind in enumerate(self._kinds, len(_FIXED)):
            where = {"Area": f"$A{at}", "Measure": f"$B{at}", "Kind": f"{letter(column)}${heads + 1}"}
            period = {"Period": f"$C{at}"} if equation.period else {}
            formula = f"ROUND({self._differences.sum('Odoo less source', where | period)},{digits})"
            page.formula(column, formula, self._value(equation, kind), equation.measure)
        page.number(last, equation.erp_total, equation.measure)
        listed = f"-SUM(E{at}:{letter(last - 1)}{at})" if self._kinds else ""
        left, unexplained = f"ROUND({letter(last)}{at}-D{at}{listed},{digits})", self._left(equation)
        page.formula(last + 1, left, unexplained, equation.measure)
        check = f'IF({letter(last + 1)}{at}=0,"{TIES}","{OPEN}")'
        page.verdict(last + 2, check, TIES, OPEN, is_good=not unexplained)

    def _value(self, equation: Equation, kind: DriftKind) -> Decimal:
        return self._totals.listed(equation.area, equation.measure, equation.period, kind)

    def _left(self, equation: Equation) -> Decimal:
        listed = sum((self._value(equation, kind) for kind in self._kinds), ZERO)
        return equation.erp_total - equation.source_total - listed
