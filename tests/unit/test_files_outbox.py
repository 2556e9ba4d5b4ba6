"""What a file source tells: the RMA as its source should have it now, with what Odoo holds of it, from whole stories."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from shop import D, Shop, carry_out, look, rma
from shop.hands import cancel_waiting, put, scrap, send_back, validate

from odoo_rma.connector.errors import StoreFailed
from odoo_rma.connector.settings import SourceSettings
from odoo_rma.connector.sources.base import News, Reply
from odoo_rma.connector.sources.files import FileSource
from odoo_rma.mappings.due import CreditOn
from odoo_rma.mappings.foresee.world import table
from odoo_rma.mappings.in_erp import InErp
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.ownership import Fact
from odoo_rma.mappings.rules import SourceRules
from odoo_rma.mappings.seen.payment import ByHand, Payment
from odoo_rma.mappings.vocabulary import Disposition

ALL_IN_ODOO = SourceRules(
    source_receives=False, credit_on=CreditOn.RECEIPT, source_disposes=False, source_refunds=False
)
ALL_AT_SOURCE = SourceRules(source_receives=True, credit_on=CreditOn.REFUND)


class Told:
    """A source, a shop, and what of the shop the source finds in its outbox."""

    def __init__(self, path: Path, shop: Shop, rules: SourceRules) -> None:
        self.shop, self.rules, self.outbox = shop, rules, path / "outbox"
        self.source = FileSource("shop", SourceSettings(path=path, quiet_seconds=0))

    def sync(self, one: Rma) -> Reply:
        """Carry out what is to be done, and tell."""
        carry_out(self.shop, one, sources={"shop": self.rules})
        return self.source.tell(self.news(one))

    def news(self, one: Rma) -> News:
        (plan,) = look(self.shop, one, sources={"shop": self.rules})
        return News(one, plan.in_erp, self.rules.owned_by_erp)

    def file(self, name: str = "R-1.json") -> Any:
        return json.loads((self.outbox / name).read_text("utf-8"))

    def held(self) -> InErp:
        """What stands in `in_erp`, but for the facts that are owned."""
        held = self.file()["in_erp"]
        held.pop("owned")
        return InErp.model_validate(held)


def tents(quantity: str = "3") -> Shop:
    shop = Shop()
    shop.places(Disposition.REPAIR)
    order = shop.order(("TENT", quantity, "100"))
    shop.deliver(order)
    shop.invoice(order, paid=True)
    return shop


def announced(**more: Any) -> Rma:
    line = {"sku": "TENT", "requested": "3"} | more.pop("line", {})
    return rma(line, **more)


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """A company whose own warehouse receives, and whose accountant pays."""
    return Told(tmp_path / "rma", tents(), ALL_IN_ODOO)


class TestStories:
    def test_a_return_that_waits_is_told_as_it_came(self, told: Told) -> None:
        assert told.sync(announced()) == Reply(("told what Odoo holds",))
        document = told.file()
        assert "received" not in document["lines"][0] and "logistics" not in document
        assert told.held().lines[0].expected == 3
        assert document["in_erp"]["owned"] == ["credit_note", "disposition", "receipt", "refund"]

    def test_what_the_warehouse_received_is_filled_in(self, told: Told) -> None:
        told.sync(announced(logistics="in_transit"))
        validate(told.shop, "TENT", "2")
        told.sync(announced(logistics="in_transit"))
        document = told.file()
        assert (document["lines"][0]["received"], document["logistics"]) == ("2", "partially_received")
        validate(told.shop, "TENT", "1")
        told.sync(announced(logistics="in_transit"))
        assert (told.file()["lines"][0]["received"], told.file()["logistics"]) == ("3", "received")

    def test_where_the_goods_were_put_is_told(self, told: Told) -> None:
        told.sync(announced())
        move = validate(told.shop, "TENT", "3")
        put(told.shop, move, "1", told.shop.inspection.locations[Disposition.QUARANTINE][1])
        scrap(told.shop, move, "1")
        told.sync(announced())
        where = {p.disposition: p.quantity for p in told.held().lines[0].placed}
        assert where == {Disposition.QUARANTINE: 1, Disposition.RESTOCK: 1, Disposition.SCRAP: 1}

    def test_a_posted_credit_note_is_told_with_what_is_open_of_it(self, told: Told) -> None:
        told.sync(announced())
        validate(told.shop, "TENT", "1")
        told.sync(announced())
        [note] = told.held().of_kind("credit note")
        assert (note.state, note.amount, note.open, note.of) == ("posted", 115, 115, "receipt 1")
        assert told.held().lines[0].credited == 1

    def test_a_payment_by_the_accountant_is_told_beside_the_note_that_it_settles(self, told: Told) -> None:
        told.sync(announced())
        validate(told.shop, "TENT", "1")
        told.sync(announced())
        [note] = [i for i in told.shop.erp.invoices.values() if i.is_credit]
        table(told.shop.erp.invoices)[note.id] = replace(note, residual=D(0))
        paid = Payment(
            77, "PSTRP/1", "posted", D(115), "USD", D(0), True, False, None, None, date(2026, 11, 25)
        )
        table(told.shop.erp.payments.by_hand)[77] = ByHand(paid, frozenset({note.id}))
        told.sync(announced())
        [payment] = told.held().of_kind("payment")
        assert (payment.amount, payment.of, payment.key, payment.at) == (
            115,
            "receipt 1",
            "",
            date(2026, 11, 25),
        )
        assert [n.open for n in told.held().of_kind("credit note")] == [0]

    def test_a_payment_that_settles_the_note_of_another_return_is_not_this_ones(self, told: Told) -> None:
        told.sync(announced())
        paid = Payment(77, "PSTRP/1", "posted", D(115), "USD", D(0), True, False, None)
        table(told.shop.erp.payments.by_hand)[77] = ByHand(paid, frozenset({4711}))
        told.sync(announced())
        assert list(told.held().of_kind("payment")) == []

    def test_a_transfer_that_was_canceled_is_told(self, told: Told) -> None:
        told.sync(announced())
        cancel_waiting(told.shop)
        told.source.tell(told.news(announced()))
        assert told.held().canceled
        assert [d.state for d in told.held().documents] == ["cancel"]

    def test_what_was_deleted_in_odoo_is_no_longer_told_of(self, told: Told) -> None:
        told.sync(announced())
        for picking in [p for p in told.shop.erp.pickings.values() if p.key]:
            del table(told.shop.erp.pickings)[picking.id]
        for move in [m for m in told.shop.erp.moves.values() if not m.outgoing]:
            del table(told.shop.erp.moves)[move.id]
        assert told.source.tell(told.news(announced())).done
        assert told.held().documents == ()
        assert told.held().lines[0].expected == 0

    def test_a_decision_alone_leaves_what_was_told_before(self, told: Told) -> None:
        told.sync(announced())
        before = (told.outbox / "R-1.json").read_bytes()
        decision = {"decision": "authorize"}
        assert told.source.tell(News(announced(), InErp(), decision=decision)).done == (
            "told what was decided",
        )
        assert (told.outbox / "R-1.json").read_bytes() == before

    def test_units_that_went_back_to_the_customer_are_rejected(self, told: Told) -> None:
        told.sync(announced())
        send_back(told.shop, validate(told.shop, "TENT", "2"), "1")
        told.sync(announced())
        assert (told.held().rejected, told.held().received("1")) == (1, 2)

    def test_where_the_source_owns_a_fact_its_own_word_stays(self, tmp_path: Path) -> None:
        told = Told(tmp_path / "rma", tents(), ALL_AT_SOURCE)
        told.sync(announced(line={"received": "1"}, logistics="in_transit"))
        validate(told.shop, "TENT", "1")
        told.source.tell(told.news(announced(line={"received": "1"}, logistics="in_transit")))
        document = told.file()
        assert (document["lines"][0]["received"], document["logistics"]) == ("1", "in_transit")
        assert document["in_erp"]["owned"] == ["credit_note"]
        assert told.held().received("1") == 2


class TestAhead:
    def test_a_source_that_received_more_keeps_its_word_until_the_warehouse_is_as_far(
        self, told: Told
    ) -> None:
        told.sync(announced())
        validate(told.shop, "TENT", "1")
        reply = told.sync(announced(line={"received": "2"}, logistics="partially_received", revision=2))
        assert reply.issues == ()
        assert told.file()["lines"][0]["received"] == "2"
        assert "receipt" not in told.file()["in_erp"]["owned"]
        validate(told.shop, "TENT", "2")
        told.sync(announced(line={"received": "2"}, logistics="partially_received", revision=2))
        assert told.file()["lines"][0]["received"] == "3"
        assert "receipt" in told.file()["in_erp"]["owned"]

    def test_money_that_left_without_a_credit_note_is_asked_about(self, told: Told) -> None:
        told.sync(announced())
        validate(told.shop, "TENT", "1")
        told.sync(announced())
        paid = announced(refunds=[{"id": "f1", "amount": "200"}], revision=2)
        reply = told.source.tell(told.news(paid))
        assert [i.code for i in reply.issues] == ["source_ahead"]
        assert "200 USD" in reply.issues[0].message and "115.00 USD" in reply.issues[0].message
        assert "refund" not in told.file()["in_erp"]["owned"]

    def test_more_than_was_announced_is_written_where_it_can_be_read(self, told: Told) -> None:
        told.sync(announced(line={"authorized": "2"}))
        validate(told.shop, "TENT", "3")
        told.source.tell(told.news(announced(line={"authorized": "2"})))
        assert told.file()["lines"][0]["received"] == "2"
        assert told.held().received("1") == 3

    def test_a_state_beyond_receipt_is_not_taken_back(self, told: Told) -> None:
        told.sync(announced(logistics="inspected"))
        validate(told.shop, "TENT", "3")
        told.sync(announced(logistics="inspected"))
        assert told.file()["logistics"] == "inspected"


class TestTheFile:
    def test_another_source_reads_it_as_the_same_rma(self, told: Told, tmp_path: Path) -> None:
        one = announced(
            number="RMA/7",
            note="Zelt, 帐篷",
            promised="345.00",
            charges=[{"id": "c", "kind": "restocking_fee", "amount": "5.00"}],
            events=[{"type": "asked", "at": "2026-11-20T10:00:00Z"}],
        )
        told.sync(one)
        validate(told.shop, "TENT", "2")
        told.source.tell(told.news(one))
        again = self.read(told, tmp_path)
        lines = (one.lines[0].model_copy(update={"received": D(2)}),)
        expected = one.model_copy(
            update={"lines": lines, "logistics": "partially_received", "source": "other"}
        )
        assert again == expected

    def test_what_it_says_is_the_same_to_whoever_reads_it_and_tells_it_on(
        self, told: Told, tmp_path: Path
    ) -> None:
        one = announced()
        told.sync(one)
        assert self.read(told, tmp_path) == one.model_copy(update={"source": "other"})

    @staticmethod
    def read(told: Told, tmp_path: Path) -> Rma | None:
        other = FileSource("other", SourceSettings(path=tmp_path / "other", quiet_seconds=0))
        (tmp_path / "other" / "inbox" / "R-1.json").write_bytes((told.outbox / "R-1.json").read_bytes())
        [incoming] = list(other.changes(None))
        other.close()
        assert incoming.issues == ()
        return incoming.rma

    def test_the_same_state_gives_the_same_bytes_and_is_not_written_again(self, told: Told) -> None:
        told.sync(announced())
        file = told.outbox / "R-1.json"
        before, inode = file.read_bytes(), file.stat().st_ino
        assert told.sync(announced()) == Reply()
        assert (file.read_bytes(), file.stat().st_ino) == (before, inode)
        file.unlink()
        told.sync(announced())
        assert file.read_bytes() == before

    def test_what_somebody_else_wrote_there_is_replaced(self, told: Told) -> None:
        told.sync(announced())
        for other in (b"\xff\xfe not text", b"", b"{}"):
            (told.outbox / "R-1.json").write_bytes(other)
            assert told.sync(announced()).done == ("told what Odoo holds",)
            assert told.file()["id"] == "R-1"

    def test_nothing_in_odoo_writes_no_file(self, told: Told) -> None:
        assert told.source.tell(News(announced(), InErp())) == Reply()
        assert list(told.outbox.iterdir()) == []

    @pytest.mark.parametrize("rma_id", ["../../etc/x", "a/b", "R 1", "退货", "x" * 200, ".hidden"])
    def test_no_id_leads_out_of_the_outbox(self, told: Told, rma_id: str) -> None:
        told.sync(announced(id=rma_id))
        [file] = told.outbox.iterdir()
        assert file.name.isascii() and not file.name.startswith(".")
        assert json.loads(file.read_text())["id"] == rma_id

    def test_a_disk_that_is_full_leaves_the_old_file_whole(
        self, told: Told, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told.sync(announced())
        before = (told.outbox / "R-1.json").read_bytes()
        validate(told.shop, "TENT", "1")

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as disk:
            disk.setattr(os, "fsync", full)
            with pytest.raises(StoreFailed, match="cannot be written: No space left on device"):
                told.sync(announced())
        assert [f.name for f in told.outbox.iterdir()] == ["R-1.json"]
        assert (told.outbox / "R-1.json").read_bytes() == before
        told.sync(announced())
        assert told.file()["lines"][0]["received"] == "1"

    def test_a_process_that_is_killed_while_it_writes_leaves_whole_files_only(self, tmp_path: Path) -> None:
        path = tmp_path / "rma"
        FileSource("shop", SourceSettings(path=path)).close()
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        assert writer.stdout
        for _ in range(50):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        files = [f for f in (path / "outbox").iterdir() if not f.name.startswith(".")]
        assert files
        for file in files:
            assert json.loads(file.read_text())["lines"], file


WRITER = """
import sys
from itertools import count
from pathlib import Path
from odoo_rma.connector.sources.folder import Folder

folder = Folder(Path(sys.argv[1]))
for number in count():
    folder.send(f"R-{number % 3}.json", {"id": number, "lines": [{"id": str(x)} for x in range(5000)]})
    print(number, flush=True)
"""


def test_only_facts_of_odoos_can_be_owned(told: Told) -> None:
    told.sync(announced())
    assert {Fact(x) for x in told.file()["in_erp"]["owned"]} <= set(Fact)
