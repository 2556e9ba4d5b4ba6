"""The folder of a file source: nothing is read twice, half, or lost."""

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from odoo_rma.connector.errors import BadSettings, StoreFailed
from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.base import Incoming, Source
from odoo_rma.connector.sources.files import FileSource
from odoo_rma.connector.sources.registry import open_source

NOON = 1_800_000_000.0


def rma(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"R-{number}",
        "order": {"name": f"S{number:05}"},
        "customer": {"name": "Ann Example"},
        "currency": "EUR",
        "lines": [{"id": "1", "sku": "A", "requested": "1"}],
        **changes,
    }


@pytest.fixture
def source(tmp_path: Path) -> FileSource:
    return opened(tmp_path / "rma")


def opened(path: Path) -> FileSource:
    return FileSource("shop", SourceSettings(path=path), now=lambda: NOON)


def drop(source: FileSource, name: str, content: Any, *, age: float = 60, folder: str = "inbox") -> Path:
    path = source._folder.path / folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    os.utime(path, (NOON - age, NOON - age))
    return path


def tree(source: FileSource) -> list[str]:
    root = source._folder.path
    files = (p.relative_to(root) for p in root.rglob("*") if p.is_file() or p.is_symlink())
    return sorted(f.as_posix() for f in files if f.parts[0] != ".claims")


def unread(source: FileSource) -> Iterator[Incoming]:
    """Read with the cursor of one who knows all that was settled."""
    return source.changes(f"inbox {source._folder.settlement()}".rstrip())


def ids(incoming: list[Incoming]) -> list[str | None]:
    return [i.id for i in incoming]


def test_the_folders_are_made(source: FileSource) -> None:
    made = {p.name for p in source._folder.path.iterdir()}
    assert made == {"inbox", "done", "refused", "outbox", ".claims"}


def test_read_files_move_to_done_once_they_are_stored(source: FileSource) -> None:
    drop(source, "b.json", [rma(1), rma(2)], age=90)
    drop(source, "a.xml", '<rma id="R-3"/>'.replace("/>", ' currency="EUR"/>'), age=30)
    drop(source, "c.jsonl", json.dumps(rma(4)) + "\n" + json.dumps(rma(5)), age=60)
    incoming = list(unread(source))
    assert ids(incoming) == ["R-1", "R-2", "R-4", "R-5", "R-3"]
    assert [i.origin for i in incoming][:3] == [
        "b.json, item 1 (line 1)",
        "b.json, item 2 (line 1)",
        "c.jsonl, item 1 (line 1)",
    ]
    assert tree(source) == ["inbox/a.xml", "inbox/b.json", "inbox/c.jsonl"]
    source.settle()
    assert tree(source) == ["done/b.json", "done/c.jsonl", "refused/a.xml", "refused/a.xml.reasons.json"]
    assert list(unread(source)) == []


def test_a_refused_file_lies_beside_its_reasons(source: FileSource) -> None:
    drop(source, "a.json", [rma(1), rma(2, currency="euro"), rma(3)])
    incoming = list(unread(source))
    assert [bool(i.rma) for i in incoming] == [True, False, True]
    source.settle()
    report = json.loads((source._folder.refused / "a.json.reasons.json").read_text("utf-8"))
    assert (report["file"], report["accepted"], report["refused"]) == ("a.json", 2, 1)
    assert report["reasons"][0]["where"] == "a.json, item 2 (line 1)"
    assert report["reasons"][0]["id"] == "R-2"
    assert report["reasons"][0]["issues"][0]["code"] == "bad_value"


def test_nothing_is_overwritten(source: FileSource) -> None:
    for number in (1, 2, 3):
        drop(source, "a.json", rma(number))
        assert ids(list(unread(source))) == [f"R-{number}"]
        source.settle()
    assert tree(source) == ["done/a-2.json", "done/a-3.json", "done/a.json"]


def test_half_written_files_are_left_alone_and_noted(source: FileSource) -> None:
    drop(source, ".hidden.json", rma(1))
    drop(source, "b.json.part", rma(2))
    drop(source, "c.json.tmp", rma(3))
    drop(source, "fresh.json", rma(4), age=1)
    drop(source, "clock.json", rma(5), age=-1)
    drop(source, "report.csv", "a;b")
    (source._folder.inbox / "folder.json").mkdir()
    assert list(unread(source)) == []
    assert [note.partition(":")[0] for note in source.notes] == [
        "b.json.part",
        "c.json.tmp",
        "clock.json",
        "folder.json",
        "fresh.json",
        "report.csv",
    ]
    source.settle()
    assert len(tree(source)) == 6


def test_a_file_left_lying_is_noted_once_by_a_source_that_looks_again_and_again(source: FileSource) -> None:
    drop(source, "report.csv", "a;b")
    list(unread(source))
    assert len(source.notes) == 1
    list(unread(source))
    assert source.notes == []


def test_a_quiet_file_is_read_at_the_next_look(source: FileSource) -> None:
    path = drop(source, "a.json", rma(1), age=1)
    assert list(unread(source)) == []
    os.utime(path, (NOON - 3, NOON - 3))
    assert ids(list(unread(source))) == ["R-1"]


def test_another_run_gets_nothing_while_the_inbox_is_held(source: FileSource) -> None:
    drop(source, "a.json", rma(1))
    other = opened(source._folder.path)
    first = unread(source)
    assert next(first).id == "R-1"
    assert list(unread(other)) == []
    assert "Another run" in other.notes[0]
    source.close()
    assert ids(list(unread(other))) == ["R-1"]
    other.settle()
    assert list(unread(source)) == []


def test_a_reader_who_stops_half_way_loses_nothing(source: FileSource) -> None:
    drop(source, "a.json", [rma(1), rma(2)], age=90)
    drop(source, "b.json", [rma(3), rma(4)], age=60)
    reading = unread(source)
    assert [next(reading).id for _ in range(3)] == ["R-1", "R-2", "R-3"]
    source.settle()
    assert tree(source) == ["done/a.json", "inbox/b.json"]
    assert list(unread(opened(source._folder.path))) == []  # still held
    source.close()
    assert ids(list(unread(opened(source._folder.path)))) == ["R-3", "R-4"]


def test_a_store_that_was_put_back_from_a_backup_learns_what_was_settled_since(source: FileSource) -> None:
    drop(source, "a.json", rma(1), age=90)
    list(source.changes(None))
    in_the_backup = source.cursor
    source.settle()
    drop(source, "b.json", rma(2))
    list(source.changes(in_the_backup))
    source.settle()
    assert ids(list(source.changes(in_the_backup))) == ["R-1", "R-2"]
    source.settle()
    assert list(source.changes(source.cursor)) == []


def test_a_run_that_died_before_its_store_knew_reads_all_again(source: FileSource) -> None:
    drop(source, "a.json", rma(1))
    list(source.changes(None))
    before = source.cursor
    source.settle()
    drop(source, "b.json", rma(2))
    list(source.changes(before))
    source.settle()  # and dies, as if the store had not kept the new cursor
    again = opened(source._folder.path)
    assert ids(list(again.changes(before))) == ["R-1", "R-2"]


def test_a_store_of_a_release_before_goes_on_where_it_was(source: FileSource) -> None:
    drop(source, "a.json", rma(1), folder="done")
    assert list(source.changes("inbox")) == []


def test_closing_moves_nothing(source: FileSource) -> None:
    drop(source, "a.json", rma(1))
    list(unread(source))
    source.close()
    source.settle()
    assert tree(source) == ["inbox/a.json"]


def test_a_cold_start_reads_what_was_settled_too_and_leaves_it_there(source: FileSource) -> None:
    drop(source, "b.json", rma(1), age=300, folder="done")
    drop(source, "a.json", rma(2), age=200, folder="done")
    drop(source, "c.json", rma(3, currency="x"), age=250, folder="refused")
    drop(source, "c.json.reasons.json", {}, age=250, folder="refused")
    drop(source, "d.json", rma(4), age=900)
    before = tree(source)
    incoming = list(source.changes(None))
    assert ids(incoming) == ["R-1", "R-3", "R-2", "R-4"]
    assert incoming[1].origin == "refused/c.json, item 1 (line 1)"
    assert tree(source) == before
    source.settle()
    assert tree(source) == [name.replace("inbox/d", "done/d") for name in before]


def test_a_file_that_grows_while_it_is_read_is_not_judged(source: FileSource) -> None:
    path = drop(source, "a.json", json.dumps([rma(1), rma(2)])[:-1] + ",")
    reading = unread(source)
    assert next(reading).id == "R-1"
    with path.open("a") as file:
        file.write(json.dumps(rma(3)) + "]")
    assert ids(list(reading)) == ["R-2"]
    assert "changed while it was read" in source.notes[0]
    source.settle()
    assert tree(source) == ["inbox/a.json"]


def test_a_file_that_is_replaced_before_it_is_settled_stays(source: FileSource) -> None:
    drop(source, "a.json", rma(1))
    list(unread(source))
    drop(source, "a.json", rma(2), age=30)
    source.settle()
    assert "changed since it was read" in source.notes[0]
    assert ids(list(unread(source))) == ["R-2"]


def test_links_that_lead_outside_are_refused_unread(source: FileSource, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps(rma(666)))
    os.utime(secret, (NOON - 60, NOON - 60))
    (source._folder.inbox / "a.json").symlink_to(secret)
    (incoming,) = unread(source)
    assert (incoming.id, incoming.issues[0].code) == (None, "outside_link")
    source.settle()
    assert tree(source) == ["refused/a.json", "refused/a.json.reasons.json"]
    assert secret.exists()
    assert [i.issues[0].code for i in source.changes(None)] == ["outside_link"]


def test_a_full_disk_stops_the_run_and_loses_nothing(
    source: FileSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(source, "a.json", [rma(1), rma(2, currency="x")])
    list(unread(source))

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(StoreFailed, match=r"a\.json could not be moved to refused.*still in the inbox"):
            source.settle()
    with monkeypatch.context() as disk:
        disk.setattr(Path, "replace", full)
        with pytest.raises(StoreFailed, match="nothing is lost"):
            source.settle()
    assert tree(source) == ["inbox/a.json"]
    source.settle()  # space is back
    assert tree(source) == ["refused/a.json", "refused/a.json.reasons.json"]


def test_a_file_that_cannot_be_opened_is_reported_and_stays(
    source: FileSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(source, "a.json", rma(1))
    drop(source, "b.json", rma(2), age=30)
    real = os.open

    def denied(path: Any, *rest: Any, **options: Any) -> int:
        if str(path).endswith("a.json"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path, *rest, **options)

    monkeypatch.setattr(os, "open", denied)
    incoming = list(unread(source))
    assert [[issue.code for issue in i.issues] for i in incoming] == [["unreadable_file"], []]
    source.settle()
    assert tree(source) == ["done/b.json", "inbox/a.json"]


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSettings, match="There is no folder"):
        opened(tmp_path / "no" / "such")
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSettings, match="cannot be made"):
        opened(tmp_path / "file")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(BadSettings, match="No right to read and write"):
        opened(tmp_path / "rma")


def test_a_source_is_found_by_its_type(tmp_path: Path) -> None:
    source: Source = open_source("shop", SourceSettings(path=tmp_path / "rma"))
    assert isinstance(source, FileSource)
    with pytest.raises(
        BadSettings, match=r"sources\.shop\.type is 'file'.*Did you mean files\?.*Known types: files"
    ):
        open_source("shop", SourceSettings(type="file"))


def test_odd_names_can_be_printed(source: FileSource) -> None:
    name = os.fsdecode(b"caf\xe9\x07.json")
    (source._folder.inbox / name).write_text(json.dumps(rma(1)))
    os.utime(source._folder.inbox / name, (NOON - 60, NOON - 60))
    (incoming,) = unread(source)
    assert incoming.origin.startswith("caf\ufffd\ufffd.json")
    source.settle()
    assert (source._folder.done / name).exists()


TAKER = """
import sys
from pathlib import Path
from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.files import FileSource
path = Path(sys.argv[1])
source = FileSource("shop", SourceSettings(path=path, quiet_seconds=0))
print("ready", flush=True)
sys.stdin.readline()
while any((path / "inbox").iterdir()):
    for incoming in source.changes(None):
        if not incoming.origin.startswith("done/"):
            print(incoming.id)
    source.settle()
"""


def test_two_processes_never_both_deliver_a_file(source: FileSource) -> None:
    for number in range(40):
        drop(source, f"{number}.json", rma(number))
    takers = [run(TAKER, source._folder.path) for _ in range(3)]
    for taker in takers:
        assert taker.stdout
        assert taker.stdout.readline() == "ready\n"
    for taker in takers:
        assert taker.stdin
        taker.stdin.write("go\n")
        taker.stdin.flush()
    taken = [name for taker in takers for name in taker.communicate(timeout=60)[0].split()]
    assert sorted(taken) == sorted(f"R-{number}" for number in range(40))
    assert [taker.returncode for taker in takers] == [0, 0, 0]


HOLDER = """
import sys
from pathlib import Path
from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.files import FileSource
source = FileSource("shop", SourceSettings(path=Path(sys.argv[1]), quiet_seconds=0))
next(source.changes(None))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_claim_of_a_killed_process_ends_by_itself(source: FileSource) -> None:
    drop(source, "a.json", [rma(1), rma(2)])
    with run(HOLDER, source._folder.path) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        assert list(unread(source)) == []
        holder.kill()
        holder.wait()
    assert wait_for(lambda: ids(list(unread(source)))) == ["R-1", "R-2"]


def run(script: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def wait_for(look: Callable[[], list[Any]]) -> list[Any]:
    while not (found := look()):
        time.sleep(0.01)
    return found
