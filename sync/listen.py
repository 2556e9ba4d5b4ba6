"""Answer questions about a watch while it runs: `/health` for a supervisor, `/metrics` for Prometheus.

Nothing can be changed from there, and nothing of a return, a customer or a secret stands there.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, make_wsgi_app

from odoo_rma.connector.errors import BadSettings, RmaError
from odoo_rma.sync.lock import Locked
from odoo_rma.sync.report import Exit, Outcome, RunReport
from odoo_rma.sync.watch import Health

HOST = "127.0.0.1"
SECONDS = (1, 5, 15, 60, 300, 900, 3600)
_JSON = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))

Answer = Callable[..., Any]


class Figures:
    """What a watch has done since it began, as Prometheus counts it."""

    def __init__(self, health: Health) -> None:
        self.registry = it = CollectorRegistry()
        self._runs = Counter("odoo_rma_runs", "Runs, by how they ended.", ["result"], registry=it)
        self._calls = Counter("odoo_rma_odoo_calls", "Calls to Odoo.", ["kind"], registry=it)
        self._returns = Gauge(
            "odoo_rma_last_run_returns",
            "Returns of the last run, by what became of them.",
            ["outcome"],
            registry=it,
        )
        self._away = Gauge("odoo_rma_sources_away", "Sources that the last run could not read.", registry=it)
        self._last = Gauge(
            "odoo_rma_last_run_timestamp_seconds", "When the last whole run ended.", registry=it
        )
        self._seconds = Histogram("odoo_rma_run_seconds", "How long runs take.", buckets=SECONDS, registry=it)
        self._jobs: Gauge | None = None
        healthy = Gauge("odoo_rma_healthy", "1 while nobody has to look.", registry=it)
        healthy.set_function(lambda: health.healthy)
        failures = Gauge("odoo_rma_failures", "Failed runs in a row.", registry=it)
        failures.set_function(lambda: health.failures)

    def count_jobs(self, by_state: Mapping[str, int]) -> None:
        """Say how many jobs there are in the workers' queue."""
        if self._jobs is None:
            words = "Jobs in the queue of all workers, by state."
            self._jobs = Gauge("odoo_rma_jobs", words, ["state"], registry=self.registry)
        for state, number in by_state.items():
            self._jobs.labels(state).set(number)

    def hear(self, how: RunReport | RmaError) -> None:
        """Count how a run ended."""
        if isinstance(how, RmaError):
            self._runs.labels("locked" if isinstance(how, Locked) else "failed").inc()
            return
        self._runs.labels(Exit(how.exit_code).name.lower()).inc()
        self._calls.labels("write").inc(how.writes)
        self._calls.labels("read").inc(how.calls - how.writes)
        self._away.set(len(how.away))
        for outcome in Outcome:
            self._returns.labels(outcome.value).set(how.count(outcome))
        if how.finished:
            self._last.set(how.finished.timestamp())
            self._seconds.observe((how.finished - how.started).total_seconds())


@contextmanager
def listening(address: str, health: Health, figures: Figures) -> Iterator[str]:
    """Answer at `PORT` (of this machine alone) or `HOST:PORT`; gives the address that it came to.

    Raises:
        BadSettings: nobody can listen there.

    """
    host, port = _parts(address)
    try:
        server = make_server(
            host, port, _answers(health, figures), server_class=_Server, handler_class=_Quiet
        )
    except (OSError, OverflowError) as error:
        raise BadSettings(
            f"Nobody can listen at {address}: {_why(error)}. Choose another --listen."
        ) from error
    with server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://{host}:{server.server_port}"
        finally:
            server.shutdown()


def _why(error: OSError | OverflowError) -> str:
    return getattr(error, "strerror", None) or str(error).removesuffix(".")


def _parts(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if not (port.isascii() and port.isdigit()):
        raise BadSettings(f"--listen {address} names no port: write 9109 or 127.0.0.1:9109.")
    return host or HOST, int(port)


def _answers(health: Health, figures: Figures) -> Answer:
    metrics = make_wsgi_app(figures.registry)

    def answer(environ: dict[str, Any], start: Answer) -> Iterable[bytes]:
        path = environ.get("PATH_INFO")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            start("405 Method Not Allowed", [("Allow", "GET, HEAD")])
            return [b""]
        if path == "/metrics":
            found: Iterable[bytes] = metrics(environ, start)
            return found
        if path != "/health":
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"There is /health and /metrics.\n"]
        start("200 OK" if health.healthy else "503 Service Unavailable", list(_JSON))
        return [json.dumps(health.as_dict(), indent=2).encode() + b"\n"]

    return answer


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    timeout = 10  # a client that says nothing is not waited for

    def log_message(self, *_: object) -> None:
        """Keep the diary of the watch free of it."""
