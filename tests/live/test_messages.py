"""What customers are told, on a real Odoo: counted at the post box, read in the chatter, never twice."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from live.post_box import PostBox, post_box
from live.retail import Retail
from live.returns import SHOPS
from pydantic import SecretStr

from odoo_rma.connector.channels.base import Outgoing
from odoo_rma.connector.channels.email import Email
from odoo_rma.connector.errors import Refused, Unknown
from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import MessageSettings
from odoo_rma.mappings.feedback_token import read
from odoo_rma.mappings.vocabulary import MessageStep
from odoo_rma.sandbox import Env
from odoo_rma.sync import message, message_preview
from odoo_rma.sync.report import Outcome, RunReport
from odoo_rma.sync.seen import message as seen

ALICE, LIWEI, HUGO = "alice.moreau@mail.example", "li.wei@mail.example", "hugo.lindqvist@mail.example"
CARLA, BEN, DMITRI = "carla.jensen@mail.example", "ben.okafor@mail.example", "dmitri.sokolov@mail.example"
TELLING = {
    "since": "2020-01-01",
    "shop": "Nordwind Outdoor",
    "sender": "Nordwind Outdoor <returns@nordwind.example>",
    "feedback_url": "https://shop.example/f?t={token}",
}


@dataclass
class Company:
    """The retailer, its post box, and what came on each day."""

    retail: Retail
    box: PostBox
    days: list[list[tuple[str, str]]]


@pytest.fixture(scope="module", params=SHOPS)
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    env: Env = request.getfixturevalue(request.param)
    retail = telling(env, tmp_path_factory.mktemp("retail"))
    with post_box(retail.tables) as box:
        days = []
        for day in (1, 2, 3):
            before = len(box.mails)
            report = retail.day(day)
            assert [r.label for r in report.results if r.outcome is Outcome.UNDECIDED] == []
            days.append(sorted((m.to[0], m.step) for m in box.mails[before:]))
        yield Company(retail, box, days)


def telling(env: Env, folder: Path, **more: Any) -> Retail:
    retail = Retail(env, folder, "messages", messages=TELLING | more)
    secrets = retail.settings.secrets.model_copy(update={"feedback_secret": SecretStr("long and random")})
    retail.settings = retail.settings.model_copy(update={"secrets": secrets})
    return retail


# ── the stories ──


def test_every_step_goes_out_on_its_day_and_no_customer_gets_five_mails(company: Company) -> None:
    assert company.days == [
        [
            (ALICE, "authorized"),
            (BEN, "refunded"),
            (CARLA, "received"),
            (HUGO, "requested"),
            (LIWEI, "received"),
        ],
        [(ALICE, "label"), (CARLA, "inspected"), (HUGO, "declined"), (LIWEI, "refunded")],
        [(ALICE, "received"), (CARLA, "refunded"), (LIWEI, "closed")],
    ]


def test_the_approval_says_how_to_send_the_goods_back(company: Company) -> None:
    mail = company.box.to(ALICE)[0]
    assert mail.subject == "Your return T-3601 is approved"
    assert "returns@nordwind.example" in mail.content["From"]
    for text in ("Hello Alice Moreau", "1 × Hiking boot, size 42", "T-3601", "Nordwind Outdoor"):
        assert text in mail.html


def test_the_label_can_be_printed(company: Company) -> None:
    assert "https://labels.example/3601.pdf" in company.box.to(ALICE)[1].html


def test_a_chinese_customer_reads_chinese(company: Company) -> None:
    _, refund, closed = company.box.to(LIWEI)
    assert refund.subject == "退货 T-3602 退款 34.39 USD"
    for text in ("李伟，您好", "29.90 USD", "4.49 USD", "34.39 USD", "原路退回"):
        assert text in refund.html
    assert closed.subject == "您的退货 T-3602 已完成"


def test_the_refund_adds_up_line_by_line_and_asks_for_feedback(company: Company) -> None:
    mail = company.box.to(CARLA)[-1]
    assert mail.subject == "Your refund of 266.35 USD for return T-3605"
    for text in ("249.00 USD", "Tent for two", "Restocking fee", "-20.00 USD", "37.35 USD", "266.35 USD"):
        assert text in mail.html
    token = mail.html.partition("/f?t=")[2].partition('"')[0]
    assert read(token, "long and random") == ("retail", "T-3605")


def test_a_declined_customer_reads_why(company: Company) -> None:
    assert "The sleeve was torn after delivery." in company.box.to(HUGO)[-1].html


def test_a_customer_without_an_address_is_not_told_and_nothing_waits_for_it(company: Company) -> None:
    [note] = company.retail.own("account.move", "T-3603", "credit.refund.F1")[:1]
    [state] = company.retail.tables.rows(
        "account.move", [("id", "=", note)], "state", "payment_state"
    ).values()
    assert state["state"] == "posted"
    assert company.retail.own("mail.message", "T-3603", "message") == []


def test_only_the_customer_got_mail(company: Company) -> None:
    assert {address for m in company.box.mails for address in m.to} == {ALICE, LIWEI, HUGO, CARLA, BEN}


def test_each_message_stands_in_the_chatter_of_the_order_and_of_the_customer(company: Company) -> None:
    rows = company.retail.tables.rows
    domain = [("message_id", "=like", "%@odoo-rma>")]
    found = list(
        rows("mail.message", domain, "model", "res_id", "body", "partner_ids", "message_id").values()
    )
    on_orders = [m for m in found if m["model"] == "sale.order"]
    copies = [m for m in found if m["model"] == "res.partner"]
    mails = {str(m.content["Message-Id"]) for m in company.box.mails}
    assert {m["message_id"] for m in on_orders} == mails
    assert len(on_orders) == len(copies) == len(company.box.mails) == 12
    refs = rows("sale.order", [("id", "in", [m["res_id"] for m in on_orders])], "client_order_ref")
    [refund] = [m for m in on_orders if refs[m["res_id"]]["client_order_ref"] == "S-1132"]
    assert "149.39 USD" in refund["body"]


def test_a_second_run_tells_nobody_anything_even_with_the_store_lost(company: Company) -> None:
    before = len(company.box.mails)
    assert company.retail.sync().writes == 0
    company.retail.forget()
    for day in (1, 2, 3):
        assert company.retail.day(day).writes == 0
    assert len(company.box.mails) == before


def test_a_message_can_be_previewed_from_what_odoo_holds(company: Company) -> None:
    text = message_preview.real(company.retail.settings, MessageStep.REFUNDED, "", "T-3605")
    assert (text.subject, text.language) == ("Your refund of 266.35 USD for return T-3605", "en")
    assert "260" not in text.subject


def test_a_message_that_a_person_deletes_is_not_sent_again(company: Company) -> None:
    domain = [("model", "=", "sale.order"), ("message_id", "=like", "<declined.%@odoo-rma>")]
    before, tables = len(company.box.mails), company.retail.tables
    told = list(tables.rows("mail.message", domain, "model"))
    assert told
    tables.call("mail.message", "unlink", told)
    company.retail.forget()
    for day in (1, 2, 3):
        assert company.retail.day(day).writes == 0
    assert len(company.box.mails) == before


# ── what goes wrong ──


def arrived(rma: str, order: str, sku: str, who: tuple[str, str]) -> dict[str, Any]:
    """A return of one unit that is authorized and here."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    at = f"{yesterday}T09:00:00Z"
    return {
        "id": rma,
        "order": {"name": order},
        "customer": {"name": who[0], "email": who[1]},
        "currency": "USD",
        "authorization": "authorized",
        "requested_at": at,
        "received_at": at,
        "lines": [{"id": "1", "sku": sku, "requested": 1, "received": 1}],
    }


def outcome(report: RunReport, rma: str) -> Outcome:
    return next(r.outcome for r in report.results if r.id == rma)


def test_a_reply_that_is_lost_makes_no_second_mail(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    send = Email.send

    def lose(self: Email, one: Outgoing, client: OdooClient) -> None:
        send(self, one, client)
        raise Unknown("the reply was lost.")

    monkeypatch.setattr(Email, "send", lose)
    before = company.box.steps_to(DMITRI)
    report = company.retail.bring(arrived("T-3691", "S-1103", "SHIRT-M", ("Dmitri Sokolov", DMITRI)))
    assert outcome(report, "T-3691") is Outcome.DONE
    assert company.retail.sync().writes == 0
    assert company.box.steps_to(DMITRI) == [*before, "received"]


def test_a_run_that_dies_before_sending_sends_later_and_once(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(self: Email, one: Outgoing, client: OdooClient) -> None:
        raise KeyboardInterrupt

    before = company.box.steps_to(BEN)
    with monkeypatch.context() as killed:
        killed.setattr(Email, "send", die)
        with pytest.raises(KeyboardInterrupt):
            company.retail.bring(arrived("T-3692", "S-1094", "BOOT-42", ("Ben Okafor", BEN)))
    company.retail.forget()
    report = company.retail.bring(arrived("T-3692", "S-1094", "BOOT-42", ("Ben Okafor", BEN)))
    assert report.writes == 0, "it may still be on its way"
    assert company.box.steps_to(BEN) == before
    monkeypatch.setattr(seen, "PATIENCE", timedelta(0))
    [result] = [r for r in company.retail.sync().results if r.id == "T-3692"]
    assert result.steps == ("tell the customer: received (en)",)
    assert company.retail.sync().writes == 0
    assert company.box.steps_to(BEN) == [*before, "received"]
    assert len(company.retail.own("mail.message", "T-3692", "message")) == 2


def test_what_odoo_refuses_goes_to_quarantine_with_its_words(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Email, one: Outgoing, client: OdooClient) -> None:
        raise Refused("no outgoing mail today.")

    one = arrived("T-3693", "S-1102", "PACK-40", ("Carla Jensen", CARLA))
    before = company.box.steps_to(CARLA)
    with monkeypatch.context() as refusing:
        refusing.setattr(Email, "send", refuse)
        report = company.retail.bring(one)
    [result] = [r for r in report.results if r.id == "T-3693"]
    assert result.outcome is Outcome.QUARANTINED
    assert "no outgoing mail today" in result.issues[0].message
    company.retail.bring({**one, "revision": 2})
    assert company.retail.sync().writes == 0
    assert company.box.steps_to(CARLA) == [*before, "received"]


def test_two_runs_at_once_send_one_mail(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have planned the message when the first of them announces it."""
    both, announce = threading.Barrier(2, timeout=60), message._announce
    monkeypatch.setattr(message, "_announce", lambda *given: (both.wait(), announce(*given))[1])
    one = arrived("T-3694", "S-1100", "POT", ("Alice Moreau", ALICE))
    others = [telling(company.retail.env, tmp_path / name) for name in ("a", "b")]
    before = company.box.steps_to(ALICE)
    own = message.carry_out
    reports: list[RunReport] = []
    threads = [threading.Thread(target=lambda r=r: reports.append(r.bring(one))) for r in others]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert own is message.carry_out
    assert len(reports) == 2
    assert company.box.steps_to(ALICE) == [*before, "received"]
    assert len(company.retail.own("mail.message", "T-3694", "message")) == 1


class Sms:
    """A channel of somebody else."""

    address, in_chatter = "email", False

    def __init__(self, settings: MessageSettings) -> None:
        self.sent: list[Outgoing] = []

    def send(self, one: Outgoing, client: OdooClient) -> None:
        self.sent.append(one)


def test_another_channel_sends_once_and_stands_in_the_chatter_all_the_same(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sms = Sms(MessageSettings())
    monkeypatch.setattr(message, "open_channel", lambda _: sms)
    retail, before = telling(company.retail.env, tmp_path), len(company.box.mails)
    retail.bring(arrived("T-3695", "S-1108", "BOOT-42", ("Dmitri Sokolov", DMITRI)))
    retail.forget()
    assert retail.bring(arrived("T-3695", "S-1108", "BOOT-42", ("Dmitri Sokolov", DMITRI))).writes == 0
    [one] = sms.sent
    assert (one.to, one.text.startswith("Hello")) == (DMITRI, True)
    [stands] = retail.tables.rows("mail.message", [("message_id", "=", one.key)], "model", "subject").values()
    assert (stands["model"], stands["subject"]) == ("sale.order", one.subject)
    assert len(company.box.mails) == before
