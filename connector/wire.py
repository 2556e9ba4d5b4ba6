"""One HTTP exchange with a server, Odoo or a returns system: total deadline, checked TLS, no redirects, a size limit.

Redirects are never followed, so credentials go nowhere else. Whatever fails before the first byte of the request
is sent is `Unreachable`; whatever fails afterwards is `Unknown`.
"""

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import certifi
import httpcore

from odoo_rma.connector import redact
from odoo_rma.connector.errors import RmaError, Unknown, Unreachable

MAX_REPLY = 64 * 1024 * 1024
CONNECT_SECONDS = 10.0
CHUNK = 64 * 1024
IDLE_SECONDS = 5.0

_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "record layer failure")
"""How OpenSSL, before and after 3.2, says that it got an answer in plain http."""

_BROKEN = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status, headers with lower-case names, and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """Connections to one server, kept alive between calls."""

    def __init__(self, url: str, *, timeout: float, verify_tls: bool = True) -> None:
        redact.fence()
        self.url = url.rstrip("/")
        self.timeout = timeout
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(verify_tls) if self.url.startswith("https:") else None,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=_DeadlineBackend(),
        )

    def send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send one request and read the whole reply, all within the time-out.

        Raises:
            Unreachable: the connection failed; nothing was sent.
            Unknown: sent, but the reply did not come, or not whole, or not in time, or was too large.

        """
        progress = _Progress(time.monotonic() + self.timeout)
        try:
            with self._pool.stream(
                method,
                self.url + path,
                headers=[*(headers or {}).items()],
                content=body,
                extensions={"timeout": progress.timeouts(), "trace": progress.trace},
            ) as response:
                return Reply(response.status, _headers(response.headers), _whole(response.iter_stream()))
        except _BROKEN as error:
            raise progress.outcome(self.url, self.timeout, error) from None

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


@dataclass(slots=True)
class _Progress:
    """How far one exchange has come, and when it must end."""

    deadline: float
    sent: bool = False

    def timeouts(self) -> dict[str, float]:
        # httpcore hands these through to our streams untouched: they are moments, not spans, so that no sequence
        # of small reads can outlast the deadline. Only the wait for the pool is httpcore's own.
        connect = min(self.deadline, time.monotonic() + CONNECT_SECONDS)
        return {"connect": connect, "read": self.deadline, "write": self.deadline, "pool": CONNECT_SECONDS}

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            self.sent = True

    def outcome(self, url: str, timeout: float, error: Exception) -> RmaError:
        if not self.sent:
            return Unreachable(f"Nobody answers at {url}: {_words(error)}.")
        if isinstance(error, httpcore.TimeoutException):
            return Unknown(
                f"No whole answer from {url} within {timeout:g} s; it may or may not have been carried out."
            )
        return Unknown(
            f"The answer from {url} was cut off ({_words(error)}); it may or may not have been carried out."
        )


class _DeadlineStream(httpcore.NetworkStream):
    """A stream whose `timeout` arguments are moments on the monotonic clock."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), CHUNK):
            self._inner.write(buffer[start : start + CHUNK], _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _DeadlineStream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _DeadlineBackend(httpcore.NetworkBackend):
    """Opens connections as `_DeadlineStream`."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _DeadlineStream(self._inner.connect_tcp(host, port, left, local_address, socket_options))


def _left(moment: float | None, error: type[httpcore.TimeoutException]) -> float | None:
    if moment is None:
        return None
    left = moment - time.monotonic()
    if left <= 0:
        raise error("the deadline has passed")
    return left


def _tls(verify: bool) -> ssl.SSLContext:
    # The system's own store first: a company's private authority is installed there.
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _whole(chunks: Iterable[bytes]) -> bytes:
    parts, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_REPLY:
            raise Unknown(
                f"The answer is larger than {MAX_REPLY // 1024 // 1024} MiB; it was not read further."
            )
        parts.append(chunk)
    return b"".join(parts)


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}


def _words(error: Exception) -> str:
    if any(said in str(error) for said in _NO_TLS):
        return "it does not speak TLS; if the address is right, it begins with http://"
    return str(error).strip().rstrip(".") or type(error).__name__
