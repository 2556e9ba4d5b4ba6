"""Run one outside command as a named step: its output goes to a log, its failure becomes words."""

from __future__ import annotations

import os
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from odoo_rma.sandbox.errors import HostUnfit, StepFailed

Report = Callable[[str, float | None], None]
"""Called with what is being done now and, where it can be known, how far it is (0 to 1)."""

LineSeen = Callable[[str], None]

KEPT_LINES = 200
SHOWN_LINES = 12
TELLING = (
    "error",
    "failed",
    "could not",
    "cannot",
    "no such",
    "fatal",
    "critical",
    "unable",
    "e: ",
    "denied",
)
"""Words that mark a line worth showing when a step fails."""


def silent(_message: str, _fraction: float | None) -> None:
    """A report that tells nobody."""


def run_step(
    step: str,
    command: Sequence[str | Path],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    stdin: str | None = None,
    line_seen: LineSeen | None = None,
) -> str:
    """Run `command`, append what it prints to `log`, and return its last lines.

    Args:
        step: what this does, for the message when it fails.
        environment: added to our own environment.
        stdin: text given to the command; nothing when None.
        line_seen: called with every line, to show progress.

    Raises:
        StepFailed: the command ended with another code than 0.
        HostUnfit: there is no such program on this machine.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    last: deque[str] = deque(maxlen=KEPT_LINES)
    with log.open("a", encoding="utf-8") as written:
        written.write(f"\n### {step}\n")
        process = _start(step, command, environment, folder)
        try:
            _converse(process, stdin, [last.append, lambda line: _tee(written, line), line_seen or _ignore])
        except BaseException:
            process.kill()
            process.wait()
            raise
    if process.returncode:
        raise StepFailed(step, telling_lines(list(last)) or f"it ended with code {process.returncode}", log)
    return "\n".join(last)


def telling_lines(lines: Sequence[str]) -> str:
    """The few lines that say why: those that speak of errors, else the last ones."""
    told = [line for line in lines if any(word in line.lower() for word in TELLING)]
    chosen = {*told[-SHOWN_LINES // 2 :], *lines[-SHOWN_LINES // 2 :]}
    return "\n".join(dict.fromkeys(line for line in lines if line in chosen and line.strip()))


def _start(
    step: str,
    command: Sequence[str | Path],
    environment: Mapping[str, str] | None,
    folder: Path | None,
) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})},
            cwd=folder or "/",
        )
    except FileNotFoundError as missing:
        raise HostUnfit(
            f"To {step}, the program {command[0]} is needed, and it is not on this machine."
        ) from missing


def _converse(process: subprocess.Popen[str], stdin: str | None, listeners: Sequence[LineSeen]) -> None:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the command was started without pipes")
    with process, process.stdin as given, process.stdout as printed:
        if stdin:
            given.write(stdin)
        given.close()
        for line in printed:
            for listener in listeners:
                listener(line.rstrip("\n"))


def _tee(log: object, line: str) -> None:
    print(line, file=log, flush=True)  # type: ignore[call-overload]


def _ignore(_line: str) -> None:
    return
