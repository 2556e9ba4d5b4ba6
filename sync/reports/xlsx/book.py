"""The workbook: its looks, and how one cell is written."""

from datetime import UTC, date, datetime
from typing import Any

from xlsxwriter import Workbook

from odoo_rma.mappings.drift import UNITS, Link
from odoo_rma.mappings.money import Decimal
from odoo_rma.sync.reports.text import is_formula, is_web, printable
from odoo_rma.sync.reports.words import digits_of

INK, PAPER, RULE = "#1F3A4D", "#E8EEF2", "#B8C4CC"
_HEAD = {"bold": True, "font_color": "#FFFFFF", "bg_color": INK, "text_wrap": True, "valign": "vcenter"}
LOOKS: dict[str, dict[str, Any]] = {
    "plain": {"align": "left", "indent": 1},
    "wrap": {"align": "left", "indent": 1, "text_wrap": True},
    "number": {},
    "title": {"bold": True, "font_size": 18, "font_color": INK},
    "section": {"bold": True, "font_size": 13, "font_color": INK},
    "label": {"align": "left", "indent": 1, "font_color": "#5A6872"},
    "head": {**_HEAD, "align": "left", "indent": 1},
    "head_number": {**_HEAD, "align": "right"},
    "total": {"bold": True, "bg_color": PAPER, "top": 1, "border_color": RULE, "align": "left", "indent": 1},
    "total_number": {"bold": True, "bg_color": PAPER, "top": 1, "border_color": RULE},
    "verdict": {"bold": True, "align": "left", "indent": 1},
    "good": {"font_color": "#0B5D3B", "bg_color": "#DDF3E6"},
    "bad": {"font_color": "#8A1C1C", "bg_color": "#FBE3E0"},
    "link": {"align": "left", "indent": 1, "font_color": "#0B5CAD", "underline": 1},
}
A3, A4 = 8, 9
LONGEST_LITERAL = 255
"""Characters of a text inside a formula."""


class Book:
    """A workbook being written, row by row; text stays text whatever it looks like."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self._made: dict[tuple[str, str, bool, bool], Any] = {}

    def set_up(self, sheet: Any, paper: int) -> None:
        """Make a sheet fit to print: as wide as the paper, with its name and the page below."""
        sheet.set_landscape()
        sheet.set_paper(paper)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&RPage &P of &N")
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})

    def look(self, look: str = "plain", shown: str = "", *, quoted: bool = False, left: bool = False) -> Any:
        """Give a format: one of `LOOKS`, with a number format."""
        key = (look, shown, quoted, left)
        if key not in self._made:
            own = {"valign": "top", **LOOKS[look], "num_format": shown or "General"}
            own |= ({"quote_prefix": True} if quoted else {}) | ({"align": "left"} if left else {})
            self._made[key] = self.workbook.add_format(own)
        return self._made[key]

    def text(self, sheet: Any, row: int, column: int, text: str, look: str = "plain") -> None:
        """Write text; what looks like a formula stays text even after somebody edits the cell."""
        shown = printable(text)
        sheet.write_string(row, column, shown, self.look(look, quoted=is_formula(shown)))

    def number(
        self, sheet: Any, row: int, column: int, value: Decimal | int, measure: str, look: str = "number"
    ) -> None:
        """Write an amount or a quantity."""
        sheet.write_number(row, column, value, self.look(look, _shown(value, measure)))

    def time(self, sheet: Any, row: int, column: int, moment: datetime, look: str = "plain") -> None:
        """Write a moment, in UTC."""
        naive = moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        sheet.write_datetime(row, column, naive, self.look(look, "yyyy-mm-dd hh:mm", left=True))

    def period(self, sheet: Any, row: int, column: int, period: str, look: str = "plain") -> None:
        """Write an accounting month as its first day, which sums and filters understand; other words as text."""
        try:
            first = date.fromisoformat(f"{period}-01")
        except ValueError:
            self.text(sheet, row, column, period, look)
        else:
            sheet.write_datetime(row, column, first, self.look(look, "yyyy-mm", left=True))

    def formula(
        self,
        sheet: Any,
        row: int,
        column: int,
        formula: str,
        value: Decimal | int | str,
        measure: str = UNITS,
        look: str = "number",
    ) -> None:
        """Write a formula and what it comes to, for programs that do not calculate."""
        shown = "" if isinstance(value, str) else _shown(value, measure)
        sheet.write_formula(row, column, f"={formula}", self.look(look, shown), value)

    def link(self, sheet: Any, row: int, column: int, link: Link) -> None:
        """Write a link as a formula, because a sheet holds only 65,530 links of the other sort."""
        label = printable(link.label)
        long = max(len(label), len(link.address)) > LONGEST_LITERAL
        if long or not is_web(link.address):
            self.text(sheet, row, column, label)
            return
        target = link.address.replace('"', "%22").replace("(", "%28").replace(")", "%29")
        call = f'=HYPERLINK("{target}",{literal(label or link.address)})'
        sheet.write_formula(row, column, call, self.look("link"), label or link.address)


def literal(text: str) -> str:
    """Write text inside a formula; without brackets, so that nothing in it is taken for a function."""
    return '"' + text.replace('"', '""').replace("(", '"&CHAR(40)&"').replace("\n", " ") + '"'


def _shown(value: Decimal | int, measure: str) -> str:
    if measure == UNITS:
        shown = "#,##0" if value == int(value) else "#,##0.###"
    else:
        digits = digits_of(measure)
        shown = "#,##0" + ("." + "0" * digits if digits else "")
    return f'{shown};[Red]-{shown};"–"'
