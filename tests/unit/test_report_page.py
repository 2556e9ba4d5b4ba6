"""The page for everybody: what it says, that it loads nothing, and that foreign text in it stays text."""

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office.year import FINISHED, Lists, reconciled, year

from odoo_rma.mappings.drift import Link
from odoo_rma.mappings.drift.result import Reconciliation
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.sync.reports.page import write_html
from odoo_rma.sync.reports.page.drawing import HEIGHT, WIDTH, Point, axis, bars, columns, line
from odoo_rma.sync.reports.page.figures import Figures, months, percentile


def page(found: Reconciliation, folder: Path, **options: int) -> str:
    write_html(found, folder / "x.html", **options)
    return (folder / "x.html").read_text("utf-8")


def plain(html: str) -> str:
    """The text of a page, without its marks."""
    said: list[str] = []

    class Reader(HTMLParser):
        def handle_data(self, data: str) -> None:
            said.append(data)

    Reader().feed(html)
    return re.sub(r"\s+", " ", " ".join(said))


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of an invented year."""
    return page(year(), tmp_path_factory.mktemp("page"))


def test_it_says_first_whether_both_sides_agree(html: str) -> None:
    text = plain(html)
    found = year()
    count = len(list(found.rows.drifts()))
    assert (
        f"✓ Every total ties out: the source's totals and {count} listed differences come to Odoo's." in text
    )
    assert "Northwind Outdoor Ltd" in text
    assert "2026-11-02 06:30:12 UTC" in text


def test_agreement_and_doubt_have_their_own_words(tmp_path: Path) -> None:
    found = year()
    wrong = [replace(e, erp_total=e.erp_total + 1) for e in found.equations]
    assert "✗ Not proven" in plain(page(replace(found, equations=tuple(wrong)), tmp_path))
    assert "✓ Both sides agree: there is no difference." in plain(page(reconciled(Lists()), tmp_path))


def test_the_titles_of_the_charts_say_what_is_to_be_seen(html: str) -> None:
    titles = re.findall(r"<h3 [^>]*>([^<]+)</h3>", html)
    assert titles == [
        "Of 100 units sold, 6.8 are to come back; most in January 2026",
        "The first reason is “size small”: 23 % of the units",
        "61 % of what arrived is back in stock; 12 % undecided or elsewhere",
        "Half of the refunds were credited within 9 days, nine in ten within 15 days",
        "72 % of the 39,343 USD that came back was recovered",
        "Differences fell from 68 to 53 in 29 days",
    ]


def test_the_numbers_of_the_charts_are_those_of_the_rows(html: str) -> None:
    rows = list(year().rows.inventory())
    units = sum((r.requested for r in rows if r.reason == "size_small"), ZERO)
    assert f'<th scope="row">size small</th><td class="n">{units}</td>' in html
    sold = year().sold["2026-01"]
    asked = sum(
        (r.requested for r in rows if r.requested_at and f"{r.requested_at:%Y-%m}" == "2026-01"), ZERO
    )
    rate = f"{100 * asked / sold:.1f} %"
    assert f'January 2026</th><td class="n">{asked}</td><td class="n">{sold}</td><td class="n">{rate}' in html


def test_it_loads_nothing_from_anywhere(html: str) -> None:
    assert "default-src 'none'" in html
    assert not re.findall(r"<(?:script|link|img|iframe|object)\b", html)
    assert not re.findall(r"\bsrc=|url\(|@import", html)
    addresses = set(re.findall(r'href="([^"#][^"]*)"', html))
    assert all(a.startswith(("https://erp.example.com/", "https://shop.example.com/")) for a in addresses)


def test_foreign_text_stays_text_and_foreign_addresses_are_no_links(tmp_path: Path) -> None:
    bad = replace(
        next(year().rows.drifts()),
        subject="<script>alert(1)</script>",
        rma_link=Link("R-1", "javascript:alert(1)"),
        erp_links=(Link('"><img src=x onerror=alert(1)>', 'https://e.example.com/"onmouseover="alert(1)'),),
    )
    html = page(reconciled(Lists(differences=[bad])), tmp_path)
    assert "<script" not in html
    assert "<img" not in html
    assert "javascript:" not in html
    assert 'onmouseover="' not in html


def test_a_long_list_is_cut_and_says_where_the_rest_is(tmp_path: Path) -> None:
    html = page(year(), tmp_path, shown=10)
    total = len(list(year().rows.drifts()))
    assert f"10 of {total}; all of them are in the workbook (XLSX) and in the CSV file." in plain(html)
    days = [int(d) for d in re.findall(r'<td class="n">(\d+)</td>\s*<td class="foreign">', html)]
    oldest = sorted(((FINISHED - d.since).days for d in year().rows.drifts() if d.since), reverse=True)
    assert days == oldest[:10]


def test_without_sales_returns_are_counted_and_without_anything_there_is_no_chart(tmp_path: Path) -> None:
    assert "Most returns were asked for in January 2026" in plain(page(replace(year(), sold={}), tmp_path))
    bare = replace(reconciled(Lists()), history=())
    assert "<figure" not in page(bare, tmp_path)


def test_a_shop_that_inspects_nothing_is_not_said_to_recover_nothing(tmp_path: Path) -> None:
    lists = year().rows
    assert isinstance(lists, Lists)
    fates = dict.fromkeys(("restocked", "scrapped", "repaired", "sent_back"), ZERO)
    plain_rows = [replace(r, **fates, elsewhere=r.received) for r in lists.inventories]
    html = page(reconciled(replace(lists, inventories=plain_rows)), tmp_path)
    assert 'id="fates"' not in html
    assert "Goods for 39,343 USD came back" in html
    assert "outlined top" not in html


def test_four_refunds_say_nothing_about_how_long_they_take(tmp_path: Path) -> None:
    lists = year().rows
    assert isinstance(lists, Lists)
    few = [r for r in lists.ledgers if r.credited][:4]
    assert 'id="days"' not in page(reconciled(replace(lists, ledgers=few)), tmp_path)


def test_where_nobody_knows_when_it_was_asked_for_the_arrival_counts(tmp_path: Path) -> None:
    lists = year().rows
    assert isinstance(lists, Lists)
    rows = [replace(r, requested_at=None) for r in lists.inventories]
    figures = Figures(reconciled(replace(lists, inventories=rows)))
    came = sum((r.requested for r in rows if r.received_at), ZERO)
    assert sum(figures.requested.values(), ZERO) == came > 0


def test_nothing_sold_in_a_month_is_no_division_by_nothing(tmp_path: Path) -> None:
    found = replace(year(), sold={"2026-01": ZERO, "2026-02": Decimal(100)})
    asked = Figures(found).requested["2026-02"]
    assert f"Of 100 units sold, {asked:.1f} are to come back" in plain(page(found, tmp_path))
    nothing = replace(year(), sold={"2026-01": ZERO})
    assert "Most returns were asked for in January 2026" in plain(page(nothing, tmp_path))


def test_reasons_that_differ_only_in_how_they_are_written_are_one() -> None:
    lists = year().rows
    assert isinstance(lists, Lists)
    first, second, *_ = lists.inventories
    rows = [replace(first, reason="Too small"), replace(second, reason="too_small")]
    figures = Figures(reconciled(replace(lists, inventories=rows)))
    assert figures.reasons == {"Too small": first.requested + second.requested}


def test_a_refund_on_the_same_day_is_said_in_words(tmp_path: Path) -> None:
    lists = year().rows
    assert isinstance(lists, Lists)
    rows = [replace(r, requested_at=r.credited_at) for r in lists.ledgers]
    text = plain(page(reconciled(replace(lists, ledgers=rows)), tmp_path))
    assert "Half of the refunds were credited the same day, nine in ten the same day" in text


def test_half_and_nine_in_ten_are_days_that_somebody_waited() -> None:
    days = Counter({1: 4, 3: 1, 9: 4, 40: 1})
    assert (percentile(days, 50), percentile(days, 90), percentile(days, 100)) == (3, 9, 40)


def test_months_without_returns_are_shown_as_nothing() -> None:
    assert months("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert len(months("1990-01", "2026-02")) == 24


def test_goods_that_arrived_are_all_accounted_for() -> None:
    figures = Figures(year())
    assert sum(figures.fates.values(), ZERO) == sum((r.received for r in year().rows.inventory()), ZERO)


def test_a_kit_counts_as_its_pieces_as_sales_do() -> None:
    lists = year().rows
    assert isinstance(lists, Lists)
    kits = [replace(r, pieces=Decimal(3)) for r in lists.inventories]
    one, three = Figures(year()), Figures(reconciled(replace(lists, inventories=kits)))
    assert three.received == 3 * one.received
    assert three.requested["2026-01"] == 3 * one.requested["2026-01"]
    assert three.fates["scrapped"] == 3 * one.fates["scrapped"]
    assert three.returned == one.returned


def test_what_a_person_has_decided_is_said_to_be(tmp_path: Path) -> None:
    lists = year().rows
    assert isinstance(lists, Lists)
    decided = [replace(d, settled="goodwill") for d in lists.differences]
    text = plain(page(reconciled(replace(lists, differences=decided)), tmp_path))
    assert (
        f"{len(decided)} listed differences, {len(decided)} of them decided by a person, come to Odoo's"
        in text
    )
    assert "Decided: goodwill" in text


values = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False)


@given(values)
def test_an_axis_begins_at_nothing_and_reaches_over_the_largest(largest: Decimal) -> None:
    ticks = axis(largest)
    assert ticks[0] == 0
    assert ticks[-1] >= largest
    assert 2 <= len(ticks) <= 6
    assert ticks[-1] <= max(largest * 2, 1)


@given(st.lists(values, max_size=40), st.sampled_from([columns, bars, line]))
def test_no_shape_leaves_its_drawing(amounts: list[Decimal], draw: object) -> None:
    points = [Point(str(n), value, str(value), strong=n == 0) for n, value in enumerate(amounts)]
    drawing = draw(points)  # type: ignore[operator]
    assert drawing.height <= max(HEIGHT, 26 * len(amounts) + 8)
    for box in drawing.boxes:
        if box.look != "touch":
            assert box.x >= 0
            assert box.x + box.width <= WIDTH
            assert box.y >= 0
            assert box.y + box.height <= drawing.height
            assert min(box.width, box.height) >= 0
