"""Servers that outlive us: a free port for each, start, wait until it answers, find it again, end it."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from odoo_rma.sandbox.errors import StepFailed
from odoo_rma.sandbox.steps import telling_lines

START_SECONDS = 90
STOP_SECONDS = 20
LAUNCH = 'log=$1; shift; "$@" >>"$log" 2>&1 & echo $!'
"""Starts a program that is nobody's child: it outlives us, and leaves us no process to wait for."""


def free_port(preferred: int | None = None) -> int:
    """A free loopback port: the preferred one when nobody has it."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on the loopback interface")


def start(
    step: str,
    command: Sequence[str | Path],
    answers: Callable[[], bool],
    log: Path,
    *,
    environment: Mapping[str, str],
    folder: Path,
    seconds: float = START_SECONDS,
) -> int:
    """Start a server in a session of its own; comes back with its process when it answers.

    Raises:
        StepFailed: it died, or did not answer in time; what it said since this start stands in the reason.
    """
    before = log.stat().st_size if log.exists() else 0
    launched = subprocess.run(
        ["sh", "-c", LAUNCH, "sh", str(log), *map(str, command)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
        cwd=folder,
        start_new_session=True,
    )
    pid = int(launched.stdout)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and alive(pid):
        if answers():
            return pid
        time.sleep(0.1)
    end(pid)
    lines = _written_since(log, before)
    raise StepFailed(step, telling_lines(lines) or "it did not answer in time", log)


def _written_since(log: Path, position: int) -> list[str]:
    with log.open("rb") as written:
        written.seek(position)
        return written.read().decode(errors="replace").splitlines()


def alive(pid: int) -> bool:
    """The process is there and does something."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def processes(argument: Path) -> list[int]:
    """The processes that were started with this path as an argument, the first one started first."""
    found = []
    for process in psutil.process_iter(["cmdline", "create_time"]):
        if str(argument) in (process.info["cmdline"] or ()):
            found.append((process.info["create_time"], process.pid))
    return [pid for _created, pid in sorted(found)]


def end(pid: int) -> None:
    """Stop a process and its children: politely, then by force."""
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    parent.terminate()
    _gone, still_there = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for process in still_there:
        process.kill()
    psutil.wait_procs(still_there, timeout=5)
