"""The page for everybody in a real browser: by day, by night, on paper and on a telephone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from live.browser import chromium
from office.year import year
from playwright.sync_api import Browser, Page, expect

from odoo_rma.sync.reports.page import write_html

pytestmark = pytest.mark.browser

SIZES = {"light": (1280, 900), "dark": (1280, 900), "phone": (390, 800)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that has seen nothing."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of an invented year."""
    path = tmp_path_factory.mktemp("page") / "year.html"
    write_html(year(), path)
    return path


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Browser, file: Path) -> Iterator[Page]:
    """The page as somebody opens it; a complaint of the browser or a request to anywhere is a failure."""
    width, height = SIZES[request.param]
    scheme = "dark" if request.param == "dark" else "light"
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page, complaints, asked = context.new_page(), [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    yield page
    assert complaints == []
    assert asked == [file.as_uri()]
    context.close()


def test_the_charts_are_there_and_nothing_is_pushed_off_the_page(page: Page) -> None:
    charts = page.locator("figure svg")
    expect(charts).to_have_count(6)
    for number in range(6):
        charts.nth(number).scroll_into_view_if_needed()
        box = charts.nth(number).bounding_box()
        assert box
        assert box["width"] > 250
        assert box["height"] > 50
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0


def test_words_in_charts_do_not_lie_on_each_other(page: Page) -> None:
    overlapping = page.evaluate("""
        [...document.querySelectorAll('figure')].flatMap(figure => {
            const words = [...figure.querySelectorAll('text, figcaption')].map(w => [w.textContent, w.getBoundingClientRect()]);
            return words.flatMap(([a, r], i) => words.slice(i + 1)
                .filter(([, s]) => r.left < s.right - 1 && s.left < r.right - 1 && r.top < s.bottom - 3 && s.top < r.bottom - 3)
                .map(([b]) => a + ' / ' + b));
        })
    """)
    assert overlapping == []


def test_words_in_charts_stay_inside(page: Page) -> None:
    outside = page.evaluate("""
        [...document.querySelectorAll('figure')].flatMap(figure => {
            const box = figure.getBoundingClientRect();
            return [...figure.querySelectorAll('text')].filter(w => {
                const r = w.getBoundingClientRect();
                return r.left < box.left || r.right > box.right;
            }).map(w => w.textContent);
        })
    """)
    assert outside == []


def test_people_who_do_not_see_it_can_read_it(page: Page) -> None:
    found = Axe().run(page)
    wrong = [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found.response["violations"]]
    assert wrong == []


def test_each_chart_gives_its_numbers_as_a_table(page: Page) -> None:
    page.locator("#reasons summary").click()
    expect(page.locator("#reasons table")).to_be_visible()
    expect(page.locator("#reasons tbody tr").first).to_contain_text("size small")


def test_links_lead_to_both_sides(page: Page) -> None:
    row = page.locator("section:has(#differences) tbody tr").first
    links = row.get_by_role("link").evaluate_all("links => links.map(l => l.href)")
    assert re.match(r"https://shop\.example\.com/returns/D-\d+", links[0])
    assert links[1].startswith("https://erp.example.com/odoo/")


def test_it_is_printed_by_day_whatever_the_screen_shows(browser: Browser, file: Path, tmp_path: Path) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(file.as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.pdf(path=tmp_path / "x.pdf", prefer_css_page_size=True)
    pdf = (tmp_path / "x.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 10
    context.close()
