"""One run at a time per store, whatever happens to the one that holds the lock."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from stores import Server

from odoo_rma.connector.errors import StoreFailed
from odoo_rma.connector.settings_store import StorePlace, StoreServer
from odoo_rma.sync.lock import Locked, holder, is_locked, run_lock

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

HOLD = """
import sys, time
from datetime import UTC, datetime
from odoo_rma.connector.settings_store import store_place
from odoo_rma.sync.lock import run_lock
with run_lock(store_place(sys.argv[1]), now=datetime(2026, 11, 24, tzinfo=UTC), command="sync"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@contextmanager
def another_process(place: StorePlace) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(place), "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


def test_the_second_is_told_within_a_second_who_is_at_work(place: StorePlace) -> None:
    with another_process(place) as process:
        begun = time.monotonic()
        with pytest.raises(Locked) as told, run_lock(place, now=NOW):
            pass
        assert time.monotonic() - begun < 1
    assert f"process {process.pid}" in str(told.value)
    assert "(sync), since 2026-11-24T00:00:00+00:00" in str(told.value)
    assert "Wait until it has ended" in str(told.value)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_dead_holder_holds_nothing(place: StorePlace, how: signal.Signals) -> None:
    with another_process(place) as process:
        process.send_signal(how)
        process.wait(10)
        with run_lock(place, now=NOW, command="sync"):
            found = holder(place)
            assert found is not None
            # The server keeps no more than the beginning of a long name.
            assert os.uname().nodename.startswith(found.host)
            assert (found.pid, found.since, found.command) == (os.getpid(), NOW.isoformat(), "sync")


def test_a_stopped_holder_still_holds_it(place: StorePlace) -> None:
    with another_process(place) as process:
        process.send_signal(signal.SIGSTOP)
        with pytest.raises(Locked), run_lock(place, now=NOW):
            pass


def test_of_many_that_start_at_once_one_gets_it(place: StorePlace) -> None:
    # Whoever gets it keeps it until all others were refused, however slowly they start.
    command = [sys.executable, "-c", HOLD, str(place), "120"]
    racing = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _ in range(6)
    ]
    until = time.monotonic() + 90
    while sum(process.poll() is None for process in racing) > 1 and time.monotonic() < until:
        time.sleep(0.05)
    still = [process for process in racing if process.poll() is None]
    for process in still:
        process.kill()
    said = [process.communicate(timeout=10)[0] for process in racing]
    assert len(still) == 1
    assert said.count("held\n") == 1


def test_it_is_let_go_at_the_end_and_after_an_error(place: StorePlace) -> None:
    with pytest.raises(KeyError), run_lock(place, now=NOW):
        assert is_locked(place)
        raise KeyError
    assert not is_locked(place)
    assert holder(place) is None
    with run_lock(place, now=NOW):
        pass


def test_other_stores_are_not_concerned(place: StorePlace) -> None:
    other = (
        replace(place, schema="other") if isinstance(place, StoreServer) else place.with_name("other.sqlite")
    )
    with run_lock(place, now=NOW), run_lock(other, now=NOW):
        pass


def test_a_holder_that_left_no_name_is_told_as_such(path: Path) -> None:
    with another_process(path):
        path.with_name("store.sqlite.holder").write_text("{half")
        with pytest.raises(Locked, match="did not leave its name"), run_lock(path, now=NOW):
            pass


def test_a_store_that_was_never_used_is_not_locked(place: StorePlace) -> None:
    assert not is_locked(place)


def test_a_run_learns_that_the_server_let_go_of_its_lock(server: Server) -> None:
    place = server.place()
    with run_lock(place, now=NOW, command="sync") as check:
        check()
        server.say(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'odoo-rma sync%'"
        )
        with pytest.raises(StoreFailed, match=r"shut down|out of reach"):
            check()
        assert not is_locked(place)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreFailed, match="cannot be made"), run_lock(tmp_path / "file" / "store", now=NOW):
        pass
