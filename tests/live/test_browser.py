"""What an accountant sees: the credit notes of an RMA in Odoo's own screens, in a real browser.

With `ODOO_RMA_SCREENSHOTS` naming a folder the pictures go there, for the documentation.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from live.browser import opened
from live.company import settings_for
from playwright.sync_api import Page, expect

from odoo_rma.sandbox import Env
from odoo_rma.sync.run import sync

pytestmark = [pytest.mark.live, pytest.mark.browser]


@pytest.fixture(scope="module")
def shop(odoo19: Env, tmp_path_factory: pytest.TempPathFactory) -> Env:
    """A shop whose web returns are carried out."""
    sync(settings_for(odoo19, "json2", tmp_path_factory.mktemp("browser")), sources=["shop"])
    return odoo19


@pytest.fixture(scope="module")
def page(shop: Env, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The accountant's browser."""
    with opened(shop, "accountant", tmp_path_factory.mktemp("profile")) as page:
        yield page


def search_credit_notes(page: Page, words: str) -> None:
    """As the accountant does: Invoicing, Customers, Credit Notes, and then the search box."""
    page.locator(".o_navbar_apps_menu button").click()
    page.locator(".o-dropdown--menu").get_by_text("Invoicing", exact=True).click()
    page.locator(".o_menu_sections").get_by_text("Customers", exact=True).click()
    page.locator(".o-dropdown--menu").get_by_text("Credit Notes", exact=True).click()
    expect(page.locator(".o_last_breadcrumb_item")).to_contain_text("Credit Notes")
    # The search box answers only after the list has its own filter and the suggestions are open.
    expect(page.locator(".o_searchview_facet")).to_contain_text("Credit Notes")
    box = page.locator(".o_searchview_input")
    box.fill(words)
    expect(page.locator(".o_searchview_autocomplete")).to_be_visible()
    box.press("Enter")
    expect(page.locator(".o_searchview_facet").last).to_contain_text(words)


def show_the_reference(page: Page) -> None:
    """Tick the column once; Odoo remembers it."""
    page.locator(".o_optional_columns_dropdown button").click()
    page.locator(".o-dropdown--menu").get_by_text("Reference", exact=True).click()
    page.keyboard.press("Escape")


def test_the_list_of_credit_notes_is_searched_by_the_rma_number(page: Page, pictures: Path) -> None:
    search_credit_notes(page, "R-1024")
    show_the_reference(page)
    rows = page.locator(".o_data_row")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Grace O'Neill")
    expect(rows.first).to_contain_text("R-1024 refund RF-1")
    expect(page.locator(".o_list_table")).to_contain_text("134.44")
    top = {"x": 0, "y": 0, "width": 1600, "height": 360}
    page.screenshot(path=pictures / "credit-notes.png", clip=top)


def test_the_form_shows_the_number_the_lines_and_in_the_chatter_why(page: Page, pictures: Path) -> None:
    search_credit_notes(page, "R-1032")
    expect(page.locator(".o_data_row")).to_have_count(1)
    page.locator(".o_data_row .o_data_cell").first.click()
    form = page.locator(".o_form_view")
    expect(page.locator(".o_breadcrumb")).to_contain_text("(R-1032 refund RF-1)")
    expect(form).to_contain_text("Dmitri Sokolov")
    expect(form).to_contain_text("Rain jacket, size M")
    expect(form).to_contain_text("Return label")
    expect(form).to_contain_text("211.43")
    chatter = page.locator(".o-mail-Chatter")
    expect(chatter).to_contain_text("RMA R-1032 (shop), refund RF-1")
    expect(chatter).to_contain_text("Reason: color")
    expect(chatter.get_by_role("button", name="Send message")).to_be_enabled()
    page.wait_for_function("[...document.images].every(image => image.complete)")
    page.screenshot(path=pictures / "credit-note.png")
