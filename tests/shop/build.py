"""Build orders, deliveries and invoices in a few words."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from odoo_rma.mappings.credit_lines import CreditRules
from odoo_rma.mappings.crm_rules import CrmRules
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.disposition_rules import InspectionRules, Warehouse
from odoo_rma.mappings.erp import (
    Company,
    Erp,
    Invoice,
    InvoiceLine,
    Move,
    Order,
    OrderLine,
    Partner,
    Picking,
    PickingType,
    Product,
    Rounding,
    Tax,
)
from odoo_rma.mappings.exchange_rules import ExchangeRules
from odoo_rma.mappings.foresee.world import table
from odoo_rma.mappings.message_rules import MessageRules
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import CENT, Decimal, round_to
from odoo_rma.mappings.payment_rules import PaymentRules
from odoo_rma.mappings.policy import Policy
from odoo_rma.mappings.rules import Rules
from odoo_rma.mappings.seen.disposition import Place
from odoo_rma.mappings.seen.exchange import Article, NewOrder
from odoo_rma.mappings.seen.request import Placed
from odoo_rma.mappings.tax import TaxedLine, totals
from odoo_rma.mappings.vocabulary import Disposition

D = Decimal
TODAY = date(2026, 11, 24)
OUT, IN, STOCK, CUSTOMER, UNIT = 1, 2, 8, 9, 1
INSIDE, VIEW = 3, 7
SALES, FEES = 400, 410


def rma(*lines: dict[str, Any], order: str = "S-1", id: str = "R-1", **more: Any) -> Rma:
    """Write an authorized RMA of Alice's."""
    numbered = [{"id": str(n), **line} for n, line in enumerate(lines, 1)]
    document = {
        "source": "shop",
        "id": id,
        "order": {"name": order},
        "customer": {"name": "Alice", "email": "alice@example.com"},
        "currency": "USD",
        "authorization": "authorized",
        "lines": numbered,
    }
    return Rma.model_validate(document | more)


class Shop:
    """Everything one Odoo company holds."""

    def __init__(self, *, tax: str = "15", included: bool = False, rounding: Rounding | None = None) -> None:
        self._ids = count(100)
        company = Company(1, "Shop", "USD", rounding or Rounding(), None)
        taxes = {1: Tax(1, "VAT", "percent", D(tax), included, True)}
        types = {OUT: PickingType(OUT, "outgoing", IN, CUSTOMER), IN: PickingType(IN, "incoming", OUT, STOCK)}
        self.erp = Erp(  # everything in it may be changed in place
            company, *({} for _ in range(6)), types, {}, {}, taxes, {}, languages=frozenset({"en_US"})
        )
        self.rules = CreditRules(today=TODAY)
        self.payments = PaymentRules()
        self.inspection = InspectionRules()
        self.messages = MessageRules()
        self.policy: Policy | None = None
        self.decisions: dict[tuple[str, str], Decisions] = {}
        self.crm = CrmRules()
        self.exchange = ExchangeRules()
        self.alice = self.partner("Alice", "alice@example.com")

    @property
    def erp(self) -> Erp:
        """What a look sees: each is a new one, as in a run."""
        return replace(self._erp)

    @erp.setter
    def erp(self, erp: Erp) -> None:
        self._erp = erp

    def all_rules(self) -> Rules:
        return Rules(
            self.rules,
            inspection=self.inspection,
            payments=self.payments,
            messages=self.messages,
            crm=self.crm,
            exchange=self.exchange,
            policy=self.policy,
        )

    def new(self) -> int:
        return next(self._ids)

    def partner(self, name: str, email: str, **more: Any) -> int:
        record = self.new()
        values = {"email": email, "phone": False, "vat": False, "ref": False, "street": False, "city": False}
        fields = {"vat": "", "ref": "", "commercial_id": record, "key": None} | more
        self.erp.partners[record] = Partner(record, name, email, values=values, **fields)
        return record

    def product(self, sku: str, tracking: str = "none", *, service: bool = False) -> int:
        known = [p.id for p in self.erp.products.values() if p.sku == sku]
        if known:
            return known[0]
        record = self.new()
        self.erp.products[record] = Product(record, sku, "", tracking, service)
        return record

    def on_sale(self, sku: str, price: str, *, taxes: tuple[int, ...] = (1,), service: bool = False) -> int:
        """Offer an article for exchange, at its list price."""
        record = self.product(sku, service=service)
        article = Article(record, sku, service, UNIT, frozenset(taxes), D(price))
        table(self.erp.exchanges.articles)[record] = article
        return record

    def exchanged(self) -> NewOrder:
        """Give the one exchange order."""
        [order] = self.erp.exchanges.orders.values()
        return order

    def send(self, order: NewOrder, quantity: str | None = None) -> None:
        """Let the warehouse send what was ordered in exchange, and no more than `quantity` of it."""
        seen = self.erp.exchanges
        for line in seen.lines_of(order):
            done = line.ordered if quantity is None else D(quantity)
            table(seen.lines)[line.id] = replace(line, delivered=done)
        for delivery in seen.deliveries_of(order):
            at = datetime(2026, 11, 23, 15, tzinfo=UTC)
            table(seen.deliveries)[delivery.id] = replace(delivery, state="done", at=at)

    def order(self, *lines: tuple[str, str, str], ref: str = "S-1", **more: Any) -> Order:
        """Sell: (sku, quantity, unit price)."""
        record = self.new()
        who = more.pop("partner", self.alice)
        fields = {"state": "sale", "currency": "USD", "company_id": 1} | more
        refs = {"client_order_ref": ref, "name": f"SO{record}"}
        order = Order(
            record,
            f"SO{record}",
            refs,
            partner_id=who,
            shipping_partner_id=who,
            invoice_partner_id=who,
            **fields,
        )
        self.erp.orders[record] = order
        for sku, quantity, price in lines:
            line = self.new()
            product = self.product(sku)
            self.erp.order_lines[line] = OrderLine(line, record, product, D(quantity), D(price), D(0), UNIT)
        return order

    def deliver(self, order: Order, *parts: tuple[str, str], lots: dict[str, str] | None = None) -> int:
        """Ship: (sku, quantity); all lines in full when left out."""
        own = [x for x in self.erp.order_lines.values() if x.order_id == order.id]
        sku_of = {x.id: self.erp.products[x.product_id].sku for x in own}
        wanted = parts or tuple((sku_of[x.id], str(x.ordered)) for x in own)
        picking = self.new()
        self.erp.pickings[picking] = Picking(
            picking, f"OUT{picking}", "done", OUT, order.partner_id, STOCK, CUSTOMER, 0, None
        )
        for sku, quantity in wanted:
            line = next(x for x in own if sku_of[x.id] == sku)
            self.move(picking, line.product_id, line.id, D(quantity), lots)
        return picking

    def move(
        self, picking: int, product: int, line: int, quantity: Decimal, lots: dict[str, str] | None = None
    ) -> None:
        own_lots = {self.lot(name): D(q) for name, q in (lots or {}).items()}
        record = self.new()
        self.erp.moves[record] = Move(
            record,
            picking,
            product,
            line,
            0,
            "done",
            quantity,
            quantity,
            UNIT,
            True,
            STOCK,
            CUSTOMER,
            (),
            own_lots,
        )

    def lot(self, name: str) -> int:
        known = [i for i, n in self.erp.lots.items() if n == name]
        if known:
            return known[0]
        record = self.new()
        self.erp.lots[record] = name
        return record

    def invoice(self, order: Order, *parts: tuple[str, str], paid: bool = False) -> int:
        """Invoice: (sku, quantity); all lines in full when left out."""
        own = [x for x in self.erp.order_lines.values() if x.order_id == order.id]
        sku_of = {x.id: self.erp.products[x.product_id].sku for x in own}
        wanted = parts or tuple((sku_of[x.id], str(x.ordered)) for x in own)
        record = self.new()
        lines = []
        for sku, quantity in wanted:
            line = next(x for x in own if sku_of[x.id] == sku)
            lines.append((line, D(quantity)))
        total = self.total([TaxedLine(q, x.price_unit, x.discount, (1,)) for x, q in lines])
        residual = D(0) if paid else total
        state = "paid" if paid else "not_paid"
        self.erp.invoices[record] = Invoice(
            record,
            f"INV{record}",
            False,
            "posted",
            state,
            order.partner_id,
            1,
            order.currency,
            total,
            residual,
            0,
            date(2026, 11, 1),
            None,
        )
        for line, quantity in lines:
            self.invoice_line(record, line.product_id, (line.id,), quantity, line.price_unit)
        return record

    def total(self, lines: list[TaxedLine]) -> Decimal:
        sums = totals(lines, self.erp.taxes, CENT, self.erp.company.rounding)
        assert sums is not None
        return sum(sums, D(0))

    def invoice_line(
        self,
        invoice: int,
        product: int,
        order_lines: tuple[int, ...],
        quantity: Decimal,
        price: Decimal,
        **more: Any,
    ) -> None:
        record = self.new()
        fields = {"discount": D(0), "tax_ids": (1,), "account_id": SALES, "key": None, "name": "goods"} | more
        value = round_to(quantity * price, CENT)
        total = self.total([TaxedLine(quantity, price, D(0), (1,))])
        self.erp.invoice_lines[record] = InvoiceLine(
            id=record,
            invoice_id=invoice,
            product_id=product,
            order_line_ids=order_lines,
            quantity=quantity,
            price_unit=price,
            analytic=False,
            uom_id=UNIT,
            subtotal=value,
            total=total,
            **fields,
        )

    def history(
        self,
        order: Order,
        *,
        ordered: date,
        delivered: date | None = None,
        categories: tuple[str, ...] = ("All",),
        rate: str = "1",
    ) -> None:
        """Say when an order was placed and delivered, and what its goods are: what a return policy asks for."""
        facts: Any = self.erp.requests
        facts.placed[order.id] = Placed(ordered, D(rate))
        own = [x for x in self.erp.order_lines.values() if x.order_id == order.id]
        for line in own:
            facts.paid[line.id] = self.total([TaxedLine(line.ordered, line.price_unit, line.discount, (1,))])
            facts.categories[line.product_id] = categories
        lines = {x.id for x in own}
        for move in self.erp.moves.values():
            if move.outgoing and move.order_line_id in lines and delivered:
                facts.arrived[move.picking_id] = delivered

    def credit_by_hand(self, invoice: int, sku: str, quantity: str) -> None:
        """A person's credit note, without any mark of ours."""
        record, product = self.new(), self.product(sku)
        source = next(
            x for x in self.erp.invoice_lines.values() if x.invoice_id == invoice and x.product_id == product
        )
        one = replace(
            self.erp.invoices[invoice], id=record, is_credit=True, reversed_id=invoice, name=f"R{record}"
        )
        self.erp.invoices[record] = one
        self.invoice_line(record, product, source.order_line_ids, D(quantity), source.price_unit)

    def places(self, *also: Disposition) -> dict[Disposition, int]:
        """Give the warehouse its quarantine, and places for further dispositions."""
        here = Warehouse(1, "WH", VIEW, STOCK, INSIDE, IN)
        own = {d: self.new() for d in (Disposition.QUARANTINE, *also)}
        known = table(self.erp.dispositions.places)
        known[STOCK] = Place(STOCK, "WH/Stock", (VIEW, STOCK), "internal")
        known |= {i: Place(i, f"WH/{d.value}", (VIEW, i), "internal") for d, i in own.items()}
        names = {d: d.value for d in own}
        self.inspection = InspectionRules((), names, {d: {1: i} for d, i in own.items()}, {1: here})
        return own

    def return_by_hand(self, picking: int, sku: str, quantity: str) -> None:
        """A person's return of a delivery, done."""
        record, product = self.new(), self.product(sku)
        origin = next(
            m for m in self.erp.moves.values() if m.picking_id == picking and m.product_id == product
        )
        back = replace(self.erp.pickings[picking], id=record, name=f"IN{record}", type_id=IN)
        self.erp.pickings[record] = back
        move = replace(
            origin,
            id=self.new(),
            picking_id=record,
            origin_move_id=origin.id,
            demand=D(quantity),
            done=D(quantity),
            outgoing=False,
        )
        self.erp.moves[move.id] = move
