"""What a reconciliation keeps on disk, and how it is told to people."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from shop import D

from odoo_rma.cli.main import main
from odoo_rma.cli.reconciled import print_reconciliation
from odoo_rma.connector.settings import Settings
from odoo_rma.connector.settings_store import StorePlace
from odoo_rma.mappings.drift import Area, Drift, DriftKind, Equation, InventoryRow, LedgerRow, Link
from odoo_rma.mappings.drift.result import Reconciliation, Scope, StockOnHand
from odoo_rma.mappings.drift.strays import Kin, Share, Stray
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.ownership import Side
from odoo_rma.sync.reconcile import exit_code, reconcile
from odoo_rma.sync.reconcile.spool import ORDER, TEXT, Linked, spool
from odoo_rma.sync.store import Store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
HEAD = ("shop", "R-1", "R-1")
GOODS = InventoryRow(
    *HEAD, "1", "A", "LOT", *map(D, ("2", "2", "1", "1", "1")), placed={"WH/Stock": D(1)}, received_at=AT
)
MONEY = LedgerRow(
    *HEAD, "refund F1", "USD", *map(D, ("23.00", "23.00", "0")), None, *map(D, ("20.00", "0", "0", "3", "0", "0")),
    period="2026-11", notes=(Link("RINV/1", "http://odoo/1"),), accounts={"400000": D("20.00")},
)  # fmt: skip


def drift(kind: DriftKind = DriftKind.AMOUNT, difference: str = "-3.00", **more: object) -> Drift:
    facts: dict[str, object] = {
        "measure": "USD",
        "of": "refund F1",
        "period": "2026-11",
        "since": AT,
        "way_out": "Look.",
    }
    facts["difference"] = D(difference)
    return Drift(Area.LEDGER, kind, *HEAD, "refund F1", "Says otherwise.", Side.RMA, **(facts | more))  # type: ignore[arg-type]


def test_rows_come_back_as_they_were_and_as_often_as_wanted() -> None:
    stock = StockOnHand("WH/Stock", "A", "", D("1.500"))
    with spool() as rows:
        rows.add_rows([GOODS], [MONEY])
        rows.add_drifts([drift()])
        rows.add_stock([stock])
        for _ in range(2):
            assert list(rows.inventory()) == [GOODS]
            assert list(rows.ledger()) == [MONEY]
            assert list(rows.drifts()) == [drift()]
            assert list(rows.stock()) == [stock]


def test_rows_are_told_by_source_and_rma_whenever_they_were_found() -> None:
    with spool() as rows:
        for source, rma in (("shop", "R-2"), ("hub", "H-9"), ("shop", "R-1")):
            rows.add_drifts([Drift(Area.LEDGER, DriftKind.TAX, source, rma, rma, "", "", Side.ERP)])
        assert [(d.source, d.rma) for d in rows.drifts()] == [
            ("hub", "H-9"),
            ("shop", "R-1"),
            ("shop", "R-2"),
        ]


def test_one_month_holds_what_belongs_to_it() -> None:
    with spool() as rows:
        rows.add_rows([GOODS], [MONEY])
        rows.add_drifts([drift(), drift(period="2026-12")])
        november, december = rows.narrowed("2026-11"), rows.narrowed("2026-12")
        assert [d.period for d in november.drifts()] == ["2026-11"]
        assert [len(list(x)) for x in (november.ledger(), november.inventory())] == [1, 1]
        assert [len(list(x)) for x in (december.ledger(), december.inventory())] == [0, 0]


def test_what_something_else_stands_for_is_taken_out() -> None:
    with spool() as rows:
        rows.add_drifts([drift(), drift(difference="3.00"), drift(of="refund F2")])
        assert rows.take_out("shop", "R-1", Area.LEDGER, "refund F1") == [drift()]
        assert [d.difference for d in rows.drifts()] == [D("3.00"), D("-3.00")]


def test_strays_are_kept_with_what_links_them() -> None:
    key = Key("shop", "R.1", "credit", ("refund", "F 1"))
    stray = Stray(
        Area.LEDGER,
        "account.move",
        7,
        "RINV/7",
        "posted",
        "USD",
        D("5.00"),
        True,
        date(2026, 11, 2),
        key,
        "R-1",
    )
    kin = Kin(*HEAD, False, "", (Share("refund F1", "USD", D(5), D(0)),))
    with spool() as rows:
        rows.add_stray(stray, Linked(invoice_id=3))
        rows.add_kin(kin, [(TEXT, "r-1"), (ORDER, "12")])
        assert list(rows.strays()) == [(stray, Linked(0, 3, 0))]
        assert (
            rows.kin(TEXT, ["nothing", "r-1"])
            == rows.kin(ORDER, ["12"])
            == rows.known("shop", "R-1")
            == [kin]
        )
        assert rows.kin(ORDER, ["13"]) == []


def test_claimed_documents_are_known_by_model_and_day() -> None:
    with spool() as rows:
        rows.claim(
            [("account.move", 1, date(2026, 10, 1)), ("account.move", 2, None), ("stock.picking", 3, None)]
        )
        assert rows.claimed("account.move", [1, 2, 3]) == {1, 2}
        assert list(rows.all_claimed("account.move", date(2026, 11, 1))) == [1]


# ── told to people ──


def found(**more: object) -> Reconciliation:
    equation = Equation(Area.LEDGER, "USD", "", D("23.00"), {DriftKind.AMOUNT: D("-3.00")}, D("20.00"))
    with spool() as rows:
        rows.add_drifts([drift()])
        kept = list(rows.drifts())

    class Rows:
        def drifts(self) -> object:
            return iter(kept)

    facts: dict[str, object] = {
        "scope": Scope((Area.LEDGER,), ("shop",)), "started": AT, "finished": AT, "server": "s", "company": "c",
        "company_currency": "USD", "rmas": 1, "rows": Rows(), "equations": (equation,), "counts": {"amount": 1},
    }  # fmt: skip
    return Reconciliation(**(facts | more))  # type: ignore[arg-type]


def test_people_read_the_sums_first_and_then_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    print_reconciliation(found(), limit=10, written=None)
    out = capsys.readouterr().out
    assert "23.00" in out
    assert "−3.00 amount" in out
    assert "Look." in out
    assert out.splitlines()[-1].startswith("1 difference (1 amount) in 1 return;")


def test_the_exit_code_says_whether_anything_differs() -> None:
    assert (exit_code(found()), exit_code(found(counts={}))) == (3, 0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "xlsx"], "name it with --output"),
        (["--format", "table", "--output", "x"], "only printed"),
        (["--period", "October"], "not a month such as 2026-10"),
        (["everything"], "'everything' is not one of"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_once(arguments: list[str], words: str) -> None:
    ended = CliRunner().invoke(main, ["reconcile", *arguments])
    assert ended.exit_code == 2
    assert words in ended.output


# ── what the store gives ──


def rma(rma_id: str) -> Rma:
    line = {"id": "1", "sku": "A", "requested": "1"}
    head = {
        "source": "shop",
        "id": rma_id,
        "order": {"name": "S"},
        "customer": {"name": "Ada"},
        "currency": "EUR",
    }
    return Rma.model_validate(head | {"lines": [line]})


def test_the_store_gives_every_return_whatever_its_state(place: StorePlace) -> None:
    from odoo_rma.connector.sources.base import Incoming

    with Store.open(place) as store:
        come = [Incoming("f", {}, one.id, one) for one in map(rma, ("1", "2", "3"))]
        store.receive_many("shop", come[:2], now=AT)
        store.drop("1", now=AT)
        store.receive_many("shop", come[2:], now=datetime(2026, 11, 25, tzinfo=UTC))
        assert [(r.id, s) for r, s in store.every_rma(["shop"])] == [
            ("1", "dropped"),
            ("2", "open"),
            ("3", "open"),
        ]
        assert list(store.every_rma(["hub"])) == []
        assert store.count_rmas(["shop"]) == 3
        assert list(store.changed_since(datetime(2026, 11, 24, tzinfo=UTC))) == [("shop", "3")]
        assert [r.id for r, _ in store.rmas_named([("shop", "2"), ("shop", "9")])] == ["2"]
        assert store.known_since("shop", "2") == AT


def test_who_stops_it_finds_that_in_the_diary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("odoo_rma.sync.reconcile.connect", stopped)
    settings = Settings.model_validate(
        {
            "odoo": {"url": "https://erp.example.com", "database": "erp", "login": "rma"},
            "run": {"store": tmp_path / "store.sqlite"},
        }
    )
    with pytest.raises(KeyboardInterrupt), reconcile(settings, (Area.LEDGER,)):
        pass
    with Store.open(settings.run.store) as store:
        [run] = store.runs()
        assert run.error == "Stopped from outside, before it was done; the next run goes on."
