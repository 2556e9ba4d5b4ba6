"""The examples for schedulers: what they call is there, with these options, and each timer has its service."""

import re
import shlex
from pathlib import Path

import pytest

from odoo_rma.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PROGRAM = "/opt/odoo-rma/bin/odoo-rma "


def calls() -> list[str]:
    """Every call of the program in the examples."""
    found = []
    for path in sorted(EXAMPLES.iterdir()):
        for line in path.read_text("utf-8").splitlines():
            if PROGRAM in line and not line.startswith("#"):
                found.append(line.partition(PROGRAM)[2].partition(">>")[0].strip())
    return found


def test_each_job_is_there_for_both_schedulers() -> None:
    assert sorted(calls()) == sorted(
        2
        * [
            "sync --alert",
            "reconcile all --alert",
            "audit --output /var/lib/odoo-rma/audit",
        ]
    )


@pytest.mark.parametrize("call", calls())
def test_what_is_called_is_there(call: str) -> None:
    name, *arguments = shlex.split(call)
    context = main.make_context("odoo-rma", [name, *arguments])
    command = main.get_command(context, name)
    assert command
    command.make_context(name, arguments, parent=context)


def test_each_timer_has_its_service() -> None:
    timers = {p.stem for p in EXAMPLES.glob("*.timer")}
    assert timers == {p.stem for p in EXAMPLES.glob("*.service")}
    page = (EXAMPLES.parent / "scheduling.md").read_text("utf-8")
    assert all(f"{timer}.timer" in page for timer in timers)


def test_no_line_for_cron_holds_what_cron_makes_a_new_line_of() -> None:
    lines = (EXAMPLES / "odoo-rma.cron").read_text("utf-8").splitlines()
    jobs = [line for line in lines if re.match(r"[0-9*]", line)]
    assert len(jobs) == 3
    assert not [job for job in jobs if "%" in job]
    assert all(len(job.split()[:6]) == 6 and job.split()[5] == "odoo-rma" for job in jobs)
