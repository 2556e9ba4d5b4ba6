"""Which addresses, secrets and transports are taken, before anything is sent."""

import pytest
from pydantic import SecretStr

from odoo_rma.connector.address import checked_address
from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.odoo import connect as connecting
from odoo_rma.connector.settings import OdooSettings, Secrets, Transport
from odoo_rma.connector.wire import Reply

NINETEEN, FOURTEEN = (19, 0), (14, 0)


def address(url: str, **more: bool) -> str:
    return checked_address(url, setting="odoo.url", gives_away="password", **{"allow_http": False, **more})


def settings(url: str, **more: object) -> OdooSettings:
    return OdooSettings.model_validate({"url": url, "database": "db", "login": "bot", **more})


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("https://erp.example.com", "https://erp.example.com"),
        (" https://ERP.example.com:8443/ ", "https://erp.example.com:8443"),
        ("http://localhost:8069", "http://localhost:8069"),
        ("http://127.0.0.1:8069/", "http://127.0.0.1:8069"),
        ("http://[::1]:8069", "http://[::1]:8069"),
    ],
)
def test_addresses_that_are_taken(given: str, taken: str) -> None:
    assert address(given) == taken


@pytest.mark.parametrize(
    "url",
    [
        "erp.example.com",
        "ftp://erp.example.com",
        "https://",
        "https://erp.example.com:port",
        "https://user:pw@erp.example.com",
        "https://erp.example.com/odoo",
        "https://erp.example.com?db=x",
        "http://erp.example.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(BadSettings):
        address(url)


def test_plain_http_goes_out_only_when_told_so() -> None:
    assert address("http://10.0.0.1", allow_http=True) == "http://10.0.0.1"


def test_a_path_is_taken_only_where_a_server_may_live_under_one() -> None:
    assert address("https://shop.example.com/backend/", path=True) == "https://shop.example.com/backend"


@pytest.mark.parametrize(
    ("choice", "version", "key", "json2"),
    [
        (Transport.AUTO, NINETEEN, "key", True),
        (Transport.AUTO, NINETEEN, None, False),
        (Transport.AUTO, FOURTEEN, "key", False),
        (Transport.ODOORPC, NINETEEN, "key", False),
        (Transport.JSON2, NINETEEN, "key", True),
    ],
)
def test_the_transport_follows_what_the_server_offers(
    choice: Transport, version: tuple[int, int], key: str | None, json2: bool
) -> None:
    assert connecting._takes_json2(choice, version, key) is json2


@pytest.mark.parametrize(
    ("version", "key", "why"), [(FOURTEEN, "key", "needs Odoo 19"), (NINETEEN, None, "API key")]
)
def test_a_forced_transport_that_cannot_be_is_refused(
    version: tuple[int, int], key: str | None, why: str
) -> None:
    with pytest.raises(BadSettings, match=why):
        connecting._takes_json2(Transport.JSON2, version, key)


def test_without_a_secret_nothing_is_sent() -> None:
    with pytest.raises(BadSettings, match="ODOO_RMA_API_KEY"):
        connecting._transport("http://127.0.0.1:1", settings("http://127.0.0.1:1"), NINETEEN, None, None)


def test_an_empty_secret_is_none() -> None:
    assert connecting._plain(SecretStr("")) is None
    assert connecting._plain(Secrets().password) is None


@pytest.mark.parametrize(
    ("body", "version"),
    [
        (b'{"result": {"server_version_info": [14, 0, 0, "final", 0, ""]}}', (14, 0)),
        (b'{"result": {"server_version_info": ["saas~18", 2, 0, "final", 0, "e"]}}', (18, 2)),
        (b'{"result": {"server_version_info": ["x", 2]}}', None),
        (b'{"result": {"server_version_info": []}}', None),
        (b'{"error": {}}', None),
        (b"<html>", None),
        (b"[1]", None),
    ],
)
def test_versions_are_read_or_not_known(body: bytes, version: tuple[int, int] | None) -> None:
    assert connecting._numbers(Reply(200, {}, body), "result", "server_version_info") == version
