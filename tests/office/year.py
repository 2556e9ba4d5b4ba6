"""A year of returns as a reconciliation finds it: invented, the same each time, with every kind of difference in it.

Whatever is planted as a difference is listed as one, so that the totals tie out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from odoo_rma.mappings.drift import UNITS, Area, Drift, DriftKind, Equation, InventoryRow, LedgerRow, Link
from odoo_rma.mappings.drift.result import Reconciliation, Scope, StockOnHand
from odoo_rma.mappings.money import ZERO, Decimal, minor_unit
from odoo_rma.mappings.ownership import Side

FIRST = datetime(2025, 11, 1, 9, tzinfo=UTC)
FINISHED = datetime(2026, 11, 2, 6, 30, 12, tzinfo=UTC)
SHOP, ODOO = "https://shop.example.com/returns", "https://erp.example.com/odoo"

GOODS = {
    "TENT-2P": Decimal("169.00"),
    "JACKET-M": Decimal("114.95"),
    "BOOT-42": Decimal("139.90"),
    "STOVE": Decimal("57.50"),
    "LAMP": Decimal("34.39"),
    "SOCKS-3": Decimal("18.00"),
}
REASONS = {
    "size_small": 24,
    "size_large": 13,
    "changed_mind": 17,
    "defective": 12,
    "not_as_described": 9,
    "color": 7,
    "damaged_in_transit": 6,
    "late": 4,
    "wrong_item": 3,
    "other": 2,
}
SOLD = (812, 1_240, 690, 655, 730, 798, 861, 902, 934, 871, 803, 845)
RETURNS = (31, 38, 47, 30, 29, 33, 36, 39, 41, 35, 32, 29)


@dataclass
class Lists:
    """The long lists, in memory."""

    inventories: list[InventoryRow] = field(default_factory=list)
    ledgers: list[LedgerRow] = field(default_factory=list)
    differences: list[Drift] = field(default_factory=list)
    stocks: list[StockOnHand] = field(default_factory=list)

    def inventory(self) -> Iterator[InventoryRow]:
        return iter(self.inventories)

    def ledger(self) -> Iterator[LedgerRow]:
        return iter(self.ledgers)

    def drifts(self) -> Iterator[Drift]:
        return iter(self.differences)

    def stock(self) -> Iterator[StockOnHand]:
        return iter(self.stocks)


def year(seed: int = 7) -> Reconciliation:
    """Give a year of returns of a shop that sells in dollars, euros and yen."""
    return reconciled(_Year(Random(seed)).lists())


def reconciled(lists: Lists) -> Reconciliation:
    """Give the reconciliation of such lists; Odoo's totals are counted from what Odoo holds."""
    return Reconciliation(
        scope=Scope((Area.INVENTORY, Area.LEDGER), ("desk", "shop")),
        started=FINISHED - timedelta(seconds=48),
        finished=FINISHED,
        server="https://erp.example.com/erp",
        company="Northwind Outdoor Ltd",
        company_currency="USD",
        rmas=len({(r.source, r.rma) for r in lists.inventories}),
        rows=lists,
        equations=tuple(equations(lists)),
        counts=dict(Counter(d.kind.value for d in lists.differences)),
        fixed={"missing_in_erp": 2, "state": 1},
        notes=("desk: 1 file in the inbox is still being written and was not read.",),
        history=tuple(
            (date(2026, 10, 4) + timedelta(days=n), count) for n, count in enumerate(_falling(lists))
        ),
        sold={month(n): Decimal(units) for n, units in enumerate(SOLD)},
        calls=412,
        user="returns@example.com",
        settings={
            "sources.shop.credit_note_on": "refund",
            "sources.shop.owners": "receipt: rma, refund: rma",
        },
    )


def equations(lists: Lists) -> Iterator[Equation]:
    """State both sides' totals, per measure, over all and (for money) by month."""
    yield Equation(
        Area.INVENTORY,
        UNITS,
        "",
        sum((r.source_received for r in lists.inventories), ZERO),
        _listed(lists, Area.INVENTORY, UNITS),
        sum((r.received for r in lists.inventories), ZERO),
    )
    for currency in sorted({r.currency for r in lists.ledgers}):
        rows = [r for r in lists.ledgers if r.currency == currency]
        promised, credited = (sum((getattr(r, n) for r in rows), ZERO) for n in ("promised", "credited"))
        yield Equation(Area.LEDGER, currency, "", promised, _listed(lists, Area.LEDGER, currency), credited)
        for period in sorted({r.period for r in rows if r.period}):
            own = sum((r.credited for r in rows if r.period == period), ZERO)
            listed = _listed(lists, Area.LEDGER, currency, period)
            yield Equation(Area.LEDGER, currency, period, own - sum(listed.values(), ZERO), listed, own)


def month(number: int) -> str:
    """Name the months of the year, from 2025-11 (0) on."""
    return f"{2025 + (number + 10) // 12}-{(number + 10) % 12 + 1:02}"


def _listed(lists: Lists, area: Area, measure: str, period: str = "") -> Mapping[DriftKind, Decimal]:
    found: dict[DriftKind, Decimal] = {}
    for drift in lists.differences:
        counts = (drift.area, drift.measure) == (area, measure) and period in ("", drift.period)
        if counts and drift.difference:
            found[drift.kind] = found.get(drift.kind, ZERO) + drift.difference
    return found


def _falling(lists: Lists) -> Iterator[int]:
    chance, now = Random(3), len(lists.differences)
    for left in range(29, -1, -1):
        yield now + left // 2 + (chance.randint(0, 6) if left else 0)


class _Year:
    def __init__(self, chance: Random) -> None:
        self._chance, self._lists, self._number = chance, Lists(), 1000

    def lists(self) -> Lists:
        for number, returns in enumerate(RETURNS):
            for _ in range(returns):
                self._number += 1
                self._rma(number)
        places = ("WH/Returns", "WH/Quarantine", "WH/Repair")
        self._lists.stocks = [
            StockOnHand(place, sku, "", Decimal(self._chance.randint(1, 9)))
            for place in places
            for sku in GOODS
        ]
        self._lists.stocks.append(StockOnHand("WH/Quarantine", "STOVE", "LOT-0042", Decimal("0.5")))
        return self._lists

    def _rma(self, number: int) -> None:
        chance = self._chance
        asked = (FIRST + timedelta(days=30.4 * number + 30 * chance.random())).replace(microsecond=0)
        source, label = chance.choices([("shop", "R"), ("desk", "D")], [4, 1])[0]
        label = f"{label}-{self._number}"
        currency = chance.choices(["USD", "EUR", "JPY"], [75, 20, 5])[0]
        came = asked + timedelta(days=chance.uniform(2, 12))
        lines = [
            self._line(source, label, n, asked, came, currency) for n in range(1, chance.choice((2, 2, 3)))
        ]
        self._lists.inventories += lines
        if lines[0].source_received:
            self._lists.ledgers.append(self._refund(lines, asked, came))

    def _line(
        self, source: str, label: str, number: int, asked: datetime, came: datetime, currency: str
    ) -> InventoryRow:
        chance = self._chance
        sku, units = chance.choice(list(GOODS)), Decimal(chance.choices([1, 2, 3], [80, 15, 5])[0])
        price = {"USD": GOODS[sku], "EUR": GOODS[sku] * Decimal("0.9"), "JPY": GOODS[sku] * 150}[currency]
        back = came < FINISHED - timedelta(days=1) and chance.random() > 0.06
        got = units if back else ZERO
        row = InventoryRow(
            *(source, label.lower(), label, str(number), sku, "", units, units, got, units, got),
            delivered=units - got,
            placed={"WH/Stock": got} if got else {},
            reason=chance.choices(list(REASONS), list(REASONS.values()))[0],
            unit_price=price.quantize(minor_unit(currency)),
            currency=currency,
            requested_at=asked,
            received_at=came if back else None,
        )
        if back and chance.random() < 0.88:
            fate = chance.choices(["restocked", "scrapped", "repaired", "sent_back"], [70, 14, 12, 4])[0]
            row = replace(row, **{fate: got})
        return self._drifting(row) if back else row

    def _drifting(self, row: InventoryRow) -> InventoryRow:
        """Plant a difference in the units of a few lines."""
        if (die := self._chance.random()) > 0.035:
            return row
        kind = DriftKind.MISSING_IN_ERP if die < 0.012 else DriftKind.QUANTITY
        held = ZERO if kind is DriftKind.MISSING_IN_ERP else row.received + 1
        repair = ("Receive it in Odoo by the return transfer that waits.",) if not held else ()
        self._note(
            Area.INVENTORY,
            kind,
            row,
            f"line {row.line}, {row.sku}",
            f"The source received {row.received}, Odoo {held}.",
            measure=UNITS,
            rma_value=f"{row.received} received",
            erp_value=f"{held} received",
            difference=held - row.received,
            since=row.received_at,
            repair=repair,
            way_out="" if repair else "Count the goods; then correct the source, or adjust the stock.",
            erp=("WH/IN/00042",),
        )
        fates = ("restocked", "scrapped", "repaired", "sent_back")
        return replace(row, received=held, **(dict.fromkeys(fates, ZERO) if not held else {}))

    def _refund(self, lines: list[InventoryRow], asked: datetime, came: datetime) -> LedgerRow:
        chance, first = self._chance, lines[0]
        worth = sum((r.source_received * (r.unit_price or ZERO) for r in lines), ZERO)
        unit = minor_unit(first.currency)
        tax = (worth * Decimal("0.15") / Decimal("1.15")).quantize(unit)
        credited_at = came + timedelta(days=min(chance.expovariate(1 / 3), 40))
        if credited_at >= FINISHED:
            credited_at = FINISHED - timedelta(hours=2)
        paid = chance.random() < 0.93
        row = LedgerRow(
            *(
                first.source,
                first.rma,
                first.label,
                "refund F1",
                first.currency,
                worth,
                worth if paid else ZERO,
            ),
            fees=(worth * Decimal("0.05")).quantize(unit) if chance.random() < 0.1 else ZERO,
            source_tax=tax,
            credited=worth,
            draft=ZERO,
            canceled=ZERO,
            tax=tax,
            residual=ZERO if paid else worth,
            paid=worth if paid else ZERO,
            period=f"{credited_at:%Y-%m}",
            notes=(Link(f"RINV/{credited_at:%Y}/{self._number:05}", f"{ODOO}/accounting/{self._number}"),),
            accounts=_entry(first.currency, worth, tax),
            promised_at=came,
            credited_at=credited_at,
            method=chance.choices(["original_payment", "store_credit", "bank_transfer"], [80, 14, 6])[0],
            requested_at=asked,
        )
        return self._owing(row)

    def _owing(self, row: LedgerRow) -> LedgerRow:
        """Plant a difference in the books of a few refunds."""
        die = self._chance.random()
        if die < 0.012:
            self._money(row, DriftKind.AMOUNT, row.credited - row.fees - minor_unit(row.currency) * 500)
            return replace(row, credited=row.credited - row.fees - minor_unit(row.currency) * 500)
        if die < 0.02:
            self._money(row, DriftKind.PAID_NOT_POSTED, ZERO)
            return replace(
                row, credited=ZERO, draft=row.promised, tax=ZERO, residual=ZERO, period="", accounts={}
            )
        if die < 0.027:
            self._money(row, DriftKind.DUPLICATE, row.credited * 2)
            return replace(row, credited=row.credited * 2, tax=row.tax * 2)
        if not row.paid and die < 0.6:
            self._money(row, DriftKind.POSTED_NOT_PAID, row.credited)
        return row

    def _money(self, row: LedgerRow, kind: DriftKind, held: Decimal) -> None:
        repairs = {
            DriftKind.PAID_NOT_POSTED: ("Post the credit note; its total is what was promised.",),
            DriftKind.AMOUNT: ("Make a correcting credit note for the rest.",),
        }
        self._note(
            Area.LEDGER,
            kind,
            row,
            row.of,
            f"Promised {row.promised} {row.currency}, credited {held} {row.currency}.",
            measure=row.currency,
            rma_value=f"{row.promised} {row.currency}",
            erp_value=f"{held} {row.currency}",
            difference=held - row.promised,
            since=row.promised_at,
            period=row.period if held else "",
            repair=repairs.get(kind, ()),
            way_out="" if kind in repairs else "Decide which of the notes stands, and reverse the other.",
            erp=tuple(link.label for link in row.notes),
        )

    def _note(
        self,
        area: Area,
        kind: DriftKind,
        row: InventoryRow | LedgerRow,
        subject: str,
        message: str,
        *,
        erp: tuple[str, ...],
        **more: object,
    ) -> None:
        links = tuple(Link(name, f"{ODOO}/documents/{name.replace('/', '-')}") for name in erp)
        owner = Side.ERP if kind is DriftKind.DUPLICATE else Side.RMA
        given = {"rma_link": Link(row.label, f"{SHOP}/{row.label}"), "erp_links": links, **more}
        self._lists.differences.append(
            Drift(area, kind, row.source, row.rma, row.label, subject, message, owner, **given)  # type: ignore[arg-type]
        )


def _entry(currency: str, worth: Decimal, tax: Decimal) -> Mapping[str, Decimal]:
    """Give the journal items of a credit note, in dollars: income and tax in debit, the customer in credit."""
    rate = {"USD": Decimal(1), "EUR": Decimal("1.1"), "JPY": Decimal("0.0067")}[currency]
    net, taxed = ((amount * rate).quantize(Decimal("0.01")) for amount in (worth - tax, tax))
    return {"400000": net, "251000": taxed, "121000": -net - taxed}
