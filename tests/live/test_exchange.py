"""New goods for old ones, on the real Odoo: the order, what the warehouse sends, the invoice, and the journal items."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from live.retail import Retail
from live.returns import SHOPS

from odoo_rma.sandbox import Env
from odoo_rma.sync.report import RunReport

ORDER = (
    *("name", "state", "partner_id", "partner_shipping_id", "partner_invoice_id", "pricelist_id"),
    *("warehouse_id", "currency_id", "company_id", "origin", "client_order_ref", "invoice_status"),
    *("amount_total", "picking_ids", "invoice_ids"),
)
LATER = ("T-3405", "T-3406")
"""Exchanges in advance: sent on the first day as well."""


def money(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal("0.01"))


@dataclass
class Exchange:
    """A retailer's exchanges, and the warehouse that sends them."""

    retail: Retail
    reports: list[RunReport] = field(default_factory=list)

    def order(self, rma: str) -> dict[str, Any]:
        [record] = self.retail.own("sale.order", rma, "exchange")
        [row] = self.retail.tables.rows("sale.order", [("id", "=", record)], *ORDER).values()
        return row

    def original(self, ref: str) -> dict[str, Any]:
        [row] = self.retail.tables.rows("sale.order", [("client_order_ref", "=", ref)], *ORDER).values()
        return row

    def deliveries(self, rma: str) -> list[dict[str, Any]]:
        domain = [("id", "in", self.order(rma)["picking_ids"])]
        return list(self.retail.tables.rows("stock.picking", domain, "name", "state").values())

    def send(self, order: int) -> None:
        """Validate the open delivery of an order, as the warehouse does."""
        call, rows = self.retail.tables.call, self.retail.tables.rows
        domain = [("sale_id", "=", order), ("state", "not in", ["done", "cancel"])]
        [picking] = rows("stock.picking", domain, "name")
        call("stock.picking", "action_assign", [picking])
        done = "quantity" if "quantity" in self.retail.tables.fields("stock.move.line") else "qty_done"
        if done == "qty_done":
            lines = rows("stock.move.line", [("picking_id", "=", picking)], "product_uom_qty")
            for record, line in lines.items():
                call("stock.move.line", "write", [record], {done: line["product_uom_qty"]})
        assert call("stock.picking", "button_validate", [picking]) is True

    def invoice(self, rma: str) -> dict[str, Any]:
        """The invoice of an exchange, which is ours by its external id."""
        [record] = self.retail.own("account.move", rma, "exchange")
        fields = ("name", "state", "amount_total", "amount_untaxed", "amount_residual", "payment_state")
        links = ("partner_id", "currency_id", "invoice_origin", "ref", "invoice_date")
        [row] = self.retail.tables.rows("account.move", [("id", "=", record)], *fields, *links).values()
        return row | {"id": record}

    def notes(self, rma: str) -> list[tuple[Decimal, Decimal]]:
        """Credit notes of a return: total and what is open."""
        domain = [("move_type", "=", "out_refund"), ("invoice_origin", "=", rma), ("state", "=", "posted")]
        rows = self.retail.tables.rows("account.move", domain, "amount_total", "amount_residual").values()
        return [(money(r["amount_total"]), money(r["amount_residual"])) for r in rows]

    def items(self, rma: str) -> dict[str, Decimal]:
        """What a return has put on each kind of account: all its journal items, in the order's currency."""
        own = [self.invoice(rma)["id"]] if self.retail.own("account.move", rma, "exchange") else []
        domain = ["|", ("move_id", "in", own), ("move_id.invoice_origin", "=", rma)]
        posted = [("parent_state", "=", "posted")]
        fields = ("amount_currency", "amount_residual_currency", "account_id", "tax_line_id")
        found = dict.fromkeys(("customer", "open", "tax", "sales"), Decimal(0))
        accounts = self.retail.tables.rows("account.account", [], "reconcile")
        for row in self.retail.tables.rows("account.move.line", [*domain, *posted], *fields).values():
            customer = accounts[row["account_id"]]["reconcile"]
            kind = "customer" if customer else "tax" if row["tax_line_id"] else "sales"
            found[kind] += money(row["amount_currency"])
            found["open"] += money(row["amount_residual_currency"]) if customer else 0
        return found

    def pairs(self, rma: str) -> list[Decimal]:
        """Amounts by which the invoice of an exchange was settled with credit notes of the same return."""
        lines = self.retail.tables.rows(
            "account.move.line", [("move_id", "=", self.invoice(rma)["id"])], "id"
        )
        fields = ("credit_move_id", "debit_amount_currency")
        domain = [("debit_move_id", "in", list(lines))]
        pairs = self.retail.tables.rows("account.partial.reconcile", domain, *fields).values()
        credits = self.retail.tables.rows(
            "account.move.line", [("id", "in", [p["credit_move_id"] for p in pairs])], "move_id"
        )
        moves = [c["move_id"] for c in credits.values()]
        origins = self.retail.tables.rows("account.move", [("id", "in", moves)], "invoice_origin").values()
        assert {o["invoice_origin"] for o in origins} <= {rma}
        return [money(p["debit_amount_currency"]) for p in pairs]


def words(report: RunReport, rma: str) -> str:
    return "; ".join(w for r in report.results if r.id == rma for w in r.steps)


@pytest.fixture(scope="module", params=SHOPS)
def exchange(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """Two days: returns come in, the warehouse sends what is ordered, the customers bring the rest, or do not."""
    env: Env = request.getfixturevalue(request.param)
    retail = Retail(env, tmp_path_factory.mktemp("exchange"), "exchange", messages={}, crm={})
    told = Exchange(retail)
    told.reports.append(retail.day(1))
    for number in (*range(3401, 3409),):
        told.send(retail.own("sale.order", f"T-{number}", "exchange")[0])
    told.reports.append(retail.sync())
    told.reports.append(retail.day(2))
    yield told


def test_nothing_stands_in_the_way(exchange: Exchange) -> None:
    assert [str(i) for r in exchange.reports for x in r.results for i in x.issues] == []


def test_the_order_is_made_on_the_terms_of_the_original_one(exchange: Exchange) -> None:
    new, old = exchange.order("T-3401"), exchange.original("S-1111")
    same = ("partner_id", "partner_shipping_id", "partner_invoice_id", "pricelist_id", "warehouse_id")
    assert {f: new[f] for f in (*same, "currency_id", "company_id")} == {
        f: old[f] for f in (*same, "currency_id", "company_id")
    }
    assert (new["origin"], new["client_order_ref"], new["state"]) == ("T-3401", "T-3401", "sale")
    assert [d["state"] for d in exchange.deliveries("T-3401")] == ["done"]
    assert new["invoice_status"] == "invoiced", "Odoo asks nobody to invoice it again"


@pytest.mark.parametrize(
    ("rma", "total", "still_open", "credit"),
    [
        pytest.param("T-3401", "40.14", "5.75", ("34.39", "0.00"), id="dearer"),
        pytest.param("T-3402", "34.39", "0.00", ("34.39", "0.00"), id="even"),
        pytest.param("T-3403", "40.14", "0.00", ("149.39", "0.00"), id="cheaper, the rest refunded"),
        pytest.param("T-3405", "34.39", "0.00", ("34.39", "0.00"), id="in advance, returned later"),
        pytest.param("T-3407", "40.14", "5.75", ("34.39", "0.00"), id="in euros"),
        pytest.param("T-3408", "249.00", "0.00", ("249.00", "0.00"), id="tax in the price"),
    ],
)
def test_the_invoice_is_offset_against_the_credit(
    exchange: Exchange, rma: str, total: str, still_open: str, credit: tuple[str, str]
) -> None:
    invoice = exchange.invoice(rma)
    assert (money(invoice["amount_total"]), money(invoice["amount_residual"])) == tuple(
        map(Decimal, (total, still_open))
    )
    assert exchange.notes(rma) == [tuple(map(Decimal, credit))]
    assert exchange.pairs(rma) == [Decimal(total) - Decimal(still_open)]
    assert (invoice["invoice_origin"], invoice["ref"]) == (exchange.order(rma)["name"], rma)
    assert invoice["currency_id"] == exchange.order(rma)["currency_id"]


@pytest.mark.parametrize(
    ("rma", "customer", "sales", "tax"),
    [
        pytest.param("T-3401", "5.75", "-5.00", "-0.75", id="dearer"),
        pytest.param("T-3402", "0.00", "0.00", "0.00", id="even"),
        pytest.param("T-3403", "-109.25", "95.00", "14.25", id="cheaper: paid out by the refund"),
        pytest.param("T-3404", "0.00", "0.00", "0.00", id="replacement: no revenue, no tax"),
        pytest.param("T-3407", "5.75", "-5.00", "-0.75", id="in euros"),
        pytest.param("T-3408", "0.00", "0.00", "0.00", id="tax in the price"),
    ],
)
def test_only_the_difference_is_new_in_the_books(
    exchange: Exchange, rma: str, customer: str, sales: str, tax: str
) -> None:
    items = exchange.items(rma)
    assert (items["customer"], items["sales"], items["tax"]) == tuple(map(Decimal, (customer, sales, tax)))


def test_the_rest_of_a_cheaper_exchange_is_paid_out(exchange: Exchange) -> None:
    [payment] = exchange.retail.own("account.payment", "T-3403")
    [row] = exchange.retail.tables.rows(
        "account.payment", [("id", "=", payment)], "amount", "is_reconciled"
    ).values()
    assert (row["amount"], row["is_reconciled"]) == (109.25, True)
    assert exchange.items("T-3403")["open"] == 0


def test_a_replacement_costs_nothing_and_the_sale_stands(exchange: Exchange) -> None:
    invoice = exchange.invoice("T-3404")
    assert (invoice["state"], invoice["amount_total"], invoice["payment_state"]) == ("posted", 0.0, "paid")
    assert exchange.notes("T-3404") == []
    assert exchange.order("T-3404")["invoice_status"] == "invoiced"


def test_an_advance_exchange_is_sent_and_owed_before_the_old_goods_are_back(exchange: Exchange) -> None:
    assert "exchange order over 1 × SHIRT-XL" in words(exchange.reports[0], "T-3405")
    assert "stay open until the old goods are back" in words(exchange.reports[1], "T-3405")


def test_an_advance_exchange_that_never_came_back_is_owed(exchange: Exchange) -> None:
    invoice = exchange.invoice("T-3406")
    assert (invoice["amount_total"], invoice["amount_residual"]) == (573.85, 573.85)
    assert exchange.notes("T-3406") == []
    assert "the customer owes them, the old goods never came back" in words(exchange.reports[2], "T-3406")


def test_a_return_that_is_called_off_takes_its_unsent_order_along(exchange: Exchange) -> None:
    order = exchange.order("T-3409")
    assert (order["state"], order["invoice_ids"]) == ("cancel", [])
    assert [d["state"] for d in exchange.deliveries("T-3409")] == ["cancel"]


def test_an_order_that_the_source_made_in_odoo_is_only_offset(exchange: Exchange) -> None:
    """The source imported the order of the new goods itself; it is sent and invoiced there."""
    tables, retail = exchange.retail.tables, exchange.retail
    old = exchange.original("S-1139")
    [product] = tables.rows("product.product", [("default_code", "=", "SHIRT-XL")], "name")
    taxes = "tax_ids" if "tax_ids" in tables.fields("sale.order.line") else "tax_id"
    [sold] = tables.rows("sale.order.line", [("order_id.client_order_ref", "=", "S-1139")], taxes).values()
    line = {"product_id": product, "product_uom_qty": 1, "price_unit": 34.9, taxes: [(6, 0, sold[taxes])]}
    values = {"partner_id": old["partner_id"], "client_order_ref": "W-9001", "order_line": [(0, 0, line)]}
    story = {
        "id": "T-3490",
        "order": {"name": "S-1139"},
        "customer": {"name": "Jonas Weber", "email": "family.weber@mail.example"},
        "gift": True,
        "currency": "USD",
        "authorization": "authorized",
        "lines": [{"id": "1", "sku": "MUG", "requested": 6, "authorized": 6, "received": 6}],
        "exchange_lines": [{"id": "X1", "sku": "SHIRT-XL", "quantity": 1, "order": "W-9001"}],
    }
    early = retail.bring(story)
    assert [i.code for r in early.results if r.id == "T-3490" for i in r.issues] == ["exchange_order"]
    order = tables.call("sale.order", "create", values)
    tables.call("sale.order", "action_confirm", [order])
    exchange.send(order)
    context = {"active_model": "sale.order", "active_ids": [order], "active_id": order}
    wizard = tables.call(
        "sale.advance.payment.inv", "create", {"advance_payment_method": "delivered"}, context=context
    )
    wizard = wizard[0] if isinstance(wizard, list) else wizard
    tables.call("sale.advance.payment.inv", "create_invoices", [wizard], context=context)
    [row] = tables.rows("sale.order", [("id", "=", order)], "invoice_ids").values()
    tables.call("account.move", "action_post", row["invoice_ids"])
    report = retail.sync()
    assert [str(i) for r in report.results for i in r.issues] == []
    [bill] = tables.rows("account.move", [("id", "in", row["invoice_ids"])], "amount_residual").values()
    assert (retail.own("sale.order", "T-3490"), bill["amount_residual"]) == ([], 0.0)
    assert exchange.notes("T-3490") == [(Decimal("68.66"), Decimal("28.52"))]


def test_a_second_run_writes_nothing_not_even_without_the_store(exchange: Exchange) -> None:
    before = exchange.retail.tables.marks()
    assert exchange.retail.sync().writes == 0
    exchange.retail.forget()
    again = exchange.retail.sync()
    assert again.writes == 0
    assert exchange.retail.tables.marks() == before
