"""Canaries in every secret, and in a customer's e-mail address: nobody who reads what we write ever sees one.

The installed command does all that it can do, and fails in every way, with every logger wide open at DEBUG. `Witness`
writes down each log record before anything of ours has struck anything out of it, with its traceback, and each line of a
process list. The secrets may be nowhere; the address not where an admin looks: logs, errors and process lists.
"""

import json
import os
import re
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from figures import note
from memory.company import fresh_odoo
from memory.server import Call, Happens, MemoryServer, nothing, served
from memory.week import ANNOUNCED, line, rma
from office import Ended, Office

from odoo_rma.connector.errors import Refused

CANARY = "c4nary"
"""Every secret begins with it, so that no way to write one hides it."""
SECRETS = {
    "ODOO_RMA_API_KEY": f"{CANARY}-key-8d1f6b2e",
    "ODOO_RMA_PASSWORD": f"{CANARY}-pw-'\"ü/+ 93",
    "ODOO_RMA_FEEDBACK_SECRET": f"{CANARY}-feedback-55aa",
    "ODOO_RMA_MAIL_PASSWORD": f"{CANARY}-mail-1f2e",
    "ODOO_RMA_WEBHOOK_SECRET": f"{CANARY}-webhook-77c0",
}
PASSWORD = {"ODOO_RMA_API_KEY": ""}
CUSTOMER = "tw1tcher"
EMAIL = f"{CUSTOMER}@mail.example"
ANNA = {"name": "Anna Lind", "email": EMAIL, "phone": "+1 503 555 0777", "id": "C-9"}
THOROUGH = bool(os.environ.get("ODOO_RMA_THOROUGH"))
COMMANDS = (
    *(
        "show Z-1",
        "quarantine show Z-2",
        "quarantine list",
        "runs",
        "runs 1",
        "schema",
        "--help",
        "sync --help",
    ),
    *("check", "reconcile", "reconcile --json", "reconcile --format xlsx --output books.xlsx", "init --help"),
    *("reconcile --fix auto", "check --transport odoorpc", "sync --dry-run", "audit --period 2026-11"),
    *("quarantine retry Z-2", f"customer {ANNA['id']}", "messages list", "messages preview refunded"),
    *("messages check", "feedback report", "feedback record no-token --score 5", "policy init generous"),
    *("policy check", "completion bash"),
)
"""Every one with `make faults`; among the fast tests every sixth."""

WITNESS = """
import logging, os, sys, traceback
_out = open(os.environ["WITNESS"], "a", encoding="utf-8", errors="backslashreplace")
_call = logging.Logger.callHandlers
def _seen(self, record):
    _out.write(f"{record.name}: {record.getMessage()} {record.__dict__}\\n")
    if record.exc_info:
        _out.write("".join(traceback.format_exception(*record.exc_info)))
    _out.flush()
    _call(self, record)
logging.Logger.callHandlers = _seen
logging.Logger.isEnabledFor = lambda self, level: True
logging.Logger.getEffectiveLevel = lambda self: logging.DEBUG
"""
"""Python reads it before anything else. It stands behind the filters of a logger, and before every handler."""


@dataclass
class Watched:
    """An office whose commands are watched: what each said, and what stood in the process list meanwhile."""

    office: Office
    log: Path
    ended: dict[str, Ended] = field(default_factory=dict)
    listed: list[str] = field(default_factory=list)

    def run(self, *arguments: str, **environ: str) -> Ended:
        """Run one command as somebody does who wants to see everything."""
        more = {"PYTHONPATH": str(self.log.parent), "WITNESS": str(self.log), **environ}
        process = self.office.start("-vv", *arguments, **more)
        self.listed.append(
            subprocess.run(["ps", "axww", "-o", "args"], check=True, capture_output=True, text=True).stdout
        )
        ended = self.office.wait(process)
        assert "should not have happened" not in ended.out + ended.err, (arguments, ended.out, ended.err)
        self.ended[f"{len(self.ended)} {' '.join(arguments)}"] = ended
        return ended

    def shown(self) -> dict[str, str]:
        """Give everything that somebody could read, by where it stands."""
        files = [f for f in self.office.folder.rglob("*") if f.is_file()]
        assert self.office.store in files
        read = {str(f.relative_to(self.office.folder)): f.read_bytes().decode("latin-1") for f in files}
        said = {f"{name}: {way}": getattr(e, way) for name, e in self.ended.items() for way in ("out", "err")}
        return {**read, **said, "dump of the store": dump(self.office.store), **self.hidden_from_admins()}

    def hidden_from_admins(self) -> dict[str, str]:
        """Give logs, errors and process lists."""
        said = {f"{name}: stderr": ended.err for name, ended in self.ended.items()}
        return {**said, "log records": self.log.read_text("utf-8"), "process list": "\n".join(self.listed)}


def dump(store: Path) -> str:
    """Give all that stands in the store, as text."""
    with sqlite3.connect(store) as database:
        return "\n".join(database.iterdump())


def hits(canary: str, texts: dict[str, str]) -> list[str]:
    """Name the places where a canary stands, and what stands around it."""
    return [
        f"{where}: …{text[max(0, at.start() - 60) : at.end() + 30]}…"
        for where, text in texts.items()
        for at in re.finditer(canary, text, re.IGNORECASE)
    ]


@pytest.fixture
def odoo() -> Iterator[MemoryServer]:
    """An Odoo in which nothing was made yet, so that it is asked to make all of it."""
    with served(fresh_odoo(), SECRETS["ODOO_RMA_API_KEY"], SECRETS["ODOO_RMA_PASSWORD"]) as server:
        yield server


@pytest.fixture
def watched(odoo: MemoryServer, tmp_path: Path) -> Watched:
    """An office that uses every secret there is."""
    (tmp_path / "witness").mkdir()
    (tmp_path / "witness" / "sitecustomize.py").write_text(WITNESS)
    source = {"credit_note_on": "refund"}
    office = Office(tmp_path / "office", odoo.env(), sources={"shop": source}, secrets=SECRETS)
    office.drop("1.json", [*ANNOUNCED, rma("Z-1", "S-1079", line("STOVE", 1, 1), customer=ANNA)])
    office.drop("2.json", [rma("Z-2", "S-4711", line("STOVE", 1), customer=ANNA)])
    return Watched(office, tmp_path / "witness" / "records.log")


def nobody_saw_a_secret(watched: Watched) -> None:
    """0 hits, in all that was written."""
    assert watched.log.exists(), "the witness was asleep"
    assert hits(CANARY, watched.shown()) == []
    assert hits(CUSTOMER, watched.hidden_from_admins()) == []


def test_the_witness_sees_what_the_fence_keeps_out(watched: Watched) -> None:
    with (watched.log.with_name("sitecustomize.py")).open("a") as witness:
        witness.write("logging.Filterer.filter = lambda self, record: True\n")
    watched.run("sync", "--dry-run", "--transport", "odoorpc", **PASSWORD)
    everything = watched.log.read_text("utf-8")
    assert hits(CANARY, {"log records": everything}), "odoorpc tells the password at DEBUG"
    assert hits(CANARY, {"what is shown": "".join(e.err + e.out for e in watched.ended.values())}) == []


def test_everything_that_can_be_done(watched: Watched, tmp_path: Path) -> None:
    with receiver() as (url, got), closed_port() as nobody:
        alerts = {
            "ODOO_RMA_ALERTS__WEBHOOK_URL": url,
            "ODOO_RMA_ALERTS__MAIL_TO": '["ops@shop.example"]',
            "ODOO_RMA_ALERTS__MAIL_HOST": "127.0.0.1",
            "ODOO_RMA_ALERTS__MAIL_PORT": str(nobody),
            "ODOO_RMA_ALERTS__MAIL_USER": "ops",
        }
        assert watched.run("sync", "--dry-run", "--transport", "odoorpc", **PASSWORD).code == 3
        assert watched.run("sync", "--alert", **alerts).code == 3
        assert watched.run("sync", "--transport", "odoorpc", **PASSWORD).code == 3
        assert got, "the webhook was called"
    for command in COMMANDS if THOROUGH else COMMANDS[::6]:
        watched.run(*command.split())
    new = ("--url", watched.office.env.url, "--database", "memory", "--login", "rma", "--path", str(tmp_path))
    watched.run("init", "--non-interactive", "--force", "--no-test", *new)
    nobody_saw_a_secret(watched)
    note("canaries, seen nowhere", commands=len(watched.ended))


def test_every_way_to_fail(watched: Watched, odoo: MemoryServer) -> None:
    secret = SECRETS["ODOO_RMA_API_KEY"]
    wrong = {"ODOO_RMA_API_KEY": f"{CANARY}-wrong-key"}
    with echo() as mirror, closed_port() as nobody:
        elsewhere = [
            mirror,
            f"http://127.0.0.1:{nobody}",
            f"http://u:{secret}@127.0.0.1:1",
            "http://far.example",
        ]
        elsewhere += [f"{odoo.url}/?key={secret}", f"ftp://{secret}/"]
        for command in ("sync", "check", "reconcile") if THOROUGH else ("sync",):
            assert watched.run(command, **wrong).code == 1
            assert watched.run(command, "--transport", "odoorpc", **PASSWORD | wrong).code == 1
            for url in elsewhere if THOROUGH else elsewhere[::2][:2]:
                assert watched.run(command, ODOO_RMA_ODOO__URL=url).code == 1
        assert watched.run("sync", ODOO_RMA_API_KEY=f"{CANARY} no\tkey").code == 1
    odoo.before = says_it(f"{secret} is no key for {EMAIL!r}; nor is {SECRETS['ODOO_RMA_PASSWORD']}")
    for transport in ("json2", "odoorpc") if THOROUGH else ("odoorpc",):
        watched.run("sync", "--transport", transport)
        watched.run("reconcile", "--transport", transport)
    odoo.before = nothing
    watched.run("sync")
    for name, value in [*SECRETS.items()][0 if THOROUGH else -1 :]:
        kind = name.removeprefix("ODOO_RMA_").lower()
        before = watched.office.settings.read_text()
        watched.office.settings.write_text(before + f"\n[secrets]\n{kind} = {json.dumps(value)}\n")
        assert watched.run("sync").code == 1
        watched.office.settings.write_text(before)
    nobody_saw_a_secret(watched)
    note("canaries, seen nowhere", failures=len(watched.ended))


def says_it(words: str) -> Happens:
    """Odoo's own words give it all away, at the first record it is to make."""

    def refuse(call: Call) -> None:
        if call.method in ("load", "search_count", "formatted_read_group"):
            raise Refused(words)

    return refuse


@contextmanager
def closed_port() -> Iterator[int]:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@contextmanager
def receiver() -> Iterator[tuple[str, list[bytes]]]:
    """Takes what a webhook sends."""
    got: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(500)  # so that it is told, too
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    with serving(Handler) as url:
        yield url, got


@contextmanager
def echo() -> Iterator[str]:
    """An Odoo up to the login that then says back whatever it is sent, headers and all, as an error page does."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            version = {
                "jsonrpc": "2.0",
                "id": 1,
                "result": {"server_version_info": [19, 0, 0, "final", 0, ""]},
            }
            back = f"{self.headers}\n".encode() + body
            said = json.dumps(version).encode() if "version_info" in self.path else back
            self.send_response(200 if "version_info" in self.path else 500)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    with serving(Handler) as url:
        yield url


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve on this machine while the block runs."""
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
