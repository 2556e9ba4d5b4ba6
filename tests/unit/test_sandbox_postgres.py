"""PostgreSQL of our own, for real: it starts in a fraction of a second."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from odoo_rma.sandbox import HostUnfit, SandboxError, StepFailed, postgres
from odoo_rma.sandbox.databases import forget_caches
from odoo_rma.sandbox.folders import Cache
from odoo_rma.sandbox.packaged import PackagedOdoo
from odoo_rma.sandbox.postgres import Postgres, binaries


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    folder = tmp_path_factory.mktemp("pg")
    made = Postgres(folder / "data", folder / "s", folder / "setup.log")
    made.create()
    made.start()
    yield made
    made.stop()


def test_it_runs_as_itself_and_starting_twice_is_harmless(server: Postgres) -> None:
    pid = server.pid()
    server.start()
    assert server.pid() == pid
    assert server.answers()


def test_it_listens_on_no_network_interface(server: Postgres) -> None:
    assert psutil.Process(server.pid()).net_connections(kind="inet") == []


def test_a_crash_leaves_a_pid_file_that_does_not_matter(server: Postgres) -> None:
    pid = server.pid()
    assert pid is not None
    process = psutil.Process(pid)
    process.kill()
    psutil.wait_procs([process], timeout=10)
    assert (server.data / "postmaster.pid").exists()
    assert server.pid() is None
    server.start()
    assert server.pid() not in {None, pid}


def test_a_pid_that_now_belongs_to_another_program_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{psutil.Process().pid}\n")
    assert Postgres(tmp_path, tmp_path, tmp_path / "log").pid() is None


def test_databases_are_copied_over_and_dropped(server: Postgres) -> None:
    with server.session() as cursor:
        cursor.execute("CREATE DATABASE original")
    with server.session("original") as cursor:
        cursor.execute("CREATE SEQUENCE base_registry_signaling")
    server.copy("original", "copy-one")
    with server.session("copy-one") as cursor:
        cursor.execute("CREATE TABLE spoilt (x int)")
    server.copy("original", "copy-one")
    with server.session("copy-one") as cursor:
        cursor.execute("SELECT to_regclass('spoilt')")
        assert cursor.fetchone() == (None,)
        cursor.execute(forget_caches())
        cursor.execute("SELECT last_value > 1000000000 FROM base_registry_signaling")
        assert cursor.fetchone() == (True,)
    assert "copy-one" in server.databases()
    server.drop("copy-one")
    server.drop("copy-one")
    assert "copy-one" not in server.databases()


def test_a_newer_odoo_counts_in_a_table(server: Postgres) -> None:
    with server.session() as cursor:
        cursor.execute("CREATE DATABASE newer")
    with server.session("newer") as cursor:
        cursor.execute("CREATE TABLE orm_signaling_registry (id SERIAL PRIMARY KEY)")
        cursor.execute(forget_caches())
        cursor.execute("SELECT max(id) > 1000000000 FROM orm_signaling_registry")
        assert cursor.fetchone() == (True,)
    server.drop("newer")


def test_a_start_that_fails_tells_what_the_server_said(tmp_path: Path) -> None:
    broken = Postgres(tmp_path / "data", tmp_path / "s", tmp_path / "setup.log")
    broken.create()
    (broken.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(StepFailed, match="no_such_setting"):
        broken.start()


def test_a_machine_without_postgresql_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_binary_folders", lambda: iter(()))
    with pytest.raises(HostUnfit, match=r"odoo-rma\[sandbox\]"):
        binaries()


def test_an_instance_keeps_to_the_version_it_was_made_with() -> None:
    assert binaries(16).exists()
    with pytest.raises(HostUnfit, match="PostgreSQL 9"):
        binaries(9)


def test_an_instance_that_was_never_made_says_so_everywhere(short_path: Path) -> None:
    none = PackagedOdoo(19, "none", Cache(short_path / "c"))
    for call in (none.env, none.reset, lambda: none.drop("shop")):
        with pytest.raises(SandboxError, match="sandbox up"):
            call()
    assert not none.status().running
    assert none.down(purge=True) is False
