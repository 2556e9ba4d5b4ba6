"""Alerts: a mail that a real mail server takes, a POST that a receiver can verify, once for each change, and no harm."""

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from office.year import Lists, reconciled, year
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from stores import spoil

from odoo_rma.connector.alerts import Status
from odoo_rma.connector.errors import NoServer, Refused, StoreFailed
from odoo_rma.connector.settings import Secrets, Settings
from odoo_rma.connector.settings_store import StorePlace
from odoo_rma.mappings.issues import Issue
from odoo_rma.sync.alert import tell
from odoo_rma.sync.alert.state import WELL, State, after_failure, after_reconcile, after_sync
from odoo_rma.sync.report import Outcome, Result, RunReport

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PASSWORD = "Streng-geheim-42"
FOUND = State(Status.FINDINGS, "Returns wait for a person: 1 in quarantine", "a", worst=("R-1: no_order",))
OTHER = replace(FOUND, mark="b", worst=("R-2: no_order",))


class Sink:
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:
        envelope.was_tls, envelope.was = session.ssl is not None, session.auth_data
        self.mails.append(envelope)
        return "250 OK"

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("nobody@"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def only_rma(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"rma", PASSWORD.encode())
    return AuthResult(success=good, handled=good, auth_data=data)


@contextmanager
def post_office(sink: Sink, **options: Any) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture
def settings(place: StorePlace) -> Callable[..., Settings]:
    def make(secrets: dict[str, str] | None = None, **alerts: Any) -> Settings:
        made = Settings.model_validate(
            {
                "odoo": {"url": "https://erp.example.com", "database": "erp", "login": "rma"},
                "run": {"store": place},
                "alerts": alerts,
            }
        )
        kept = Secrets(**{name: SecretStr(value) for name, value in (secrets or {}).items()})
        return made.model_copy(update={"secrets": kept})

    return make


Make = Callable[..., Settings]


class TestMail:
    def test_it_arrives_with_what_and_what_to_do(self, settings: Make) -> None:
        sink = Sink()
        with post_office(sink) as port:
            to = ["ops@shop.example", "books@shop.example"]
            mine = settings(mail_to=to, mail_host="127.0.0.1", mail_port=port, mail_tls="none")
            assert tell(mine, "sync", FOUND, NOW) == []
        (mail,) = sink.mails
        assert mail.rcpt_tos == to
        text = mail.content.decode()
        assert "Subject: [odoo-rma] Returns wait for a person: 1 in quarantine" in text
        assert "From: ops@shop.example" in text
        assert "Auto-Submitted: auto-generated" in text
        assert "R-1: no_order" in text

    def test_the_password_goes_only_over_tls(
        self, settings: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        authority, sink = trustme.CA(), Sink()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        with (
            authority.cert_pem.tempfile(dir=str(tmp_path)) as trusted,
            post_office(sink, tls_context=context, authenticator=only_rma, auth_required=True) as port,
        ):
            mine = settings(
                {"mail_password": PASSWORD},
                mail_to=["ops@shop.example"],
                mail_port=port,
                mail_user="rma",
            )
            # An unknown authority: nothing is sent, not the password either.
            (note,) = tell(mine, "sync", FOUND, NOW)
            assert "certificate" in note
            assert sink.mails == []
            monkeypatch.setenv("SSL_CERT_FILE", trusted)
            assert tell(mine, "sync", FOUND, NOW) == []
        assert [m.was_tls for m in sink.mails] == [True]
        assert sink.mails[0].was.login == b"rma"

    def test_a_wrong_password_is_a_note_without_the_password(
        self, settings: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        authority, sink = trustme.CA(), Sink()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        with (
            authority.cert_pem.tempfile(dir=str(tmp_path)) as trusted,
            post_office(sink, tls_context=context, authenticator=only_rma, auth_required=True) as port,
        ):
            monkeypatch.setenv("SSL_CERT_FILE", trusted)
            wrong = {"mail_password": "Falsch-4711"}
            mine = settings(wrong, mail_to=["ops@shop.example"], mail_port=port, mail_user="rma")
            (note,) = tell(mine, "sync", FOUND, NOW)
        assert "535" in note
        assert "Falsch" not in note

    def test_one_wrong_address_does_not_keep_the_others_from_it(self, settings: Make) -> None:
        sink = Sink()
        with post_office(sink) as port:
            to = ["nobody@shop.example", "ops@shop.example"]
            mine = settings(mail_to=to, mail_host="127.0.0.1", mail_port=port, mail_tls="none")
            (note,) = tell(mine, "sync", FOUND, NOW)
            assert "refuses nobody@shop.example; the other addresses were told" in note
        assert sink.mails[0].rcpt_tos == ["ops@shop.example"]

    def test_a_server_that_says_nothing_holds_up_the_run_for_no_longer_than_allowed(
        self, settings: Make
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            mine = settings(mail_to=["a@b.c"], mail_host="127.0.0.1", mail_port=port, timeout=0.5)
            began = datetime.now(UTC)
            (note,) = tell(mine, "sync", FOUND, NOW)
        assert "timed out" in note
        assert datetime.now(UTC) - began < timedelta(seconds=20)


class TestWebhook:
    def test_a_receiver_can_verify_it_with_a_ready_library(
        self, settings: Make, httpserver: HTTPServer
    ) -> None:
        httpserver.expect_request("/hooks/odoo", method="POST").respond_with_data("", 204)
        mine = settings({"webhook_secret": SECRET}, webhook_url=httpserver.url_for("/hooks/odoo"))
        assert tell(mine, "sync", FOUND, datetime.now(UTC)) == []
        ((request, _),) = httpserver.log
        body = Webhook(SECRET).verify(request.data, dict(request.headers))
        assert body["status"] == "findings"
        assert body["worst"] == ["R-1: no_order"]
        assert body["headline"] in body["text"]
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(request.data.replace(b"R-1", b"R-2"), dict(request.headers))

    def test_an_old_copy_is_seen_to_be_old(self, settings: Make, httpserver: HTTPServer) -> None:
        httpserver.expect_request("/").respond_with_data("")
        mine = settings({"webhook_secret": SECRET}, webhook_url=httpserver.url_for("/"))
        tell(mine, "sync", FOUND, datetime.now(UTC) - timedelta(hours=1))
        ((request, _),) = httpserver.log
        with pytest.raises(WebhookVerificationError, match="too old"):
            Webhook(SECRET).verify(request.data, dict(request.headers))

    def test_without_a_secret_it_is_not_signed(self, settings: Make, httpserver: HTTPServer) -> None:
        httpserver.expect_request("/").respond_with_data("")
        tell(settings(webhook_url=httpserver.url_for("/")), "sync", FOUND, NOW)
        ((request, _),) = httpserver.log
        assert "webhook-signature" not in request.headers

    @pytest.mark.parametrize("status", [302, 404, 500])
    def test_an_answer_that_is_no_success_is_a_note(
        self, settings: Make, httpserver: HTTPServer, status: int
    ) -> None:
        httpserver.expect_request("/x").respond_with_data("", status, headers={"location": "/elsewhere"})
        (note,) = tell(settings(webhook_url=httpserver.url_for("/x")), "sync", FOUND, NOW)
        assert f"it answers {status}" in note
        assert len(httpserver.log) == 1

    def test_nobody_there_is_a_note(self, settings: Make) -> None:
        (note,) = tell(settings(webhook_url="http://127.0.0.1:9/"), "sync", FOUND, NOW)
        assert "The webhook did not take the alert" in note


class TestOnceForEachChange:
    @pytest.fixture
    def told(self, httpserver: HTTPServer) -> Callable[[], list[str]]:
        httpserver.expect_request("/").respond_with_data("")
        return lambda: [json.loads(request.data)["headline"] for request, _ in httpserver.log]

    @pytest.fixture
    def mine(self, settings: Make, httpserver: HTTPServer) -> Settings:
        return settings(webhook_url=httpserver.url_for("/"))

    def test_the_same_is_told_once(self, mine: Settings, told: Callable[[], list[str]]) -> None:
        for minutes in range(0, 60, 5):
            tell(mine, "sync", FOUND, NOW + timedelta(minutes=minutes))
        assert told() == [FOUND.headline]

    def test_something_new_is_told_and_that_all_is_well_again_too(
        self, mine: Settings, told: Callable[[], list[str]]
    ) -> None:
        for state in (WELL, FOUND, OTHER, OTHER, WELL, WELL, FOUND):
            tell(mine, "sync", state, NOW)
        assert told() == [FOUND.headline, OTHER.headline, "All is well again", FOUND.headline]

    def test_the_same_trouble_at_another_time_is_another_alert(
        self, mine: Settings, httpserver: HTTPServer, told: Callable[[], list[str]]
    ) -> None:
        for hours, state in enumerate((FOUND, WELL, FOUND)):
            tell(mine, "sync", state, NOW + timedelta(hours=hours))
        assert len({request.headers["webhook-id"] for request, _ in httpserver.log}) == len(told()) == 3

    def test_other_runs_have_their_own_memory(self, mine: Settings, told: Callable[[], list[str]]) -> None:
        tell(mine, "sync", FOUND, NOW)
        tell(mine, "reconcile all", WELL, NOW)
        tell(mine, "sync", FOUND, NOW)
        assert told() == [FOUND.headline]

    def test_what_did_not_get_through_is_tried_again_as_the_same_alert(
        self, settings: Make, httpserver: HTTPServer
    ) -> None:
        httpserver.expect_oneshot_request("/").respond_with_data("", 503)
        httpserver.expect_request("/").respond_with_data("")
        mine = settings(webhook_url=httpserver.url_for("/"))
        notes = [tell(mine, "sync", FOUND, NOW + timedelta(minutes=n)) for n in range(3)]
        assert [len(n) for n in notes] == [1, 0, 0]
        assert len(httpserver.log) == 2
        assert len({request.headers["webhook-id"] for request, _ in httpserver.log}) == 1

    def test_one_way_that_fails_does_not_make_the_other_repeat_itself(
        self, settings: Make, httpserver: HTTPServer
    ) -> None:
        httpserver.expect_request("/").respond_with_data("")
        mine = settings(
            webhook_url=httpserver.url_for("/"), mail_to=["a@b.c"], mail_host="127.0.0.1", mail_port=9
        )
        for _ in range(3):
            (note,) = tell(mine, "sync", FOUND, NOW)
            assert "The alert by mail was not sent" in note
        assert len(httpserver.log) == 1

    def test_without_a_store_it_is_told_all_the_same(
        self, mine: Settings, told: Callable[[], list[str]]
    ) -> None:
        spoil(mine.run.store)
        (note,) = tell(mine, "sync", FOUND, NOW)
        assert "Alerts cannot be remembered" in note
        assert told() == [FOUND.headline]
        tell(mine, "sync", WELL, NOW)
        assert len(told()) == 1


def result(rma: str, outcome: Outcome, *codes: str) -> Result:
    issues = tuple(Issue(code, "Ada Lovelace, ada@example.com", "Ask Ada.") for code in codes)
    return Result("shop", rma.lower(), rma, outcome, issues=issues)


class TestWhatIsTold:
    def test_a_run_without_anything_waiting_is_well(self) -> None:
        report = RunReport(NOW, results=[result("R-1", Outcome.DONE), result("R-2", Outcome.UNCHANGED)])
        assert after_sync(report) == WELL

    def test_what_waits_is_counted_and_the_first_are_named_without_data_of_customers(self) -> None:
        held = [result(f"R-{n}", Outcome.QUARANTINED, "two_customers") for n in range(8)]
        state = after_sync(RunReport(NOW, results=[*held, result("R-9", Outcome.DONE)]))
        assert state.headline == "Returns wait for a person: 8 in quarantine"
        assert state.worst == (*(f"R-{n}: two_customers" for n in range(5)), "and 3 more")
        assert state.counts == {"done": 1, "quarantined": 8}
        assert "Ada" not in repr(state)

    def test_the_mark_changes_with_what_waits_and_with_nothing_else(self) -> None:
        held = [
            result("R-1", Outcome.QUARANTINED, "no_order"),
            result("R-2", Outcome.QUARANTINED, "no_order"),
        ]
        one = after_sync(RunReport(NOW, results=held)).mark
        later = RunReport(NOW + timedelta(days=1), results=[*reversed(held), result("R-3", Outcome.DONE)])
        assert after_sync(later).mark == one
        for other in ([held[0]], [held[0], result("R-2", Outcome.QUARANTINED, "over_return")]):
            assert after_sync(RunReport(NOW, results=other)).mark != one

    def test_what_could_not_be_decided_is_a_failure(self) -> None:
        away = after_sync(RunReport(NOW, away={"web": "Nobody answers."}))
        assert (away.status, away.headline) == (Status.FAILED, "Not read: web")
        state = after_sync(RunReport(NOW, results=[result("R-1", Outcome.UNDECIDED)]))
        assert state.status is Status.FAILED
        assert "1 could not be decided" in state.headline

    def test_differences_that_cost_money_come_first(self) -> None:
        state = after_reconcile(year())
        assert state.headline == "Returns and Odoo differ: 53 differences"
        assert [line.split(": ")[1].split(",")[0] for line in state.worst[:4]] == ["duplicate"] * 3 + ["paid"]
        assert state.worst[-1] == "and 48 more"

    def test_what_a_person_has_decided_is_not_told(self) -> None:
        found = year()
        assert isinstance(found.rows, Lists)
        one, *others = found.rows.differences
        rows = replace(found.rows, differences=[one, *(replace(d, settled="goodwill") for d in others)])
        state = after_reconcile(replace(found, rows=rows, counts={one.kind.value: 1}))
        assert len(state.worst) == 1
        assert one.label in state.worst[0]

    def test_agreement_is_well(self) -> None:
        assert after_reconcile(reconciled(Lists())) == WELL

    def test_a_failure_says_its_kind_and_not_its_words(self) -> None:
        state = after_failure(Refused("The customer Ada Lovelace (ada@example.com) has no address."))
        assert state.headline == "A run failed: Odoo refused, and rolled back."
        assert "Ada" not in repr(state)
        assert after_failure(NoServer("after 120.4 s")).mark == after_failure(NoServer("after 120.9 s")).mark
        assert after_failure(NoServer("")).mark != after_failure(StoreFailed("")).mark
        assert after_failure(ValueError("Ada")).headline == (
            "A run failed: This should not have happened (ValueError)."
        )
