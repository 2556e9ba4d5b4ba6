"""The store's server in bad hands: full disk, read-only, cut off, foreign tables, from another release, no rights."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from threading import Thread

import psycopg
import pytest
from faults.test_store_file import NOW, found
from stores import Server

from odoo_rma.connector.errors import BadSettings, StoreFailed
from odoo_rma.connector.redact import redact
from odoo_rma.connector.settings_store import StoreServer, store_place
from odoo_rma.sync.jobs.schema import has_queue, make_queue
from odoo_rma.sync.rehearsal import rehearsal
from odoo_rma.sync.report import RunReport
from odoo_rma.sync.store import Store, server_schema
from odoo_rma.sync.store.schema import MIGRATIONS, VERSION

CANARY = "Can/ary-9 1:7@x"


def filled(place: StoreServer, count: int = 200) -> None:
    with Store.open(place) as store:
        store.receive_many("shop", [found(n) for n in range(count)], now=NOW)
        store.end_run(store.begin_run("sync", NOW), RunReport(NOW))


def number_open(place: StoreServer) -> int:
    with Store.open(place) as store:
        return len(list(store.open_rmas(["shop"])))


def tables(server: Server, place: StoreServer) -> list[tuple[object, ...]]:
    """Everything that stands in a schema, with the number of its rows."""
    names = server.say(f"SELECT tablename FROM pg_tables WHERE schemaname = '{place.schema}' ORDER BY 1")
    return [(name, *server.say(f"SELECT count(*) FROM {place.schema}.{name}")[0]) for (name,) in names]


def refused_untouched(server: Server, place: StoreServer, words: str) -> None:
    before = tables(server, place)
    with pytest.raises(StoreFailed, match=words):
        Store.open(place)
    assert tables(server, place) == before


@pytest.fixture
def new(server: Server) -> StoreServer:
    return server.place()


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "UTF8"])
def test_it_works_in_a_database_of_whatever_encoding(server: Server, encoding: str) -> None:
    name = f"of_{encoding.lower()}"
    server.say(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
    place = replace(server.place(), url=server.url.replace("/postgres?", f"/{name}?"))
    for _ in range(2):  # made, and found again
        filled(place)
        make_queue(place)
        assert has_queue(place)
    with Store.open(place) as store:
        store.drop("1", now=NOW, note="Ännchens Größe – 王")
        assert "Ännchens Größe – 王" in [e.note for e in store.quarantine_list(state=None)] + [
            m.text for m in store.history("shop", "1")
        ]


def test_it_is_made_in_a_schema_of_its_own_and_nothing_else_changes(server: Server, new: StoreServer) -> None:
    query = "SELECT nspname, count(c.oid) FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid GROUP BY 1"
    before = dict(server.say(query))
    filled(new)
    after = dict(server.say(query))
    assert after.pop(new.schema) > 0
    after.pop("pg_toast"), before.pop("pg_toast")
    assert after == before


def test_an_old_store_opens_again_with_all_that_is_in_it(new: StoreServer) -> None:
    filled(new)
    with Store.open(new) as store:
        assert not store.fresh
    assert number_open(new) == 200


def test_a_full_disk_stops_the_run_and_keeps_what_was_written(server: Server, new: StoreServer) -> None:
    filled(new)
    server.say(
        f"CREATE FUNCTION {new.schema}.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id = '1050' THEN"
        " RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END $$"
    )
    server.say(
        f"CREATE TRIGGER no_space BEFORE INSERT ON {new.schema}.rma FOR EACH ROW EXECUTE FUNCTION {new.schema}.full()"
    )
    with Store.open(new) as store:
        with pytest.raises(StoreFailed, match="the server's disk is full"):
            store.receive_many("shop", [found(n) for n in range(1000, 1100)], now=NOW)
        # Half a batch is never kept, and the same session goes on.
        assert len(list(store.open_rmas(["shop"]))) == 200
        server.say(f"DROP TRIGGER no_space ON {new.schema}.rma")
        store.receive_many("shop", [found(n) for n in range(1000, 1100)], now=NOW)
    assert number_open(new) == 300


def test_a_read_only_server_can_be_read_and_says_why_it_cannot_be_written(new: StoreServer) -> None:
    filled(new)
    standby = replace(new, url=new.url + "&options=-c%20default_transaction_read_only%3Don")
    with Store.open(standby) as store:
        assert len(list(store.open_rmas(["shop"]))) == 200
        with pytest.raises(StoreFailed, match="read-only"):
            store.receive("shop", found(1000), now=NOW)


def test_a_session_that_the_server_ends_in_mid_batch_leaves_no_half_batch(
    server: Server, new: StoreServer
) -> None:
    filled(new)
    ended = pytest.raises(StoreFailed, match=r"shut down|out of reach")
    with Store.open(new) as store, ended, store._writing():
        for n in range(1000, 1050):
            store._receive("shop", found(n), NOW)
        server.say(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'odoo-rma %'"
        )
        store._receive("shop", found(1050), NOW)
    assert number_open(new) == 200


def test_a_server_that_is_not_there_is_told_by_its_address_alone() -> None:
    place = store_place(f"postgresql://rma:{CANARY.replace('/', '%2F').replace('@', '%40')}@127.0.0.1:9/erp")
    assert isinstance(place, StoreServer)
    with pytest.raises(
        StoreFailed, match=r"postgresql://rma@127.0.0.1:9/erp: the server is out of reach"
    ) as told:
        Store.open(place)
    assert place.password == CANARY
    assert "ary-9" not in str(told.value) + repr(place) + redact(f"{CANARY}")


def test_foreign_tables_are_refused_untouched(server: Server, new: StoreServer) -> None:
    server.say(f"CREATE SCHEMA {new.schema}")
    server.say(f"CREATE TABLE {new.schema}.bookmarks (url TEXT)")
    refused_untouched(server, new, "tables that are not ours")
    with pytest.raises(StoreFailed, match="tables that are not ours"), rehearsal(new):
        pass


def test_another_programs_format_table_is_refused_untouched(server: Server, new: StoreServer) -> None:
    server.say(f"CREATE SCHEMA {new.schema}")
    server.say(f"CREATE TABLE {new.schema}.store_format AS SELECT 'shop' AS application, 1 AS version")
    refused_untouched(server, new, "is not ours")


def test_a_store_from_a_newer_release_is_refused(server: Server, new: StoreServer) -> None:
    filled(new)
    server.say(f"UPDATE {new.schema}.store_format SET version = {VERSION + 1}")
    refused_untouched(server, new, f"newer release .format {VERSION + 1}")


def with_one_more_step(patch: pytest.MonkeyPatch, *step: str) -> None:
    patch.setattr(server_schema, "MIGRATIONS", (*MIGRATIONS, step))
    patch.setattr(server_schema, "VERSION", VERSION + 1)


TRIED = "ALTER TABLE rma ADD COLUMN tried INTEGER NOT NULL DEFAULT 0"


def test_an_older_store_is_brought_up_to_date(
    server: Server, new: StoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(new)
    with_one_more_step(monkeypatch, TRIED)
    assert number_open(new) == 200
    assert server.say(
        f"SELECT sum(tried), max(version) FROM {new.schema}.rma, {new.schema}.store_format"
    ) == [(0, VERSION + 1)]


def test_a_step_that_fails_leaves_the_older_store_as_it_was(
    server: Server, new: StoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(new)
    before = tables(server, new)
    with monkeypatch.context() as patch:
        with_one_more_step(patch, TRIED, "NONSENSE")
        with pytest.raises(StoreFailed, match="NONSENSE"):
            Store.open(new)
    assert tables(server, new) == before
    assert number_open(new) == 200


def test_many_that_begin_at_once_make_one_store(new: StoreServer) -> None:
    failed: list[BaseException] = []

    def begin(n: int) -> None:
        try:
            with Store.open(new) as store:
                store.receive("shop", found(n), now=NOW)
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [Thread(target=begin, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    assert number_open(new) == 8


KILLED = """
import os, sys
from faults.test_store_file import NOW, found
from odoo_rma.connector.settings_store import store_place
from odoo_rma.sync.store import Store
with Store.open(store_place(sys.argv[1])) as store, store._writing():
    for number in range(1000, 1400):
        store._receive("shop", found(number, "x" * 5000), NOW)
    os.kill(os.getpid(), 9)
"""


def test_a_process_killed_while_writing_leaves_no_half_batch_and_holds_up_nobody(new: StoreServer) -> None:
    filled(new)
    tests = os.pathsep.join(p for p in sys.path if p.endswith("tests"))
    command = [sys.executable, "-c", KILLED, str(new)]
    done = subprocess.run(command, check=False, timeout=60, env=os.environ | {"PYTHONPATH": tests})
    assert done.returncode == -9
    with Store.open(new) as store:
        store.receive("shop", found(1000), now=NOW)
    assert number_open(new) == 201


@pytest.fixture
def guest(server: Server) -> Iterator[str]:
    """A user of the database who may do nothing there yet."""
    server.say("CREATE ROLE guest LOGIN")
    server.say("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    yield "guest"
    server.say("DROP OWNED BY guest")
    server.say("DROP ROLE guest")


def test_a_user_without_rights_learns_what_is_missing_and_that_one_schema_is_enough(
    server: Server, new: StoreServer, guest: str
) -> None:
    strangers = server.place()
    filled(strangers, 1)
    theirs = replace(new, url=new.url.replace("odoo@", f"{guest}@"))
    with pytest.raises(StoreFailed, match=f"Give the user the right to make and use the schema {new.schema}"):
        Store.open(theirs)
    with pytest.raises(StoreFailed, match=f"CREATE SCHEMA {new.schema} AUTHORIZATION"), rehearsal(theirs):
        pass
    server.say(f"CREATE SCHEMA {new.schema} AUTHORIZATION {guest}")
    with rehearsal(theirs):
        pass
    filled(theirs)
    filled(new, 1)
    with pytest.raises(StoreFailed, match="permission denied for schema"):
        Store.open(replace(theirs, schema=strangers.schema))


def test_a_dry_run_sees_all_that_is_there_and_leaves_no_trace(server: Server, new: StoreServer) -> None:
    filled(new)
    before = tables(server, new)
    with rehearsal(new) as copy:
        assert len(list(copy.open_rmas(["shop"]))) == 200
        copy.receive("shop", found(1000), now=NOW)
        assert len(list(copy.open_rmas(["shop"]))) == 201
        assert [run.state for run in copy.runs()] == ["ended"]
    assert tables(server, new) == before


def test_a_dry_run_before_the_first_run_makes_no_schema(server: Server, new: StoreServer) -> None:
    with rehearsal(new) as copy:
        assert copy.fresh
    assert server.say(f"SELECT to_regnamespace('{new.schema}')") == [(None,)]


def test_a_snapshot_that_this_release_cannot_read_is_told(server: Server, new: StoreServer) -> None:
    filled(new, 1)
    server.say(f"UPDATE {new.schema}.rma SET snapshot = '{{}}'")
    with Store.open(new) as store, pytest.raises(StoreFailed, match="cannot read"):
        list(store.open_rmas(["shop"]))


def test_a_writer_that_hangs_is_not_waited_for_for_ever(
    new: StoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(new, 1)
    with Store.open(new) as hanging, Store.open(new) as store:
        store._do("SET lock_timeout = '200ms'")
        with hanging._writing(), pytest.raises(StoreFailed, match="another program keeps it locked"):
            store.receive("shop", found(5), now=NOW)
        store.receive("shop", found(5), now=NOW)
    assert number_open(new) == 2


def test_the_password_is_in_no_log(
    server: Server, new: StoreServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        filled(new.with_password(CANARY))
    assert "ary-9" not in caplog.text


def test_without_the_driver_the_way_out_is_told(new: StoreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(BadSettings, match=r"pip install 'odoo-rma\[postgres\]'"):
        Store.open(new)


def test_an_old_server_is_told(new: StoreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    from odoo_rma.sync.store import server as module

    monkeypatch.setattr(module, "OLDEST", 990_000)
    with pytest.raises(StoreFailed, match="too old; 13 or newer"):
        Store.open(new)


def test_a_session_is_seen_by_its_name(new: StoreServer) -> None:
    with Store.open(new), closing(psycopg.connect(new.url)) as other:
        names = other.execute("SELECT application_name FROM pg_stat_activity").fetchall()
    assert (f"odoo-rma {os.getpid()}@{os.uname().nodename}"[:63],) in names
