"""What a Medusa, or whoever stands in front of it, answers, and what is made of it; and what `check` says."""

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
import stamina
from pytest_httpserver import HTTPServer
from webshop import Door, WebShop
from webshop.door import KEY
from werkzeug import Request, Response

from odoo_rma.connector.errors import (
    AccessRefused,
    LoginRefused,
    NoServer,
    Refused,
    RmaError,
    Unknown,
    Unreachable,
)
from odoo_rma.connector.settings import Settings, SourceSettings
from odoo_rma.connector.sources.medusa.api import Api, NotThere
from odoo_rma.connector.sources.medusa.options import MedusaOptions
from odoo_rma.connector.sources.medusa.source import MedusaSource
from odoo_rma.sync.readiness import source_checks


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


def api(server: HTTPServer, **options: object) -> Api:
    given = {"url": server.url_for("/").rstrip("/"), "api_key": KEY, **options}
    return Api("web", MedusaOptions.model_validate(given))


def answer(server: HTTPServer, status: int, body: str, **headers: str) -> None:
    server.expect_request("/admin/returns").respond_with_data(body, status=status, headers=headers)


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (401, '{"message": "Unauthorized"}', LoginRefused, "refuses the API key"),
        (403, '{"message": "Forbidden"}', AccessRefused, "Medusa: Forbidden"),
        (404, '{"type": "not_found", "message": "No such return"}', NotThere, "Medusa: No such return"),
        (404, "<html>nginx</html>", NoServer, "not as Medusa does. Check url."),
        (400, '{"type": "invalid_data", "message": "An open change"}', Refused, "Medusa: An open change"),
        (429, "slow down", Unreachable, "HTTP 429"),
        (500, '{"message": "An unknown error occurred."}', Unknown, "HTTP 500 (An unknown error occurred.)"),
        (502, "<html>Bad gateway</html>", Unknown, "HTTP 502"),
        (200, "<html>It works!</html>", Unknown, "something unreadable"),
        (200, "[1]", Unknown, "something unreadable"),
    ],
)
def test_an_answer_is_one_of_the_known_outcomes(
    httpserver: HTTPServer, status: int, body: str, error: type[RmaError], words: str
) -> None:
    answer(httpserver, status, body)
    with pytest.raises(error) as caught:
        api(httpserver).post("returns")
    assert type(caught.value) is error
    assert words in str(caught.value)


def test_a_redirect_is_not_followed_with_the_key(httpserver: HTTPServer) -> None:
    answer(httpserver, 308, "", Location="https://elsewhere.example.com/admin/returns")
    with pytest.raises(NoServer, match=r"redirects to https://elsewhere\.example\.com"):
        api(httpserver).get("returns")
    assert len(httpserver.log) == 1


def test_reading_is_repeated_and_writing_is_not_where_nobody_knows(httpserver: HTTPServer) -> None:
    answer(httpserver, 502, "")
    for call in (api(httpserver).get, api(httpserver).post):
        with pytest.raises(Unknown):
            call("returns")
    assert [request.method for request, _ in httpserver.log] == ["GET", "GET", "POST"]


def test_amounts_stay_decimals_on_the_way_in_and_out(httpserver: HTTPServer) -> None:
    seen: list[bytes] = []

    def echo(request: Request) -> Response:
        seen.append(request.get_data())
        return Response('{"amount": 217.7637, "tiny": 1e-7}', content_type="application/json")

    httpserver.expect_request("/admin/returns").respond_with_handler(echo)
    read = api(httpserver).post("returns", {"amount": Decimal("217.76")})
    assert read == {"amount": Decimal("217.7637"), "tiny": Decimal("1E-7")}
    assert seen == [b'{"amount": 217.76}']


def test_nobody_there_is_said_with_the_address() -> None:
    nobody = Api("web", MedusaOptions.model_validate({"url": "http://127.0.0.1:9", "api_key": KEY}))
    with pytest.raises(Unreachable, match=r"Nobody answers at http://127\.0\.0\.1:9"):
        nobody.get("returns")


# check


def looked(server: HTTPServer, key: str = KEY, **options: object) -> list[tuple[bool, str]]:
    given = {"url": server.url_for("/"), "api_key": key, **options}
    settings = SourceSettings.model_validate({"type": "medusa", "options": given})
    with closing(MedusaSource("web", settings)) as source:
        return [(c.ok, c.detail) for c in source.check()]


def test_check_says_what_was_found(httpserver: HTTPServer) -> None:
    shop = WebShop()
    shop.request(shop.order("S-1", ("MUG", 1, "9.95")), ("MUG", 1))
    shop.order("", ("MUG", 1, "9.95"))
    door = Door(shop, httpserver)
    assert looked(httpserver) == [
        (True, f"Medusa 2 at {door.url}, 1 returns"),
        (
            True,
            "Odoo's reference stands in the metadata of 1 of the last 2 orders; the last one is looked for as '2'",
        ),
    ]
    assert looked(httpserver, refund_reason="refund")[-1] == (False, "Medusa has no refund reason 'refund'")
    assert looked(httpserver, refund_reason="return")[-1][0] is True
    assert door.writes() == []


def test_check_names_a_wrong_key(httpserver: HTTPServer) -> None:
    Door(WebShop(), httpserver)
    [(ok, detail)] = looked(httpserver, key="sk_wrong")
    assert not ok and "refuses the API key" in detail


def test_check_names_what_is_no_medusa(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/admin/returns").respond_with_json({"data": []})
    httpserver.expect_request("/admin/orders").respond_with_json({"orders": []})
    [(ok, detail)] = looked(httpserver)
    assert not ok and "not as a Medusa 2 does" in detail


def test_the_sources_of_the_settings_are_looked_at_and_folders_are_not_made(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    Door(WebShop(), httpserver)
    settings = Settings.model_validate(
        {
            "odoo": {"url": "https://erp.example.com", "database": "d", "login": "l"},
            "sources": {
                "folder": {"path": str(tmp_path / "rma")},
                "web": {"type": "medusa", "options": {"url": httpserver.url_for("/"), "api_key": KEY}},
                "slip": {"type": "medusa", "options": {"uri": "x", "api_key": KEY}},
            },
        }
    )
    found = [(c.name, c.ok) for c in source_checks(settings)]
    assert found == [("source web", True), ("source web", True), ("source slip", False)]
    assert not (tmp_path / "rma").exists()
