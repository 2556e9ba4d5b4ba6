"""A company that began with a file moves its store to a server in mid-week, and nothing of what people said stays behind."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from memory.company import NOW, Company
from memory.week import ANNOUNCED, WENT_ON
from stores import Server

from odoo_rma.cli.main import main
from odoo_rma.connector.errors import BadSettings, StoreFailed
from odoo_rma.connector.settings import save
from odoo_rma.connector.settings_store import StorePlace, StoreServer
from odoo_rma.sync.carry_over import carry_over
from odoo_rma.sync.lock import Locked, run_lock
from odoo_rma.sync.store import Store

TRANSFER = "stock.picking"


def half_a_week(folder: Path) -> Company:
    """Returns were announced; somebody deleted the transfer of one in Odoo, and was told."""
    company = Company.of_the_shop(folder)
    company.drop("1.json", ANNOUNCED)
    company.run()
    db = company.odoo.db
    known = list(db.tables[TRANSFER])
    [transfer] = [i for i in known if db.name_of(TRANSFER, i).startswith("__rma__.shop.A-6.")]
    for move in db.where("stock.move", "picking_id", transfer):
        db.unlink("stock.move", move)
    db.unlink(TRANSFER, transfer)
    company.run()
    return company


def move(company: Company, place: StorePlace) -> None:
    company.settings = company.settings.model_copy(
        update={"run": company.settings.run.model_copy(update={"store": place})}
    )


@pytest.fixture
def place(server: Server) -> StoreServer:
    return server.place()


def told(company: Company) -> list[object]:
    """Let the week go on, and give what a run says."""
    report = company.run()
    seen: list[object] = [(r.label, r.outcome, r.steps, r.issues) for r in report.results]
    return [*seen, report.calls, report.writes, report.notes]


def test_the_week_goes_on_as_if_it_had_always_stood_there(tmp_path: Path, place: StoreServer) -> None:
    stays, moves = half_a_week(tmp_path / "stays"), half_a_week(tmp_path / "moves")
    rows = carry_over(moves.store, place, now=NOW)
    assert rows["rma"] == len(ANNOUNCED)
    move(moves, place)
    for company in (stays, moves):
        company.drop("2.json", WENT_ON)
    assert told(moves) == told(stays)
    with Store.open(place) as there, Store.open(stays.store) as here:
        entries = here.quarantine_list()
        assert there.quarantine_list() == entries
        assert "deleted_by_hand" in {i.code for e in entries for i in e.issues}
        assert [run.counts for run in there.runs()] == [run.counts for run in here.runs()]


def test_what_is_not_empty_is_not_overwritten(tmp_path: Path, place: StoreServer) -> None:
    company = half_a_week(tmp_path / "it")
    carry_over(company.store, place, now=NOW)
    with Store.open(place) as store:
        before = store.quarantine_list()
    with pytest.raises(StoreFailed, match="is not empty"):
        carry_over(company.store, place, now=NOW)
    with Store.open(place) as store:
        assert store.quarantine_list() == before


def test_nobody_works_on_either_meanwhile(tmp_path: Path, place: StoreServer) -> None:
    company = half_a_week(tmp_path / "it")
    for one in (company.store, place):
        with run_lock(one, now=NOW, command="sync"), pytest.raises(Locked):
            carry_over(company.store, place, now=NOW)
    assert carry_over(company.store, place, now=NOW)["rma"] == len(ANNOUNCED)


def test_what_cannot_be_copied_is_said(tmp_path: Path, place: StoreServer) -> None:
    with pytest.raises(StoreFailed, match="There is no store"):
        carry_over(tmp_path / "nothing.sqlite", place, now=NOW)
    with pytest.raises(BadSettings, match="Name a PostgreSQL database"):
        carry_over(tmp_path / "nothing.sqlite", tmp_path / "other.sqlite", now=NOW)
    (tmp_path / "letter.txt").write_text("Dear Anna")
    with pytest.raises(StoreFailed, match="letter"):
        carry_over(tmp_path / "letter.txt", place, now=NOW)
    assert (tmp_path / "letter.txt").read_text() == "Dear Anna"


def test_the_command_says_how_much_it_copied(tmp_path: Path, place: StoreServer) -> None:
    company = half_a_week(tmp_path / "it")
    move(company, place)
    save(company.settings, tmp_path / "odoo-rma.toml")
    done = CliRunner().invoke(
        main, ["-c", str(tmp_path / "odoo-rma.toml"), "store", "copy", str(company.store)]
    )
    assert done.exit_code == 0, done.output
    assert f"Copied {len(ANNOUNCED)} returns, " in done.output
