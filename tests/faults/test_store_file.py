"""The store's file in bad hands: full disk, read-only, cut, foreign, from another release."""

import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from odoo_rma.connector.errors import StoreFailed
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.mappings.model import Rma
from odoo_rma.sync.report import RunReport
from odoo_rma.sync.store import Store
from odoo_rma.sync.store import file as store_file
from odoo_rma.sync.store.schema import MIGRATIONS, VERSION

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def found(number: int, note: str = "") -> Incoming:
    rma = Rma.model_validate(
        {
            "source": "shop",
            "id": str(number),
            "order": {"name": "S00001"},
            "customer": {"name": "Ada"},
            "currency": "EUR",
            "lines": [{"id": "1", "sku": "MUG", "requested": "2"}],
            "note": note,
        }
    )
    return Incoming("a.json", {}, rma.id, rma)


def filled(path: Path, count: int = 200) -> None:
    with Store.open(path) as store:
        store.receive_many("shop", [found(n) for n in range(count)], now=NOW)
        store.end_run(store.begin_run("sync", NOW), RunReport(NOW))


def refused_untouched(path: Path, words: str) -> None:
    before = path.read_bytes()
    beside = set(path.parent.iterdir())
    with pytest.raises(StoreFailed, match=words):
        Store.open(path)
    assert path.read_bytes() == before
    assert set(path.parent.iterdir()) == beside


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


def test_only_the_owner_can_read_it(path: Path) -> None:
    filled(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_is_made_with_its_folder(tmp_path: Path) -> None:
    filled(tmp_path / "a" / "b" / "store.sqlite")


def test_an_old_store_opens_again_with_all_that_is_in_it(path: Path) -> None:
    filled(path)
    with Store.open(path) as store:
        assert not store.fresh
        assert len(list(store.open_rmas(["shop"]))) == 200


def test_a_full_disk_stops_the_run_and_keeps_what_was_written(path: Path) -> None:
    filled(path)
    with Store.open(path) as store:
        pages = store._database.connection.execute("PRAGMA page_count").fetchone()[0]
        store._database.connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreFailed, match="the disk is full"):
            store.receive_many("shop", [found(n, "x" * 9000) for n in range(1000, 1100)], now=NOW)
        # Half a batch is never kept, and what can still be read is read.
        assert len(list(store.open_rmas(["shop"]))) == 200
        store._database.connection.execute(f"PRAGMA max_page_count = {pages * 1000}")
        store.receive_many("shop", [found(n) for n in range(1000, 1100)], now=NOW)
        assert len(list(store.open_rmas(["shop"]))) == 300
        assert store._database.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


FILE_LIMIT = """
import resource, signal, sys
from pathlib import Path
from odoo_rma.connector.errors import StoreFailed
sys.path.insert(0, sys.argv[2])
from test_store_file import NOW, Store, found
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Store.open(Path(sys.argv[1])) as store:
    size = Path(sys.argv[1]).stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    try:
        store.receive_many("shop", [found(n, "x" * 9000) for n in range(1000, 1100)], now=NOW)
    except StoreFailed as error:
        print(error)
"""


def test_a_disk_that_fails_to_write_stops_the_run(path: Path) -> None:
    filled(path)
    command = [sys.executable, "-c", FILE_LIMIT, str(path), str(Path(__file__).parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "disk" in done.stdout
    with Store.open(path) as store:
        assert len(list(store.open_rmas(["shop"]))) == 200


def test_a_read_only_store_can_be_read_and_says_why_it_cannot_be_written(path: Path) -> None:
    filled(path)
    with Store.open(path) as store:
        # What SQLite does for a file it may not write to; root may write to any file.
        store._database.connection.execute("PRAGMA query_only = 1")
        assert len(list(store.open_rmas(["shop"]))) == 200
        with pytest.raises(StoreFailed, match="read-only"):
            store.receive("shop", found(1000), now=NOW)


def test_a_locked_store_is_told(path: Path) -> None:
    filled(path)
    with Store.open(path) as store, closing(sqlite3.connect(path)) as other:
        store._database.connection.execute("PRAGMA busy_timeout = 0")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreFailed, match="another program keeps it locked"):
            store.receive("shop", found(1000), now=NOW)
        other.rollback()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_cut_file_is_refused(path: Path, share: float) -> None:
    filled(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    refused_untouched(path, "its end is missing")


def test_a_file_cut_inside_its_header_is_refused(path: Path) -> None:
    filled(path)
    path.write_bytes(path.read_bytes()[:50])
    refused_untouched(path, "not a store of odoo-rma")


def test_damage_in_the_middle_is_told_when_it_is_met(path: Path) -> None:
    filled(path)
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with Store.open(path) as store, pytest.raises(StoreFailed, match="damaged"):
        list(store.open_rmas(["shop"]))


def test_a_file_of_another_kind_is_refused(path: Path) -> None:
    path.write_text("[odoo]\nurl = 'https://erp.example.com'\n" * 10)
    refused_untouched(path, "not a store of odoo-rma")


def test_the_database_of_another_program_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    refused_untouched(path, "not a store of odoo-rma")


def test_a_folder_in_its_place_is_told(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreFailed, match="directory"):
        Store.open(path)


def test_a_store_from_a_newer_release_is_refused(path: Path) -> None:
    filled(path)
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {VERSION + 1}")
    refused_untouched(path, f"newer release .format {VERSION + 1}")


def test_an_older_store_is_brought_up_to_date(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path)
    steps = (*MIGRATIONS, ("ALTER TABLE rma ADD COLUMN tried INTEGER NOT NULL DEFAULT 0",))
    monkeypatch.setattr(store_file, "MIGRATIONS", steps)
    monkeypatch.setattr(store_file, "VERSION", len(steps))
    with Store.open(path) as store:
        assert len(list(store.open_rmas(["shop"]))) == 200
        assert store._database.connection.execute("SELECT sum(tried) FROM rma").fetchone()[0] == 0
        assert store._database.connection.execute("PRAGMA user_version").fetchone()[0] == len(steps)


def test_a_step_that_fails_leaves_the_older_store_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(path)
    steps = (*MIGRATIONS, ("ALTER TABLE rma ADD COLUMN tried INTEGER", "NONSENSE"))
    with monkeypatch.context() as patch:
        patch.setattr(store_file, "MIGRATIONS", steps)
        patch.setattr(store_file, "VERSION", len(steps))
        with pytest.raises(StoreFailed, match="NONSENSE"):
            Store.open(path)
    with Store.open(path) as store:
        assert len(list(store.open_rmas(["shop"]))) == 200


def test_an_sqlite_that_is_too_old_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(StoreFailed, match="too old"):
        Store.open(path)
    assert not path.exists()


def test_a_snapshot_that_this_release_cannot_read_is_told(path: Path) -> None:
    filled(path, 1)
    with Store.open(path) as store:
        store._database.connection.execute("UPDATE rma SET snapshot = '{}'")
        with pytest.raises(StoreFailed, match="cannot read"):
            list(store.open_rmas(["shop"]))


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_store_file import NOW, Store, found
with Store.open(Path(sys.argv[1])) as store:
    store._database.connection.execute("PRAGMA cache_size = 1")
    store._database.connection.execute("BEGIN IMMEDIATE")
    for number in range(1000, 1400):
        store._receive("shop", found(number, "x" * 5000), NOW)
    os.kill(os.getpid(), 9)
"""


def test_a_process_killed_while_writing_leaves_no_half_batch(path: Path) -> None:
    filled(path)
    command = [sys.executable, "-c", KILLED, str(path), str(Path(__file__).parent)]
    assert subprocess.run(command, check=False, timeout=60).returncode == -9
    assert Path(f"{path}-journal").exists()
    with Store.open(path) as store:
        assert len(list(store.open_rmas(["shop"]))) == 200


@pytest.mark.parametrize("kept", ["journal", "no journal"])
def test_deleted_it_begins_anew(path: Path, kept: str) -> None:
    filled(path)
    command = [sys.executable, "-c", KILLED, str(path), str(Path(__file__).parent)]
    subprocess.run(command, check=False, timeout=60)
    path.unlink()
    if kept == "no journal":
        Path(f"{path}-journal").unlink()
    with Store.open(path) as store:
        assert store.fresh
        assert list(store.open_rmas(["shop"])) == []


def test_a_week_old_copy_is_taken_as_it_is(path: Path, tmp_path: Path) -> None:
    filled(path, 3)
    shutil.copy(path, tmp_path / "copy")
    with Store.open(path) as store:
        store.receive_many("shop", [found(n) for n in range(10, 20)], now=NOW)
    shutil.copy(tmp_path / "copy", path)
    with Store.open(path) as store:
        assert len(list(store.open_rmas(["shop"]))) == 3
