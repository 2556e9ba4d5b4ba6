"""The reports of the sample's retailer: 60 returns played to their end on a real Odoo, then filed for the month.

With `ODOO_RMA_SCREENSHOTS` naming a folder the pictures go there, for the documentation.
"""

import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from live.books import Tables
from live.browser import chromium
from office.libreoffice import converted, without_results
from office.workbook import Opened
from playwright.sync_api import Page
from pydantic import SecretStr

from odoo_rma.cli.demo_retail import play, prepare
from odoo_rma.connector import settings as settings_file
from odoo_rma.connector.settings import Secrets
from odoo_rma.mappings.drift import Area
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.sandbox import Env
from odoo_rma.sync.audit import write_package
from odoo_rma.sync.reconcile import reconcile

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.office]

ALL = (Area.INVENTORY, Area.LEDGER)


@dataclass(frozen=True, slots=True)
class Filed:
    """The package of everything the retailer did, and its workbook."""

    env: Env
    folder: Path
    book: Opened

    def file(self, ending: str) -> Path:
        return next(p for p in self.folder.iterdir() if p.suffix == ending)


@pytest.fixture(scope="module")
def filed(odoo19: Env, tmp_path_factory: pytest.TempPathFactory) -> Filed:
    """Play all days, then reconcile and file."""
    folder = tmp_path_factory.mktemp("retail")
    assert odoo19.manifest
    prepare(folder, odoo19.manifest)
    secrets = Secrets(password=SecretStr(odoo19.rma_password or ""))
    shown = play(odoo19, secrets, folder, "odoorpc")
    settings = settings_file.load(shown.config).model_copy(update={"secrets": secrets})
    with reconcile(settings, ALL) as found:
        write_package(found, folder / "audit")
    workbook = next((folder / "audit").glob("*.xlsx"))
    return Filed(odoo19, folder / "audit", Opened(workbook))


def money(number: object) -> Decimal:
    return Decimal(str(number or 0)).quantize(Decimal("0.01"))


def test_every_total_ties_out_and_is_what_odoo_itself_has(filed: Filed) -> None:
    assert filed.book.sheet("Summary")["A2"].value == "Every total ties out"
    lines = filed.book.table("Summary", "Source + differences = Odoo")
    credited = {r["Measure"]: money(r["Odoo says"]) for r in lines if r["Area"] == "Ledger"}
    notes = Tables(filed.env).rows(
        "account.move",
        [("move_type", "=", "out_refund"), ("state", "=", "posted")],
        "amount_total",
        "currency_id",
        "ref",
    )
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for note in notes.values():
        if re.match(r"T-\d", note["ref"] or ""):
            sums[note["currency_id"]] += money(note["amount_total"])
    assert sorted(credited.values()) == sorted(sums.values())
    assert sum(sums.values()) > 1000


def test_the_ledger_holds_each_credit_note(filed: Filed) -> None:
    rows = filed.book.rows("Ledger")
    assert len({r["RMA"] for r in rows}) > 30
    links = [f for s, _, f, _ in filed.book.formulas() if s == "Ledger" and "HYPERLINK" in f]
    assert all(f"{filed.env.url}/" in f for f in links)
    assert len(links) >= len([r for r in rows if r["Credited"]])


def test_libreoffice_calculates_the_same(filed: Filed, tmp_path: Path) -> None:
    ours = {(s, c): v for s, c, f, v in filed.book.formulas() if "HYPERLINK" not in f}
    bare = without_results(filed.file(".xlsx"), tmp_path / "bare.xlsx")
    again = Opened(converted(bare, "xlsx", tmp_path / "out"))
    for (sheet, cell), value in ours.items():
        theirs = again.shown[sheet][cell].value
        assert value == theirs or money(value) == money(theirs), (sheet, cell)


def test_everybody_can_verify_the_package(filed: Filed) -> None:
    done = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=filed.folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.count(": OK") == 4


@pytest.fixture(scope="module")
def page(filed: Filed) -> Iterator[Page]:
    """The page, in a browser."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(filed.file(".html").as_uri())
        yield page


def test_the_page_shows_how_the_returns_went(page: Page, pictures: Path) -> None:
    assert page.locator("figure svg").count() >= 4
    titles = page.locator("figure h3").all_inner_texts()
    assert any("came back" in t for t in titles), titles
    page.screenshot(path=pictures / "reconcile-page.png")
    page.locator("section:has(#charts-title)").screenshot(path=pictures / "reconcile-charts.png")


def test_the_workbook_shows_the_proof(filed: Filed, tmp_path: Path, pictures: Path) -> None:
    tool = shutil.which("pdftoppm")
    assert tool, "pdftoppm is not installed: apt-get install poppler-utils, or run `make test`."
    pdf = converted(filed.file(".xlsx"), "pdf", tmp_path)
    picture = pictures / "reconcile-workbook"
    subprocess.run([tool, "-png", "-r", "110", "-f", "1", "-l", "1", "-singlefile", pdf, picture], check=True)
    assert picture.with_suffix(".png").stat().st_size > 20_000
