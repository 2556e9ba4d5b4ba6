"""Lists as CSV and the whole as JSON: exact, readable by other programs, and nothing in them that a spreadsheet runs."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from office.year import Lists, reconciled, year

from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.sync.reports import WRITERS
from odoo_rma.sync.reports.lists import write_csv
from odoo_rma.sync.reports.whole import write_json


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_differences_are_one_file(tmp_path: Path) -> None:
    found = year()
    write_csv(found, tmp_path / "differences.csv")
    rows = read(tmp_path / "differences.csv")
    assert [r["RMA"] for r in rows] == [d.label for d in found.rows.drifts()]
    listed = sum((Decimal(r["Odoo less source"]) for r in rows if r["Measure"] == "USD"), ZERO)
    (dollars,) = [e for e in found.equations if (e.measure, e.period) == ("USD", "")]
    assert listed == sum(dollars.differences.values())
    assert rows[0]["In Odoo: address"].startswith("https://erp.example.com/")


def test_a_folder_gets_all_lists(tmp_path: Path) -> None:
    found = year()
    write_csv(found, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "differences.csv",
        "inventory.csv",
        "ledger.csv",
        "stock-on-hand.csv",
    ]
    ledger = read(tmp_path / "ledger.csv")
    assert sum(Decimal(r["Credited"]) for r in ledger) == sum(r.credited for r in found.rows.ledger())
    assert len(read(tmp_path / "inventory.csv")) == len(list(found.rows.inventory()))


def test_a_spreadsheet_knows_the_file_is_utf_8(tmp_path: Path) -> None:
    write_csv(year(), tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    "text", ["=1+1", "+49", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1+1", "＝1+1", "\x00=1"]
)
def test_foreign_text_is_never_a_formula(tmp_path: Path, text: str) -> None:
    bad = replace(next(year().rows.drifts()), label=text, message=text, rma_value=text, way_out=text)
    write_csv(reconciled(Lists(differences=[bad])), tmp_path / "x.csv")
    (row,) = read(tmp_path / "x.csv")
    for heading in ("RMA", "What differs", "Source says", "Way out"):
        assert row[heading][0] in "'·"


def test_a_negative_number_stays_a_number(tmp_path: Path) -> None:
    less = replace(next(year().rows.drifts()), difference=Decimal("-0.10"))
    write_csv(reconciled(Lists(differences=[less])), tmp_path / "x.csv")
    assert read(tmp_path / "x.csv")[0]["Odoo less source"] == "-0.1"


def test_the_whole_is_json_with_exact_amounts(tmp_path: Path) -> None:
    found = year()
    write_json(found, tmp_path / "x.json")
    data = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert data["scope"]["sources"] == ["desk", "shop"]
    assert data["equations"][-1]["unexplained"] == "0"
    assert sum(Decimal(r["credited"]) for r in data["ledger"]) == sum(r.credited for r in found.rows.ledger())
    for name in ("drifts", "ledger", "inventory", "stock"):
        assert len(data[name]) == len(list(getattr(found.rows, name)()))


@pytest.mark.parametrize("kind", WRITERS)
def test_the_same_reconciliation_makes_the_same_file(tmp_path: Path, kind: str) -> None:
    for name in ("a", "b"):
        WRITERS[kind](year(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("kind", WRITERS)
def test_a_report_can_be_sent_into_a_pipe(tmp_path: Path, kind: str) -> None:
    """`--output /dev/stdout` must not rename a file over the terminal."""
    import os
    import threading

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    WRITERS[kind](year(), pipe)
    reader.join()
    WRITERS[kind](year(), tmp_path / "file")
    assert pipe.is_fifo()
    assert got == [(tmp_path / "file").read_bytes()]
