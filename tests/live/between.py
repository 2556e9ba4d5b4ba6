"""Something broken between us and a real Odoo: a proxy that loses, delays, garbles and doubles what passes through it."""

import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from odoo_rma.connector.odoo.methods import READS

KEPT = ("content-type", "retry-after", "location")
LATE = 1.5
"""Seconds that a request waits on its way, when the client has long given up."""


@dataclass(frozen=True)
class Asked:
    """One request on its way to Odoo: `model.method`, and whether it may change something."""

    verb: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def name(self) -> str:
        """Which method of which model, or the path."""
        if self.path.startswith("/json/2/"):
            return ".".join(self.path.split("/")[3:5])
        called = json.loads(self.body).get("params", {}).get("args", []) if self.path == "/jsonrpc" else []
        return f"{called[3]}.{called[4]}" if len(called) > 4 else self.path

    @property
    def writes(self) -> bool:
        """Whether Odoo may have changed something."""
        return "." in self.name and self.name.rpartition(".")[2] not in READS

    @property
    def records(self) -> str:
        """Which records it is about: their ids, or the external ids that they are loaded under."""
        said = json.loads(self.body) if self.body else {}
        return str(said.get("ids") or [row[0] for row in said.get("data", [])])


@dataclass(frozen=True)
class Answer:
    """What Odoo said."""

    status: int
    headers: dict[str, str]
    body: bytes


Pass = Callable[[], Answer]
"""Carries the request to Odoo, and its answer back."""

Fault = Callable[["Exchange"], None]


@dataclass
class Exchange:
    """A request in our hands: a fault decides what becomes of it."""

    asked: Asked
    handler: BaseHTTPRequestHandler
    carry: Pass
    late: list[threading.Thread]

    def reply(self, answer: Answer) -> None:
        """Give the answer back as it is."""
        self.handler.send_response(answer.status)
        for name, value in answer.headers.items():
            self.handler.send_header(name, value)
        self.handler.send_header("Content-Length", str(len(answer.body)))
        self.handler.end_headers()
        self.handler.wfile.write(answer.body)

    def hang_up(self) -> None:
        """Reset the connection."""
        with suppress(OSError):
            self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.handler.close_connection = True
        self.handler.connection.close()


def pass_on(x: Exchange) -> None:
    """Let it through."""
    x.reply(x.carry())


def lose_request(x: Exchange) -> None:
    """Hang up before Odoo hears of it."""
    x.hang_up()


def lose_reply(x: Exchange) -> None:
    """Let Odoo carry it out, and hang up instead of answering."""
    x.carry()
    x.hang_up()


def be_late(x: Exchange) -> None:
    """Hang up at once; the request reaches Odoo a while later."""
    x.late.append(threading.Thread(target=_later, args=(x.carry,)))
    x.late[-1].start()
    x.hang_up()


def _later(carry: Pass) -> None:
    time.sleep(LATE)
    carry()


def half_a_reply(x: Exchange) -> None:
    """Stop in the middle of the answer."""
    answer = x.carry()
    x.handler.send_response(answer.status)
    x.handler.send_header("Content-Length", str(len(answer.body) + 1))
    x.handler.end_headers()
    x.handler.wfile.write(answer.body[: len(answer.body) // 2])
    x.hang_up()


def bad_gateway(x: Exchange) -> None:
    """Answer as a proxy does whose server is away."""
    x.reply(Answer(502, {"content-type": "text/html"}, b"<html><h1>502 Bad Gateway</h1></html>"))


def bad_gateway_after(x: Exchange) -> None:
    """Let Odoo carry it out, and answer as if it had been away."""
    x.carry()
    bad_gateway(x)


def garbage(x: Exchange) -> None:
    """Let Odoo carry it out, and answer nonsense."""
    x.carry()
    x.reply(Answer(200, {"content-type": "application/json"}, b'{"jsonrpc": "2.0", "result": \xff\x00'))


def drip(x: Exchange) -> None:
    """Answer byte after byte."""
    answer = x.carry()
    x.handler.send_response(answer.status)
    x.handler.send_header("Content-Length", str(len(answer.body)))
    x.handler.end_headers()
    for start in range(0, len(answer.body), max(1, len(answer.body) // 20)):
        x.handler.wfile.write(answer.body[start : start + max(1, len(answer.body) // 20)])
        x.handler.wfile.flush()
        time.sleep(0.01)


def twice(x: Exchange) -> None:
    """Carry it to Odoo twice, as a proxy does that tries again by itself."""
    x.carry()
    x.reply(x.carry())


ALL: tuple[Fault, ...] = (
    *(lose_request, lose_reply, be_late, half_a_reply),
    *(bad_gateway, bad_gateway_after, garbage, drip, twice),
)


@dataclass
class Between:
    """The proxy: `choose` says what happens to each request; `happened` counts it."""

    url: str
    choose: Callable[[Asked], Fault] = lambda _: pass_on
    happened: Counter[str] = field(default_factory=Counter)
    lock: Any = field(default_factory=threading.Lock)
    late: list[threading.Thread] = field(default_factory=list)

    def count(self, asked: Asked, fault: Fault) -> None:
        """Write down what happened to which call."""
        with self.lock:
            self.happened[f"{fault.__name__} {asked.name}"] += 1

    def settle(self) -> None:
        """Wait until nothing is on its way to Odoo any more."""
        while self.late:
            self.late.pop().join()

    def forward(self, upstream: str, asked: Asked) -> Answer:
        """Carry a request to Odoo."""
        at = urlsplit(upstream)
        connection = HTTPConnection(at.hostname or "", at.port, timeout=300)
        try:
            headers = {k: v for k, v in asked.headers.items() if k.lower() not in ("host", "connection")}
            connection.request(asked.verb, asked.path, asked.body, headers)
            reply = connection.getresponse()
            kept = {k: v for k, v in reply.getheaders() if k.lower() in KEPT}
            return Answer(reply.status, kept, reply.read())
        finally:
            connection.close()


@contextmanager
def between(upstream: str) -> Iterator[Between]:
    """Stand between a client and the Odoo at this address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body go in two writes; the second would wait 40 ms

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = Asked(self.command, self.path, dict(self.headers), body)
            fault = proxy.choose(asked)
            proxy.count(asked, fault)

            def carry() -> Answer:
                try:
                    return proxy.forward(upstream, asked)
                except OSError:
                    return Answer(502, {"content-type": "text/html"}, b"<h1>Odoo is away</h1>")

            with suppress(OSError):
                fault(Exchange(asked, self, carry, proxy.late))

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy = Between(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
