"""What a broken network or server does to a call: both transports must call the same thing by the same name."""

import contextlib
import json
import logging
import socket
import ssl
import struct
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
import stamina
import trustme
from pydantic import SecretStr

from odoo_rma.connector import redact, wire
from odoo_rma.connector.errors import (
    AccessRefused,
    BadSettings,
    Busy,
    LoginRefused,
    NoServer,
    NotOffered,
    Refused,
    RmaError,
    Unknown,
    Unreachable,
)
from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.odoo.connect import connect
from odoo_rma.connector.settings import OdooSettings, Secrets

CANARY = "c4nary/key+'\"secret"
TRANSPORTS = ("odoorpc", "json2")
ME = {"id": 2, "login": "bot", "company_id": 1, "tz": False}


@dataclass(frozen=True)
class Asked:
    """One request as the server got it."""

    path: str
    headers: str
    body: bytes

    @property
    def reply_id(self) -> Any:
        return json.loads(self.body or b"{}").get("id")


Fault = Callable[[socket.socket, Asked], None]


@dataclass
class Loopback:
    """Plays an Odoo 19 up to the login; what comes then is up to the `fault`."""

    fault: Fault = lambda _conn, _asked: None
    tls: ssl.SSLContext | None = None
    seen: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.gone = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.gone.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                conn, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self.tls:
                conn = self.tls.wrap_socket(conn, server_side=True)
            with conn:
                asked = _read(conn)
                known = _until_login(asked)
                if known is not None:
                    reply(conn, known)
                else:
                    self.seen.append(asked)
                    self.fault(conn, asked)


def _read(conn: socket.socket) -> Asked:
    data = b""
    while b"\r\n\r\n" not in data:
        data += conn.recv(65536) or _lost()
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    length = next((int(each.split(":")[1]) for each in lines if each.lower().startswith("content-length")), 0)
    while len(body) < length:
        body += conn.recv(65536) or _lost()
    return Asked(lines[0].split()[1], head.decode(), body)


def _lost() -> bytes:
    raise ConnectionError("the client went away")


def _until_login(asked: Asked) -> Any:
    if asked.path == "/web/webclient/version_info":
        return {"jsonrpc": "2.0", "id": 1, "result": {"server_version_info": [19, 0, 0, "final", 0, ""]}}
    if asked.path == "/json/2/res.users/context_get":
        return {"uid": 2, "lang": "en_US", "tz": False}
    if asked.path == "/json/2/res.users/read":
        return [ME]
    if asked.path == "/jsonrpc":
        args = json.loads(asked.body)["params"]["args"]
        if len(args) == 3 or args[3:5] == ["res.users", "read"]:
            return {"jsonrpc": "2.0", "id": asked.reply_id, "result": 2 if len(args) == 3 else [ME]}
    return None


def reply(conn: socket.socket, content: Any, status: int = 200, more: str = "") -> None:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{more}\r\n"
    conn.sendall(head.encode() + body)


def answer(conn: socket.socket, asked: Asked, result: Any) -> None:
    """A good answer, in the words of the transport that asks."""
    rpc = asked.path == "/jsonrpc"
    reply(conn, {"jsonrpc": "2.0", "id": asked.reply_id, "result": result} if rpc else result)


def odoo_error(name: str, message: str, status: int) -> Fault:
    def fault(conn: socket.socket, asked: Asked) -> None:
        data = {
            "name": name,
            "message": message,
            "arguments": [],
            "context": {},
            "debug": "Traceback (most recent",
        }
        if asked.path == "/jsonrpc":
            error = {"code": 0, "message": "Odoo Server Error", "data": data}
            reply(conn, {"jsonrpc": "2.0", "id": asked.reply_id, "error": error})
        else:
            reply(conn, data, status)

    return fault


def page(status: int, more: str = "") -> Fault:
    return lambda conn, _asked: reply(conn, b"<html>nginx " + CANARY.encode() + b"</html>", status, more)


def reset(conn: socket.socket, _asked: Asked) -> None:
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_up(_conn: socket.socket, _asked: Asked) -> None:
    pass


def stall(conn: socket.socket, _asked: Asked) -> None:
    conn.recv(1)  # until the client gives up


def stall_after_headers(conn: socket.socket, _asked: Asked) -> None:
    conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
    conn.recv(1)


def drip(conn: socket.socket, _asked: Asked) -> None:
    conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        conn.sendall(b" ")
        time.sleep(0.05)


def drip_headers(conn: socket.socket, _asked: Asked) -> None:
    conn.sendall(b"HTTP/1.1 200 OK\r\n")
    for n in range(1000):
        conn.sendall(f"X-{n}: 1\r\n".encode())
        time.sleep(0.05)


def endless(conn: socket.socket, _asked: Asked) -> None:
    conn.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        conn.sendall(b" " * 65536)


def half_json(conn: socket.socket, _asked: Asked) -> None:
    reply(conn, b'{"jsonrpc": "2.0", "id": 1, "result": [{"id": 1, "na')


def cut(conn: socket.socket, _asked: Asked) -> None:
    conn.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"jsonrpc": "2.0"')


def no_http(conn: socket.socket, _asked: Asked) -> None:
    conn.sendall(b"220 mail.example.com ESMTP\r\n\r\n")


FAULTS: dict[str, tuple[Fault, type[RmaError]]] = {
    "reset": (reset, Unknown),
    "hang up": (hang_up, Unknown),
    "stall": (stall, Unknown),
    "stall after headers": (stall_after_headers, Unknown),
    "drip": (drip, Unknown),
    "drip headers": (drip_headers, Unknown),
    "endless body": (endless, Unknown),
    "half JSON": (half_json, Unknown),
    "cut": (cut, Unknown),
    "empty": (lambda conn, _asked: reply(conn, b""), Unknown),
    "no HTTP": (no_http, Unknown),
    "deep JSON": (lambda conn, _asked: reply(conn, b"[" * 100_000), Unknown),
    "HTML 200": (page(200), Unknown),
    "HTML 500": (page(500), Unknown),
    "HTML 502": (page(502), Unknown),
    "HTML 503": (page(503, "Retry-After: 1\r\n"), Unknown),
    "HTML 504": (page(504), Unknown),
    "HTML 408": (page(408), Unknown),
    "redirect": (page(302, "Location: https://other.example.com/\r\n"), Unknown),
    "HTML 403": (page(403), Unreachable),
    "HTML 404": (page(404), Unreachable),
    "HTML 429": (page(429, "Retry-After: 1\r\n"), Unreachable),
    "HTML 413": (page(413), Refused),
    "UserError": (odoo_error("odoo.exceptions.UserError", "No.", 422), Refused),
    "ValidationError": (odoo_error("odoo.exceptions.ValidationError", "No.", 422), Refused),
    "MissingError": (odoo_error("odoo.exceptions.MissingError", "Gone.", 404), Refused),
    "ValueError": (odoo_error("builtins.ValueError", "Invalid field", 500), Refused),
    "AccessError": (odoo_error("odoo.exceptions.AccessError", "No right.", 403), AccessRefused),
    "AccessDenied": (odoo_error("odoo.exceptions.AccessDenied", "Access Denied", 403), LoginRefused),
    "no method": (odoo_error("builtins.AttributeError", "The method does not exist", 404), NotOffered),
    "serialization": (
        odoo_error("psycopg2.errors.SerializationFailure", "could not serialize access", 500),
        Busy,
    ),
    "deadlock": (odoo_error("psycopg2.errors.DeadlockDetected", "deadlock detected", 500), Busy),
    "lock": (odoo_error("psycopg2.errors.LockNotAvailable", "could not obtain lock on row", 500), Busy),
    "pool": (odoo_error("psycopg2.pool.PoolError", "The Connection Pool Is Full", 500), Busy),
    "disk full": (odoo_error("psycopg2.errors.DiskFull", "could not extend file", 500), Unknown),
    "database gone": (odoo_error("psycopg2.OperationalError", "server closed the connection", 500), Unknown),
}


@pytest.fixture(autouse=True)
def no_secret_anywhere(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Every logger is wide open, and still nobody sees the secret."""
    for name in ("", "odoorpc", "odoorpc.rpc.jsonrpclib", "httpcore.http11", "httpcore.connection", "httpx"):
        caplog.set_level(logging.DEBUG, logger=name)
    yield
    shown = "\n".join(
        [f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.get_records("call")]
    )
    assert not any(form in shown for form in (CANARY, repr(CANARY)[1:-1], json.dumps(CANARY)[1:-1]))


@pytest.fixture(autouse=True)
def one_try() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


def client_of(server: Loopback, transport: str, timeout: float = 1.0, **settings: Any) -> OdooClient:
    odoo = OdooSettings(
        url=server.url, database="db", login="bot", transport=transport, timeout=timeout, **settings
    )
    return connect(odoo, Secrets(api_key=SecretStr(CANARY)))


def words_of(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_one_name_and_ends_in_time(
    name: str, transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault, expected = FAULTS[name]
    monkeypatch.setattr(wire, "MAX_REPLY", 1024 * 1024)
    with Loopback(fault) as server:
        client = client_of(server, transport)
        started = time.monotonic()
        with pytest.raises(RmaError) as caught:
            client.call("account.move", "action_post", [1])
    assert type(caught.value) is expected
    assert time.monotonic() - started < 2
    assert CANARY not in words_of(caught.value)
    assert "Traceback" not in str(caught.value)
    assert (client.writes, len(server.seen)) == (1, 1)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_nobody_there_anymore_is_unreachable(transport: str) -> None:
    with Loopback() as server:
        client = client_of(server, transport)
    with pytest.raises(Unreachable, match="refused"):
        client.call("account.move", "action_post", [1])


def test_the_answer_to_another_call_is_unknown() -> None:
    with (
        Loopback(
            lambda conn, asked: reply(conn, {"jsonrpc": "2.0", "id": asked.reply_id + 1, "result": []})
        ) as server,
        pytest.raises(Unknown, match="another call"),
    ):
        client_of(server, "odoorpc").read("res.partner", [1], ["name"])


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_credentials_never_follow_a_redirect(transport: str) -> None:
    with Loopback() as thief, Loopback() as server:
        server.fault = page(307, f"Location: {thief.url}/jsonrpc\r\n")
        with pytest.raises(Unknown, match="redirects"):
            client_of(server, transport).read("res.partner", [1], ["name"])
        assert thief.seen == []


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_call_says_which_database(transport: str) -> None:
    with Loopback(lambda conn, asked: answer(conn, asked, [])) as server:
        client_of(server, transport).read("res.partner", [1], ["name"])
        assert "x-odoo-database: db" in server.seen[0].headers.lower()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(
    ("fault", "method", "requests"),
    [
        (page(502), "search_count", 3),  # a read may be repeated
        (page(502), "action_post", 1),  # nobody knows: look first
        (page(429), "action_post", 3),  # nothing ran
        (FAULTS["serialization"][0], "action_post", 3),  # rolled back
        (FAULTS["UserError"][0], "search_count", 1),  # no is no
        (FAULTS["AccessError"][0], "search_count", 1),
    ],
)
def test_only_what_is_harmless_is_tried_again(
    fault: Fault, method: str, requests: int, transport: str
) -> None:
    def twice_then_well(conn: socket.socket, asked: Asked) -> None:
        (fault if len(server.seen) < 3 else lambda conn, asked: answer(conn, asked, True))(conn, asked)

    with Loopback(twice_then_well) as server, stamina.set_testing(True, attempts=3):
        client = client_of(server, transport)
        with contextlib.suppress(RmaError) if requests == 1 else contextlib.nullcontext():
            assert client.call("account.move", method, [1] if method == "action_post" else None) is True
        assert len(server.seen) == requests


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_load_that_was_outrun_is_loaded_again(transport: str) -> None:
    outrun = {"ids": False, "messages": [{"type": "error", "message": "could not serialize access due to …"}]}

    def outrun_once(conn: socket.socket, asked: Asked) -> None:
        answer(conn, asked, outrun if len(server.seen) == 1 else {"ids": [7], "messages": []})

    with Loopback(outrun_once) as server, stamina.set_testing(True, attempts=2):
        client = client_of(server, transport)
        assert client.load("res.partner", ["id", "name"], [["__rma__.a", "A"]]) == [7]
        assert b'"noupdate": true' in server.seen[0].body
        assert client.writes == 2


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_tls_is_verified_unless_told_otherwise(transport: str, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with Loopback(lambda conn, asked: answer(conn, asked, []), tls=context) as server:
        with pytest.raises(NoServer, match="certificate verify failed"):
            client_of(server, transport)
        assert client_of(server, transport, verify_tls=False).read("res.partner", [1], ["name"]) == []
        with authority.cert_pem.tempfile() as trusted:
            monkeypatch.setenv("SSL_CERT_FILE", trusted)
            assert client_of(server, transport).server.url.startswith("https")


def test_a_certificate_for_another_host_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("other.example.com").configure_cert(context)
    with Loopback(tls=context) as server, authority.cert_pem.tempfile() as trusted:
        monkeypatch.setenv("SSL_CERT_FILE", trusted)
        with pytest.raises(NoServer, match="certificate"):
            client_of(server, "auto")


def test_https_where_only_http_is_spoken_is_told_in_plain_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            conn, _ = listener.accept()
            with conn:
                conn.recv(65536)
                conn.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        address = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with (
            contextlib.closing(wire.Wire(address, timeout=10)) as there,
            pytest.raises(Unreachable) as caught,
        ):
            there.send("GET", "/")
    assert str(caught.value).endswith(
        "it does not speak TLS; if the address is right, it begins with http://."
    )


@pytest.mark.parametrize("fault", [stall, drip, endless, reset, page(200), page(502), page(302)])
def test_who_is_no_odoo_is_no_server(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_REPLY", 1024 * 1024)
    monkeypatch.setitem(globals(), "_until_login", lambda _asked: None)
    with Loopback(fault) as server:
        started = time.monotonic()
        with pytest.raises(NoServer) as caught:
            client_of(server, "auto")
        assert time.monotonic() - started < 3
        assert CANARY not in words_of(caught.value)
        assert not any(CANARY in asked.headers or CANARY.encode() in asked.body for asked in server.seen)


@pytest.mark.parametrize("key", ["kéy", "two\r\nlines", "with space"])
def test_a_key_that_can_be_none_is_refused_before_it_is_sent(key: str) -> None:
    with Loopback() as server, pytest.raises(BadSettings, match="API key") as caught:
        odoo = OdooSettings(url=server.url, database="db", login="bot")
        connect(odoo, Secrets(api_key=SecretStr(key)))
    assert key not in words_of(caught.value)


def test_plain_http_stays_on_this_machine() -> None:
    with pytest.raises(BadSettings, match="allow_http"):
        connect(OdooSettings(url="http://erp.example.com", database="d", login="l"), Secrets())


def test_a_registered_secret_is_struck_out_of_what_is_written() -> None:
    redact.register(CANARY)
    assert CANARY not in redact.redact(f"key {CANARY}")
