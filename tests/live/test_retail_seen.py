"""What people see of the retailer's returns, played to their end on a real Odoo: Odoo's screens, and the month's reports.

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
from live.browser import opened
from live.post_box import post_box
from office.libreoffice import converted, without_results
from office.workbook import Opened
from playwright.sync_api import Page, expect

from odoo_rma.cli.demo_retail import play, prepare
from odoo_rma.connector import settings as settings_file
from odoo_rma.connector.settings import Secrets, Settings
from odoo_rma.mappings.drift import Area
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.sandbox import Env
from odoo_rma.sync.audit import write_package
from odoo_rma.sync.reconcile import reconcile

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.office]

ALL = (Area.INVENTORY, Area.LEDGER)


@dataclass(frozen=True, slots=True)
class Played:
    """The retailer's Odoo after all days, its folder and its settings. Nothing here changes them."""

    env: Env
    folder: Path
    settings: Settings


@pytest.fixture(scope="module")
def played(odoo19: Env, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Let all days pass."""
    folder = tmp_path_factory.mktemp("retail")
    assert odoo19.manifest
    prepare(folder, odoo19.manifest)
    secrets = Secrets.model_validate({"password": odoo19.rma_password})
    with post_box(Tables(odoo19)):
        shown = play(odoo19, secrets, folder, "odoorpc")
    settings = settings_file.load(shown.config).model_copy(update={"secrets": secrets})
    return Played(odoo19, folder, settings)


# ── Odoo's own screens ──


@dataclass
class Shop:
    """The retailer's Odoo, and the administrator's browser."""

    env: Env
    page: Page
    tables: Tables

    def open(self, model: str, record: int) -> None:
        self.page.goto(f"{self.env.url}/odoo/{model}/{record}")
        expect(self.page.locator(".o_form_view")).to_be_visible()

    def made(self, model: str, rma: str) -> int:
        """The first record of ours of a model for an RMA."""
        own = [("module", "=", "__rma__"), ("model", "=", model), ("name", "=like", f"retail.{rma}.%")]
        return min(r["res_id"] for r in self.tables.rows("ir.model.data", own, "res_id").values())

    def says(self, words: str) -> None:
        """Wait until the words stand on the screen, in a field that can be changed or not."""
        seen = "document.body.innerText + [...document.querySelectorAll('input')].map(i => i.value).join()"
        self.page.wait_for_function(f"words => ({seen}).includes(words)", arg=words)

    def picture(self, file: Path) -> None:
        self.page.wait_for_function("[...document.images].every(image => image.complete)")
        self.page.screenshot(path=file)


@pytest.fixture(scope="module")
def shop(played: Played, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The retailer's Odoo, opened by its administrator."""
    with opened(played.env, "admin", tmp_path_factory.mktemp("profile")) as page:
        yield Shop(played.env, page, Tables(played.env))


def test_the_gift_card_tells_which_return_it_was_given_for(shop: Shop, pictures: Path) -> None:
    shop.open("loyalty.card", shop.made("loyalty.card", "T-3502"))
    history = shop.page.locator(".o_form_view .o_data_row")
    expect(history.first).to_contain_text("T-3502 refund F1")
    expect(history.first).to_contain_text("315.00")
    expect(shop.page.locator("[name=partner_id] input")).to_have_value("Inês Carvalho")
    expect(shop.page.locator(".o-mail-Chatter")).to_contain_text("RMA Connector")
    top = {"x": 0, "y": 0, "width": 1600, "height": 570}
    shop.page.screenshot(path=pictures / "gift-card.png", clip=top)


def test_the_refund_stands_in_the_orders_chatter_as_the_customer_reads_it(shop: Shop, pictures: Path) -> None:
    [order] = shop.tables.rows("sale.order", [("client_order_ref", "=", "S-1131")], "name")
    shop.open("sale.order", order)
    chatter = shop.page.locator(".o-mail-Chatter")
    expect(chatter).to_contain_text("Your refund of 266.35 USD for return T-3605")
    expect(chatter).to_contain_text("Restocking fee")
    shop.picture(pictures / "message-refund.png")


def test_a_chinese_customers_messages_stand_in_their_chatter(shop: Shop, pictures: Path) -> None:
    [partner] = shop.tables.rows("res.partner", [("email", "=", "li.wei@mail.example")], "name")
    shop.open("res.partner", partner)
    chatter = shop.page.locator(".o-mail-Chatter")
    expect(chatter).to_contain_text("退货 T-3602 退款 34.39 USD")
    expect(chatter).to_contain_text("李伟，您好")
    shop.picture(pictures / "message-chinese.png")


def test_an_english_customers_messages_stand_in_their_chatter(shop: Shop, pictures: Path) -> None:
    [order] = shop.tables.rows("sale.order", [("client_order_ref", "=", "S-1131")], "partner_id").values()
    shop.open("res.partner", order["partner_id"])
    chatter = shop.page.locator(".o-mail-Chatter")
    expect(chatter).to_contain_text("Your refund of 266.35 USD for return T-3605")
    expect(chatter).to_contain_text("Hello Carla Jensen")
    shop.picture(pictures / "message-english.png")


def test_the_repair_order_waits_in_the_workshop_with_its_serial_number(shop: Shop, pictures: Path) -> None:
    shop.open("repair.order", shop.made("repair.order", "T-3301"))
    shop.says("DRN-")
    shop.says("Camera drone")
    shop.says("Confirmed")
    shop.picture(pictures / "repair-order.png")


def test_the_scrap_says_which_return_it_came_from(shop: Shop, pictures: Path) -> None:
    shop.open("stock.scrap", shop.made("stock.scrap", "T-3201"))
    shop.says("Tent, two persons")
    shop.says("WH/IN/")
    shop.says("Done")
    top = {"x": 0, "y": 0, "width": 1600, "height": 570}
    shop.page.screenshot(path=pictures / "scrap.png", clip=top)


# ── the reports of the month ──


@dataclass(frozen=True, slots=True)
class Filed:
    """The package of everything the retailer did, and its workbook."""

    env: Env
    folder: Path
    book: Opened

    def file(self, ending: str) -> Path:
        return next(p for p in self.folder.iterdir() if p.suffix == ending)


@pytest.fixture(scope="module")
def filed(played: Played) -> Filed:
    """Reconcile all of it and file the package."""
    folder = played.folder / "audit"
    with reconcile(played.settings, ALL) as found:
        write_package(found, folder)
    return Filed(played.env, folder, Opened(next(folder.glob("*.xlsx"))))


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


@pytest.fixture
def page(filed: Filed, shop: Shop) -> Iterator[Page]:
    """The page, in a window of its own beside Odoo's."""
    page = shop.page.context.new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(filed.file(".html").as_uri())
    yield page
    page.close()


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
