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


def write_verdict(page: Page, checks: Sequence[str], *, proven: bool) -> None:
    """Write the line that sums up all checks, which stand in these ranges."""
    tie = "+".join(f'COUNTIF({place},"{TIES}")' for place in checks) or "0"
    rows = "+".join(f"ROWS({place})" for place in checks) or "1"
    formula = f'IF({tie}={rows},"{ALL_TIE}","{NOT_PROVEN}")'
    page.verdict(0, formula, ALL_TIE, NOT_PROVEN, is_good=proven)


class Equations:
    """A table of equations. `checks` is the range of its last column, once it is written."""

    def __init__(self, equations: Sequence[Equation], differences: Written, totals: Totals) -> None:
        self._equations, self._differences, self._totals = equations, differences, totals
        self._kinds = [
            k for k in DriftKind if any(self._value(e, k) or e.differences.get(k) for e in equations)
        ]
        self._last = len(_FIXED) + len(self._kinds)

    def __bool__(self) -> bool:
        return bool(self._equations)

    @property
    def proven(self) -> bool:
        """Tell that nothing is unexplained."""
        return not any(map(self._left, self._equations))

    def checks(self, sheet: str, first: int) -> str:
        """Give the range of the checks, where the equations stand from row `first` on, counted from 0."""
        column = letter(self._last + 2)
        return (
            f"'{sheet}'!${column}${first + 1}:${column}${first + len(self._equations)}"
            if self._equations
            else ""
        )

    def write(self, page: Page) -> str:
        """Write the table, and give the range of its checks."""
        heads = page.row
        numbers = range(len(_FIXED) - 1, self._last + 2)
        kinds = [KINDS[kind][0] for kind in self._kinds]
        page.heads([*_FIXED, *kinds, "Odoo says", "Unexplained", "Check"], numbers)
        for equation in self._equations:
            self._line(page, equation, heads)
            page.next()
        return self.checks(page.sheet.get_name(), heads + 1)

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
