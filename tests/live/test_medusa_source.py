"""A real Medusa as a source: what happens there comes in, and what Odoo owns goes back, judged by reading Medusa itself."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import count

import pytest

from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.base import Incoming, News, Reply
from odoo_rma.connector.sources.medusa.source import MedusaSource
from odoo_rma.mappings.in_erp import CREDIT_NOTE, TRANSFER, DocumentInErp, InErp, LineInErp, Placed
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO
from odoo_rma.mappings.ownership import Fact
from odoo_rma.mappings.vocabulary import Authorization, Disposition, Logistics, ReasonCode, Resolution
from odoo_rma.sandbox.medusa.admin import Admin, MedusaRefused
from odoo_rma.sandbox.medusa.play import Plays

pytestmark = [pytest.mark.live, pytest.mark.medusa, pytest.mark.timeout(1200)]

RESTOCK, SCRAP = Disposition.RESTOCK, Disposition.SCRAP
ALL = frozenset({Fact.RECEIPT, Fact.DISPOSITION, Fact.REFUND, Fact.CREDIT_NOTE})
NUMBERS = count(1)


def opened(admin: Admin, **more: object) -> MedusaSource:
    options = {"url": admin.env.url, "api_key": admin.env.api_key, "refund_reason": "return", **more}
    return MedusaSource("web", SourceSettings.model_validate({"type": "medusa", "options": options}))


@pytest.fixture
def source(medusa_admin: Admin) -> Iterator[MedusaSource]:
    made = opened(medusa_admin)
    yield made
    made.close()


def read(source: MedusaSource, rma_id: str) -> Rma:
    incoming = source.read(rma_id)
    assert incoming is not None and incoming.rma is not None, incoming
    return incoming.rma


def news(
    rma: Rma, placed: Mapping[Disposition, int], notes: Mapping[str, str] = {}, owned: frozenset[Fact] = ALL
) -> News:
    """What Odoo holds of an RMA: units of its first line by what became of them, and posted credit notes."""
    line = LineInErp(
        line=rma.lines[0].id,
        received=sum(map(Decimal, placed.values()), ZERO),
        placed=tuple(Placed(quantity=Decimal(q), disposition=d) for d, q in placed.items()),
    )
    row = {"model": "stock.picking", "id": 7, "link": "https://erp.example.com/7", "currency": rma.currency}
    documents = [{**row, "what": TRANSFER, "number": "WH/IN/00007", "state": "done"}] * bool(placed)
    documents += [
        {**row, "what": CREDIT_NOTE, "number": number, "state": "posted", "amount": amount}
        for number, amount in notes.items()
    ]
    held = InErp(lines=(line,), documents=tuple(map(DocumentInErp.model_validate, documents)))
    return News(rma, held, owned)


def shown(plays: Plays, sku: str) -> tuple[Decimal, Decimal]:
    """What Medusa itself counts as received good and damaged."""
    [item] = [i for i in plays.order()["items"] if i["variant_sku"] == sku]
    return item["detail"]["return_received_quantity"], item["detail"]["return_dismissed_quantity"]


def paid(plays: Plays) -> list[tuple[Decimal, str]]:
    return [(r["amount"], r["note"]) for r in plays.refunds()]


def credit_note() -> str:
    return f"RINV/2026/{next(NUMBERS):05}"


def test_a_return_received_bit_by_bit_is_whole_though_medusa_says_otherwise(
    medusa_admin: Admin, source: MedusaSource
) -> None:
    plays = Plays.of(medusa_admin, "S-1002")
    rma_id = plays.request(
        {"MUG": 3}, reason="damaged_in_transit", note="chipped at the rim", shipping="return_paid"
    )
    asked = read(source, rma_id)
    assert (asked.authorization, asked.logistics) == (Authorization.AUTHORIZED, Logistics.NONE)
    assert (asked.order.name, asked.customer.email) == ("S-1002", "ben.okafor@mail.example")
    assert (asked.lines[0].reason.code, asked.lines[0].reason.comment) == (
        ReasonCode.DAMAGED_IN_TRANSIT,
        "chipped at the rim",
    )
    assert [(c.kind, c.amount) for c in asked.charges] == [("return_label", Decimal("9.09"))]
    plays.receive(rma_id, good={"MUG": 1})
    plays.receive(rma_id, good={"MUG": 1})
    plays.receive(rma_id, damaged={"MUG": 1})
    row = plays.read(rma_id)
    assert (row["status"], row["received_at"]) == ("partially_received", None)
    came = read(source, rma_id)
    assert (came.lines[0].received, came.logistics) == (3, Logistics.RECEIVED)
    assert [(i.quantity, i.disposition) for i in came.lines[0].inspections] == [
        (2, RESTOCK),
        (1, Disposition.QUARANTINE),
    ]
    assert came.revision > asked.revision


def test_two_returns_of_one_order_line_are_told_apart(medusa_admin: Admin, source: MedusaSource) -> None:
    plays = Plays.of(medusa_admin, "S-1007")
    first, second = plays.request({"MUG": 2}), plays.request({"MUG": 3})
    plays.receive(second, good={"MUG": 1})
    plays.receive(first, good={"MUG": 1}, damaged={"MUG": 1})
    plays.receive(second, good={"MUG": 1})
    assert [read(source, x).lines[0].received for x in (first, second)] == [2, 2]


def test_claims_and_exchanges_are_one_rma_each(medusa_admin: Admin, source: MedusaSource) -> None:
    plays = Plays.of(medusa_admin, "S-1006")
    claim = plays.claim({"TENT-2P": 1}, kind="replace", instead={"TENT-2P": 1}, note="torn")
    missing = plays.claim({"PACK-40": 1}, reason="missing_item", back=False)
    exchange = plays.exchange({"MUG": 2}, {"BOOT-42": 1})
    found = {i.id: i.rma for i in source.changes(None) if i.rma and i.rma.order.name == "S-1006"}
    assert found.keys() == {claim["id"], missing["id"], exchange["id"]}
    assert [x.resolution for x in found[claim["id"]].lines] == [Resolution.REPLACEMENT]
    assert [(x.sku, x.unit_price) for x in found[claim["id"]].exchange_lines] == [("TENT-2P", 0)]
    assert [(x.sku, x.physical) for x in found[missing["id"]].lines] == [("PACK-40", False)]
    assert [(x.sku, x.unit_price) for x in found[exchange["id"]].exchange_lines] == [
        ("BOOT-42", Decimal("129.9"))
    ]
    reply = source.tell(news(found[claim["id"]], {SCRAP: 1}))
    assert reply.done[0] == "received in Medusa: 1 × TENT-2P (1 damaged)"
    assert plays.read(claim["return_id"])["status"] == "received"


@pytest.fixture
def quiet(medusa_admin: Admin) -> Iterator[tuple[MedusaSource, str]]:
    """A source that has read everything, and its cursor."""
    made = opened(medusa_admin, overlap=0, page=3)
    list(made.changes(None))
    assert made.cursor
    list(made.changes(made.cursor))
    yield made, made.cursor
    made.close()


def ids(found: Iterator[Incoming]) -> set[str]:
    return {i.id or "" for i in found}


def test_every_change_is_noticed_whatever_it_touches(
    medusa_admin: Admin, quiet: tuple[MedusaSource, str]
) -> None:
    source, cursor = quiet
    plays = Plays.of(medusa_admin, "S-1014")
    rma_id = plays.request({"STOVE": 3})
    steps = (
        lambda: None,
        lambda: plays.receive(rma_id, good={"STOVE": 1}),
        lambda: plays.receive(rma_id, good={"STOVE": 1}),
        lambda: plays.refund(Decimal("56.35"), "for two of them"),
        lambda: medusa_admin.post(f"orders/{plays.order_id}", {"metadata": {"reference": "S-1014 b"}}),
    )
    revisions = []
    for step in steps:
        step()
        found = {i.id: i.rma for i in source.changes(cursor) if i.rma}
        assert rma_id in found
        revisions.append(found[rma_id].revision)
        assert source.cursor
        cursor = source.cursor
    assert revisions == sorted(set(revisions))
    last = read(source, rma_id)
    assert (last.order.name, last.lines[0].received, len(last.refunds)) == ("S-1014 b", 2, 1)


def test_many_of_one_moment_are_all_read_across_pages(
    medusa_admin: Admin, quiet: tuple[MedusaSource, str]
) -> None:
    source, cursor = quiet
    plays = Plays.of(medusa_admin, "S-1010")
    with ThreadPoolExecutor(1) as pool:
        made = set(pool.map(lambda _: plays.request({"PACK-40": 1}, shipping=None), range(7)))
    assert made <= ids(source.changes(cursor))
    assert made <= ids(source.changes(None))


def test_what_came_back_is_told_once_and_as_a_sum(medusa_admin: Admin, source: MedusaSource) -> None:
    plays = Plays.of(medusa_admin, "S-1003")
    rma = read(source, plays.request({"BOOT-43": 3}))
    assert source.tell(news(rma, {RESTOCK: 1})).issues == ()
    assert shown(plays, "BOOT-43") == (1, 0)
    told = news(rma, {RESTOCK: 2, SCRAP: 1})
    assert source.tell(told).done[0] == "received in Medusa: 2 × BOOT-43 (1 damaged)"
    assert shown(plays, "BOOT-43") == (2, 1)
    version = plays.order()["version"]
    assert source.tell(told) == Reply()
    assert plays.order()["version"] == version
    assert read(source, rma.id).lines[0].received == 3


def test_too_much_is_refused_in_medusas_words_and_the_order_stays_usable(
    medusa_admin: Admin, source: MedusaSource
) -> None:
    plays = Plays.of(medusa_admin, "S-1009")
    rma = read(source, plays.request({"TENT-2P": 1}))
    [issue] = source.tell(news(rma, {RESTOCK: 2})).issues
    assert (issue.code, "Cannot receive more items" in issue.message) == ("source_refused", True)
    assert source.tell(news(rma, {RESTOCK: 1})).issues == ()
    assert shown(plays, "TENT-2P") == (1, 0)


def test_a_change_that_somebody_is_writing_is_left_alone(medusa_admin: Admin, source: MedusaSource) -> None:
    plays = Plays.of(medusa_admin, "S-1015")
    [sku] = [i["variant_sku"] for i in plays.order()["items"]][:1]
    rma = read(source, plays.request({sku: 1}))
    medusa_admin.post(f"returns/{rma.id}/receive")
    told = news(rma, {RESTOCK: 1}, {credit_note(): "1.00"})
    assert [i.code for i in source.tell(told).issues] == ["source_busy"]
    assert (shown(plays, sku), paid(plays)) == ((0, 0), [])
    medusa_admin.delete(f"returns/{rma.id}/receive")
    assert source.tell(told).issues == ()
    assert (shown(plays, sku), len(paid(plays))) == ((1, 0), 1)


def test_a_canceled_return_is_canceled_and_takes_no_goods(medusa_admin: Admin, source: MedusaSource) -> None:
    plays = Plays.of(medusa_admin, "S-1012")
    [sku] = [i["variant_sku"] for i in plays.order()["items"]][:1]
    rma = read(source, plays.request({sku: 1}))
    plays.cancel(rma.id)
    assert read(source, rma.id).authorization is Authorization.CANCELED
    assert [i.code for i in source.tell(news(rma, {RESTOCK: 1})).issues] == ["conflict_receipt"]


def test_a_credit_note_is_refunded_once_even_by_four_at_a_time(medusa_admin: Admin) -> None:
    plays = Plays.of(medusa_admin, "S-1008")
    sku = plays.order()["items"][0]["variant_sku"]
    runs = [opened(medusa_admin) for _ in range(4)]
    rma, number = read(runs[0], plays.request({sku: 1})), credit_note()
    told = news(rma, {RESTOCK: 1}, {number: "12.34"})
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda run: run.tell(told), runs))
    assert [r.issues for r in replies] == [()] * 4
    assert paid(plays) == [(Decimal("12.34"), f"{number} for {rma.number} ({rma.id})")]
    assert shown(plays, sku) == (1, 0)
    [refund] = read(runs[0], rma.id).refunds
    assert refund.amount == Decimal("12.34")
    page = plays.order()["metadata"]["odoo_rma"][rma.id]
    assert page["credit_notes"] == [number]
    for run in runs:
        run.close()


def test_answered_400_and_yet_refunded_is_not_refunded_again(
    medusa_admin: Admin, source: MedusaSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody opens a change just before the money goes out: Medusa pays, and says that it did not."""
    plays = Plays.of(medusa_admin, "S-1005")
    rma, number = read(source, plays.request({"MUG": 1})), credit_note()
    other = plays.request({"MUG": 1})
    post = source._api.post

    def late(path: str, body: Mapping[str, object] | None = None) -> object:
        if path.endswith("/refund"):
            medusa_admin.post(f"returns/{other}/receive")
        return post(path, body)

    monkeypatch.setattr(source._api, "post", late)
    told = news(rma, {}, {number: "50.00"}, frozenset({Fact.REFUND}))
    reply = source.tell(told)
    assert reply.issues == ()
    assert "Medusa answered all the same" in reply.done[0] and "active order change" in reply.done[0]
    medusa_admin.delete(f"returns/{other}/receive")
    assert source.tell(told) == Reply()
    assert [amount for amount, _ in paid(plays)] == [50]


def test_money_that_somebody_paid_by_hand_is_not_paid_again(
    medusa_admin: Admin, source: MedusaSource
) -> None:
    plays = Plays.of(medusa_admin, "S-1013")
    sku = plays.order()["items"][0]["variant_sku"]
    rma, number = read(source, plays.request({sku: 1})), credit_note()
    plays.refund(Decimal("3.00"), "sorry for the trouble")
    told = news(rma, {}, {number: "3.00"}, frozenset({Fact.REFUND}))
    [issue] = source.tell(told).issues
    assert (issue.code, "sorry for the trouble" in issue.message) == ("conflict_refund", True)
    medusa_admin.post(f"orders/{plays.order_id}", {"metadata": {issue.numbers["refund"]: number}})
    assert source.tell(told) == Reply()
    assert len(paid(plays)) == 1


def test_a_draft_that_is_deleted_is_gone(medusa_admin: Admin, source: MedusaSource) -> None:
    plays = Plays.of(medusa_admin, "S-1001")
    draft = medusa_admin.post("returns", {"order_id": plays.order_id})["return"]["id"]
    assert draft not in ids(source.changes(None))
    assert any("still being written in Medusa" in note for note in source.notes)
    medusa_admin.delete(f"returns/{draft}/request")
    assert source.read(draft) is None
    with pytest.raises(MedusaRefused):
        plays.read(draft)
    assert all(check.ok for check in source.check())
