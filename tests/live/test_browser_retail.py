"""What the workshop, the warehouse and salespeople see of the retailer's returns, in a real browser."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from live.books import Tables
from live.browser import opened
from live.post_box import post_box
from playwright.sync_api import Page, expect

from odoo_rma.cli.demo_retail import play, prepare
from odoo_rma.connector.settings import Secrets
from odoo_rma.sandbox import Env

pytestmark = [pytest.mark.live, pytest.mark.browser]


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
def shop(odoo19: Env, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop in which all the retailer's days have passed."""
    assert odoo19.manifest
    folder = tmp_path_factory.mktemp("retail")
    prepare(folder, odoo19.manifest)
    with post_box(Tables(odoo19)):
        play(odoo19, Secrets.model_validate({"password": odoo19.rma_password}), folder, "odoorpc")
    with opened(odoo19, "admin", tmp_path_factory.mktemp("profile")) as page:
        yield Shop(odoo19, page, Tables(odoo19))


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
