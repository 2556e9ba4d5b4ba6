"""Disks that are full or may not be written: the run ends before Odoo is touched, says so, and loses nothing.

No server answers in these tests: a run that gets as far as asking for one has passed the disk.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from office import Office, article
from office.disks import Disk, small_disk

from odoo_rma.sandbox import Env

NOBODY = "http://127.0.0.1:9"
ENV = Env(
    url=NOBODY, database="erp", login="", password="", api_key=None, version="19.0", rma_api_key="k" * 40
)
PASSED = "nobody answers"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk") as made:
        yield made


@pytest.fixture
def store_there(tmp_path: Path, disk: Disk) -> Office:
    """The store has a disk of its own; the files lie elsewhere."""
    office = Office(tmp_path / "office", ENV, sources={"shop": {}}, store_folder=disk.folder)
    office.drop("one.json", article("R-1"))
    return office


@pytest.fixture
def files_there(tmp_path: Path, disk: Disk) -> Office:
    """The files lie on the small disk, the store elsewhere."""
    (tmp_path / "store").mkdir()
    office = Office(disk.folder / "office", ENV, sources={"shop": {}}, store_folder=tmp_path / "store")
    office.drop("one.json", article("R-1"))
    office.drop("two.json", '[{"id": "R-2", "lines": [')
    return office


def waits(office: Office) -> dict[str, list[str]]:
    """What waits once the disk is in order again."""
    office.run("sync").says(1, PASSED)
    return office.quarantine()


def test_no_room_for_the_store(store_there: Office, disk: Disk) -> None:
    disk.leave(0)
    store_there.run("sync", limits=disk.limits).says(1, "the store", str(store_there.store), "disk")
    assert store_there.lying("inbox") == ["one.json"]
    disk.make_room()
    store_there.run("sync").says(1, PASSED)
    assert store_there.lying("done") == ["one.json"]


def test_the_store_fills_its_disk_while_files_are_read(store_there: Office, disk: Disk) -> None:
    store_there.run("sync")
    store_there.drop("many.json", [article(f"M-{n}") for n in range(500)])
    disk.leave(16_384, beyond=store_there.store)
    store_there.run("sync", limits=disk.limits).says(1, "the store", str(store_there.store), "disk")
    assert store_there.lying("inbox") == ["many.json"]
    disk.make_room()
    store_there.run("sync").says(1, PASSED)
    assert store_there.lying("done") == ["many.json", "one.json"]


def test_no_room_for_the_reasons_beside_a_refused_file(files_there: Office, disk: Disk) -> None:
    if not disk.mounted:
        pytest.skip("only a disk of its own can be full for the files and not for the store; runs as root")
    files_there.run("sync")
    files_there.drop("three.json", '[{"id": "R-3", "lines": [')
    disk.leave(0)
    files_there.run("sync", limits=disk.limits).says(
        1, "three.json could not be moved", "nothing is lost", "room"
    )
    assert files_there.lying("inbox") == ["three.json"]
    disk.make_room()
    assert len(waits(files_there)) == 2
    assert "three.json" in files_there.lying("refused")


def test_the_store_may_not_be_written(store_there: Office, disk: Disk) -> None:
    store_there.run("sync")
    store_there.drop("two.json", article("R-2"))
    with disk.read_only():
        store_there.run("sync").says(1, str(store_there.store), "read-only")
        assert store_there.lying("inbox") == ["two.json"]
    store_there.run("sync").says(1, PASSED)


def test_the_folder_of_the_files_may_not_be_written(files_there: Office, disk: Disk) -> None:
    with disk.read_only():
        files_there.run("sync").says(1, "folder", str(files_there.folder / "shop"))
        assert files_there.lying("inbox") == ["one.json", "two.json"]
    assert [key.partition("/")[0] for key in waits(files_there)] == ["shop"]


def test_the_settings_may_not_be_written(files_there: Office, disk: Disk) -> None:
    given = [
        "--url",
        NOBODY,
        "--database",
        "erp",
        "--login",
        "rma",
        "--no-test",
        "--non-interactive",
        "--force",
    ]
    before = files_there.settings.read_text()
    with disk.read_only():
        files_there.run("init", *given).says(1, "odoo-rma.toml cannot be written")
    assert files_there.settings.read_text() == before
