"""Where Odoo comes from: Debian's packages and a fitting Python, with fake programs in place of the real ones."""

import os
from pathlib import Path

import pytest

from odoo_rma.sandbox import HostUnfit, StepFailed, debian, pythons
from odoo_rma.sandbox.debian import Apt
from odoo_rma.sandbox.folders import Cache
from odoo_rma.sandbox.recipes import recipe
from odoo_rma.sandbox.steps import silent

APT_GET = """#!/bin/sh
echo "$@" >> {calls}
case "$*" in
  *indextargets*) echo {mirror} ;;
  *--print-uris*) echo "'https://mirror.example/x.deb' odoo-19_19.0_all.deb 4 SHA256:0" ;;
  *" download "*) {download} ;;
esac
"""
APT_CACHE = "#!/bin/sh\nprintf '{found}'\n"
DPKG_DEB = '#!/bin/sh\nmkdir -p "$3/usr"; touch "$3/usr/$(basename "$2")"\n'


class Machine:
    """A PATH with programs that only pretend."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bin, self.calls = folder / "bin", folder / "calls"
        self.bin.mkdir()
        monkeypatch.setenv("PATH", f"{self.bin}:{os.environ['PATH']}")
        monkeypatch.delenv("ODOO_RMA_DEBIAN_MIRROR", raising=False)
        monkeypatch.setattr(debian, "KEYRINGS", (folder,))
        self.debian()

    def program(self, name: str, text: str) -> None:
        path = self.bin / name
        path.write_text(text)
        path.chmod(0o755)

    def debian(
        self,
        mirror: str = "https://mirror.example/debian/",
        found: str = "odoo-19 - ERP",
        download: str = "echo deb > odoo-19_19.0_all.deb",
    ) -> None:
        self.program("apt-get", APT_GET.format(calls=self.calls, mirror=mirror, download=download))
        self.program("apt-cache", APT_CACHE.format(found=found + "\\n"))
        self.program("dpkg-deb", DPKG_DEB)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def test_the_mirror_is_the_one_apt_uses(machine: Machine) -> None:
    assert debian.configured_mirror() == "https://mirror.example/debian/"


def test_the_environment_may_name_a_mirror(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODOO_RMA_DEBIAN_MIRROR", "https://other.example/debian")
    assert debian.configured_mirror() == "https://other.example/debian"


def test_ubuntu_is_told_what_to_do(machine: Machine) -> None:
    machine.debian(mirror="https://archive.example/ubuntu/")
    with pytest.raises(HostUnfit, match="ODOO_RMA_DEBIAN_MIRROR"):
        debian.configured_mirror()


def test_a_machine_without_apt_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ODOO_RMA_DEBIAN_MIRROR", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostUnfit, match="apt-get"):
        debian.configured_mirror()


def test_a_machine_without_debians_keys_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(debian, "KEYRINGS", (tmp_path / "none",))
    with pytest.raises(HostUnfit, match="debian-archive-keyring"):
        debian.keyring()


def test_packages_are_fetched_once_and_unpacked(machine: Machine, cache: Cache) -> None:
    said: list[str] = []
    target = debian.unpacked(cache, recipe(19), lambda message, _fraction: said.append(message))
    assert (target / "release").read_text() == "19.0"
    assert (target / "usr" / "odoo-19_19.0_all.deb").exists()
    assert not (target / "debs").exists()
    assert "Downloading odoo-19" in said
    before = machine.calls.read_text()
    assert debian.unpacked(cache, recipe(19), silent) == target
    assert machine.calls.read_text() == before


def test_apt_keeps_to_its_own_folder(machine: Machine, cache: Cache) -> None:
    Apt(cache, "unstable").update(silent)
    call = machine.calls.read_text().splitlines()[-1]
    for option in ("Dir::State::Lists", "Dir::Cache", "Dir::Etc::sourcelist"):
        assert f"{option}={cache.root}" in call
    source = (cache.root / "apt/unstable/sources.list").read_text()
    assert "signed-by=" in source
    assert source.endswith("https://mirror.example/debian/ unstable main\n")


def test_a_failed_download_leaves_nothing_and_says_why(machine: Machine, cache: Cache) -> None:
    machine.debian(download="echo E: Failed to fetch; exit 100")
    with pytest.raises(StepFailed, match=r"download odoo-19.*\n.*Failed to fetch"):
        debian.unpacked(cache, recipe(19), silent)
    assert list((cache.root / "packages").iterdir()) == []


def test_a_newer_odoo_is_taken_said_and_remembered(machine: Machine, cache: Cache) -> None:
    machine.debian(found="odoo-19 - ERP\\nodoo-20 - ERP\\nodoo-14 - ERP")
    said: list[str] = []
    assert debian.remembered_newest(cache) is None
    assert debian.newest_version(cache, lambda message, _fraction: said.append(message)) == 20
    assert "Debian unstable has moved on to Odoo 20: taking that one" in said
    machine.debian(found="odoo-21 - ERP")
    assert debian.newest_version(cache, silent) == 20


def test_nineteen_is_taken_without_a_word(machine: Machine, cache: Cache) -> None:
    said: list[str] = []
    assert debian.newest_version(cache, lambda message, _fraction: said.append(message)) == 19
    assert not any("moved on" in message for message in said)


def test_a_suite_without_odoo_is_said(machine: Machine, cache: Cache) -> None:
    machine.debian(found="")
    with pytest.raises(Exception, match="carries no Odoo"):
        debian.newest_version(cache, silent)


def test_only_packaged_versions_have_a_recipe() -> None:
    assert recipe(14).python == "3.9"
    assert recipe(20).packages[0] == "odoo-20"
    for version in (13, 15, 16, 17, 18):
        with pytest.raises(KeyError):
            recipe(version)


def fake_python(path: Path, answer: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{answer}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(pythons.shutil, "which", lambda name: _which(tmp_path, name))
    return tmp_path


def _which(folder: Path, name: str) -> str | None:
    return str(folder / "bin" / name) if (folder / "bin" / name).exists() else None


def test_a_missing_python_is_named_with_what_to_install(bare_machine: Path) -> None:
    with pytest.raises(HostUnfit, match=r"Python 3\.9.*\n?.*pyenv install 3\.9"):
        pythons.interpreter(recipe(14))


def test_a_shim_that_answers_nothing_is_passed_over(bare_machine: Path) -> None:
    fake_python(bare_machine / "bin/python3.9", "echo 'pyenv: python3.9: command not found' >&2; exit 127")
    real = fake_python(bare_machine / "pyenv/versions/3.9.18/bin/python3.9", "echo 3.9")
    assert pythons.interpreter(recipe(14)) == real


def test_the_newest_odoo_runs_on_our_own_python() -> None:
    assert pythons.interpreter(recipe(19)).exists()


def test_the_environment_is_built_whole_or_not_at_all(bare_machine: Path, cache: Cache) -> None:
    script = 'case "$1" in -c) echo 3.9 ;; *) echo "No module named ensurepip: error"; exit 1 ;; esac'
    fake_python(bare_machine / "bin/python3.9", script)
    with pytest.raises(StepFailed, match="python3-venv"):
        pythons.environment(cache, recipe(14), silent)
    assert list((cache.root / "pythons").iterdir()) == []
