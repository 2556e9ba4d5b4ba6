"""The month's package: complete, explained, verifiable, and the same each time."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from office.year import year

from odoo_rma.mappings.drift.result import Reconciliation
from odoo_rma.sync.audit import write_package

NAMES = ["README.txt", "SHA256SUMS", "returns-2026-10.html", "returns-2026-10.json", "returns-2026-10.xlsx"]


@pytest.fixture(scope="module")
def october() -> Reconciliation:
    """A reconciliation of one month."""
    found = year()
    return replace(found, scope=replace(found.scope, period="2026-10"))


@pytest.fixture(scope="module")
def package(october: Reconciliation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder."""
    folder = tmp_path_factory.mktemp("audit") / "2026-10"
    write_package(october, folder)
    return folder


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["sha256sum", "-c", "--strict", "SHA256SUMS"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_package_is_whole(package: Path) -> None:
    assert sorted(p.name for p in package.iterdir()) == NAMES


def test_everybody_can_verify_it(package: Path) -> None:
    done = checked(package)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": OK") == 4


@pytest.mark.parametrize("name", [n for n in NAMES if n != "SHA256SUMS"])
def test_a_changed_file_is_found_out(package: Path, tmp_path: Path, name: str) -> None:
    copy = shutil.copytree(package, tmp_path / "copy")
    with (copy / name).open("ab") as file:
        file.write(b" ")
    done = checked(copy)
    assert done.returncode == 1
    assert f"{name}: FAILED" in done.stdout


def test_the_note_says_in_words_what_was_found(package: Path) -> None:
    text = (package / "README.txt").read_text()
    assert "Company:            Northwind Outdoor Ltd" in text
    assert "All of them tie out." in text
    assert "53 difference(s) wait for somebody" in text
    assert all(name in text for name in NAMES[1:])


def test_the_note_does_not_hide_what_is_not_explained(october: Reconciliation, tmp_path: Path) -> None:
    wrong = replace(october.equations[0], erp_total=october.equations[0].erp_total + 1)
    write_package(replace(october, equations=(wrong,)), tmp_path)
    assert "1 of them are NOT explained" in (tmp_path / "README.txt").read_text()


def test_the_same_reading_makes_the_same_package(
    october: Reconciliation, package: Path, tmp_path: Path
) -> None:
    write_package(october, tmp_path)
    for name in NAMES:
        assert (tmp_path / name).read_bytes() == (package / name).read_bytes()


def test_a_package_that_could_not_be_written_again_has_no_checksums(
    october: Reconciliation, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(package, tmp_path / "copy")

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setitem(write_package.__globals__["WRITERS"], "json", full)
    with pytest.raises(OSError, match="No space left"):
        write_package(october, copy)
    assert not (copy / "SHA256SUMS").exists()
