"""Two hosts, each with its own network: one is cut off in the middle of its work, and comes back.

Network namespaces stand for the hosts. That needs root and Linux; elsewhere the test says so and is skipped.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults.hosts import Hosts, an_odoo, an_office, state_of
from figures import note
from memory.week import ANNOUNCED, WENT_ON
from office.odoo_state import State, differences
from stores import running_server

from odoo_rma.connector.settings_store import StoreServer

WEEK = (("1.json", ANNOUNCED), ("2.json", WENT_ON))
HERE = "10.213.{}.1"
THERE = "10.213.{}.2"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@dataclass(frozen=True)
class Host:
    """A host with a cable to this one."""

    name: str
    number: int

    @property
    def inside(self) -> tuple[str, ...]:
        """What to put before a command, so that it runs there."""
        return ("ip", "netns", "exec", self.name)

    def cut_off(self) -> None:
        """Pull the cable."""
        ip("link", "set", f"rma{self.number}", "down")

    def back(self) -> None:
        """Plug it in again."""
        ip("link", "set", f"rma{self.number}", "up")


@contextmanager
def host(number: int) -> Iterator[Host]:
    one = Host(f"odoo-rma-{os.getpid()}-{number}", number)
    cable = f"rma{number}"
    ip("netns", "add", one.name)
    try:
        ip("link", "add", cable, "type", "veth", "peer", "name", "cable", "netns", one.name)
        ip("addr", "add", f"{HERE.format(number)}/24", "dev", cable)
        ip("link", "set", cable, "up")
        for words in (
            ("addr", "add", f"{THERE.format(number)}/24", "dev", "cable"),
            ("link", "set", "cable", "up"),
            ("link", "set", "lo", "up"),
            ("route", "add", "default", "via", HERE.format(number)),
        ):
            ip("-n", one.name, *words)
        yield one
    finally:
        with suppress(subprocess.CalledProcessError):
            ip("link", "del", cable)
        ip("netns", "del", one.name)


@pytest.fixture
def two() -> Iterator[list[Host]]:
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("Two networks can be made only by root, with iproute2.")
    with ExitStack() as stack:
        try:
            found = [stack.enter_context(host(n)) for n in (61, 62)]
        except subprocess.CalledProcessError as error:
            pytest.skip(f"This machine does not let two networks be made: {error.stderr.decode().strip()}")
        yield found


def test_a_host_is_cut_off_in_mid_job_and_comes_back(
    two: list[Host], tmp_path: Path, undisturbed_week: State
) -> None:
    everywhere = "0.0.0.0"
    with running_server(everywhere) as server, an_odoo(0.02, everywhere) as odoo:
        store = server.place()

        def as_seen_from(one: Host) -> dict[str, str]:
            here = HERE.format(one.number)
            own = StoreServer(server.url_for_others.replace(everywhere, here), store.schema)
            return {
                "ODOO_RMA_RUN__STORE": str(own),
                "ODOO_RMA_ODOO__URL": odoo.url.replace("127.0.0.1", here),
                "ODOO_RMA_ODOO__ALLOW_HTTP": "true",
            }

        hosts = Hosts(an_office(odoo, tmp_path), store, dead_after=3)
        try:
            first, second = two
            hosts.begin(inside=first.inside, **as_seen_from(first))
            hosts.office.drop(*WEEK[0])
            hosts.call("schedule", "--now", "pull")
            hosts.until(lambda: odoo.writes > 3)
            first.cut_off()
            hosts.begin(inside=second.inside, **as_seen_from(second))
            hosts.until(lambda: "taken over" in hosts.said())
            first.back()
            hosts.until_done()
            hosts.bring_in(*WEEK[1])
            assert all(worker.poll() is None for worker in hosts.workers)
            hosts.end()
            assert not (found := differences(undisturbed_week, state_of(odoo))), (
                "\n".join(found) + hosts.said()
            )
            assert hosts.office.run("sync", "--json", **hosts.environment).data["writes"] == 0
        finally:
            first.back()
            hosts.end()
    note("a host cut off in mid-job and back", times=1)
