"""The Odoo in memory behind a real socket, so that real processes can be stopped, killed and watched while they use it.

It speaks both ways that we know: JSON-2 and `/jsonrpc`. What it lacks it answers as Odoo answers an error of its own,
and writes down in `unknown`.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from memory.client import CONNECTOR
from memory.odoo import READS, MemoryOdoo
from odoo_rma.connector.errors import AccessRefused, Busy, NotOffered, Refused
from odoo_rma.sandbox import Env

VERSION = [19, 0, 0, "final", 0, ""]
LOGIN = "rma"
KINDS: tuple[tuple[type[Exception], int, str], ...] = (
    (AccessRefused, 403, "odoo.exceptions.AccessError"),
    (NotOffered, 404, "builtins.AttributeError"),
    (Busy, 500, "psycopg2.errors.SerializationFailure"),
    (Refused, 422, "odoo.exceptions.UserError"),
    (NotImplementedError, 500, "builtins.NotImplementedError"),
)
DENIED = (401, "odoo.exceptions.AccessDenied", "Access Denied")
Answer = tuple[int, Any]


class _Denied(Exception):
    """Somebody without the right key."""


@dataclass(frozen=True)
class Call:
    """One call as it arrives, numbered from 1; `writes` numbers the calls that write, and is 0 for a read."""

    number: int
    writes: int
    model: str
    method: str


Happens = Callable[[Call], None]


def nothing(_call: Call) -> None:
    """Let it pass."""


@dataclass
class MemoryServer:
    """`before` and `after` are called around each call, while its sender waits for the answer."""

    odoo: MemoryOdoo
    secrets: tuple[str, ...] = ("none",)
    url: str = ""
    before: Happens = nothing
    after: Happens = nothing
    calls: list[Call] = field(default_factory=list)
    writes: int = 0
    unknown: list[str] = field(default_factory=list)
    _counting: Any = field(default_factory=threading.Lock)

    def env(self) -> Env:
        """How to reach it."""
        first = self.secrets[0]
        return Env(
            url=self.url,
            database="memory",
            login=LOGIN,
            password=first,
            api_key=first,
            version="19.0",
            rma_login=LOGIN,
            rma_password=first,
            rma_api_key=first,
        )

    def carry_out(self, model: str, method: str, ids: Sequence[int] | None, named: Mapping[str, Any]) -> Any:
        """Do one call, and what is to happen around it."""
        with self._counting:
            writing = method not in READS
            self.writes += writing
            self.calls.append(call := Call(len(self.calls) + 1, self.writes if writing else 0, model, method))
        self.before(call)
        try:
            if (model, method) == ("res.users", "context_get"):
                return {"uid": CONNECTOR, "lang": "en_US", "tz": False}
            return self.odoo.send(CONNECTOR, model, method, ids, named)
        except (NotImplementedError, KeyError, TypeError) as error:
            self.unknown.append(f"{model}.{method}: {error!r}")
            raise NotImplementedError(str(error)) from error
        finally:
            self.after(call)

    def answer(self, path: str, headers: Mapping[str, str], body: Any) -> Answer:
        """Answer one request, in the words of the way that it came."""
        if path == "/web/webclient/version_info":
            return 200, {"jsonrpc": "2.0", "id": body.get("id"), "result": {"server_version_info": VERSION}}
        try:
            if path == "/jsonrpc":
                return 200, {"jsonrpc": "2.0", "id": body["id"], "result": self._rpc(**body["params"])}
            model, method = path.removeprefix("/json/2/").split("/")
            if headers.get("Authorization", "").removeprefix("bearer ") not in self.secrets:
                raise _Denied
            return 200, self.carry_out(model, method, body.pop("ids", None), body)
        except (Refused, NotImplementedError, _Denied) as error:
            status, name, message = _kind(error)
            said = {"name": name, "message": message, "arguments": [], "context": {}, "debug": ""}
            if path == "/jsonrpc":
                return 200, {"jsonrpc": "2.0", "id": body["id"], "error": {"code": 0, "data": said}}
            return status, said

    def _rpc(self, service: str, method: str, args: list[Any]) -> Any:
        if service == "common":
            return CONNECTOR if args[2] in self.secrets else False
        _database, _uid, secret, model, called, positional, named = args
        if secret not in self.secrets:
            raise _Denied
        return self.carry_out(model, called, positional[0] if positional else None, named)


def _kind(error: Exception) -> tuple[int, str, str]:
    for kind, status, name in KINDS:
        if isinstance(error, kind):
            return status, name, str(error)
    return DENIED


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing about a client that was killed in the middle of a request."""


@contextmanager
def served(odoo: MemoryOdoo, *secrets: str, address: str = "127.0.0.1") -> Iterator[MemoryServer]:
    """Serve it while the block runs: to this machine, or, at `0.0.0.0`, to other networks as well."""
    server = MemoryServer(odoo, secrets or ("none",))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body go in two writes; the second would wait 40 ms

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            status, content = server.answer(self.path, dict(self.headers.items()), asked)
            body = json.dumps(content).encode()
            with suppress(OSError):  # whoever asked may be dead
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    http = _Quiet((address, 0), Handler)
    server.url = f"http://127.0.0.1:{http.server_port}"
    threading.Thread(target=http.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
