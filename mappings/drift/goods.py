"""What each side says about the goods of one line, as rows of the report: one per lot, and one for what has no lot."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from odoo_rma.mappings.drift import InventoryRow
from odoo_rma.mappings.drift.look import Look
from odoo_rma.mappings.drift.pieces import done_moves, last_transfer, pieces_of_one
from odoo_rma.mappings.in_erp import LineInErp
from odoo_rma.mappings.inspection import present
from odoo_rma.mappings.money import ONE, ZERO, Decimal, round_to
from odoo_rma.mappings.ownership import Fact
from odoo_rma.mappings.rma_line import RmaLine
from odoo_rma.mappings.vocabulary import Condition, Disposition

WRONG = "wrong item"


@dataclass(frozen=True, slots=True)
class Goods:
    """One line of an RMA: `theirs` is what the source says came back, `back` the pieces validated in Odoo, by `lots`."""

    line: RmaLine
    seen: LineInErp
    theirs: Decimal
    each: Decimal
    back: Decimal
    lots: Mapping[str, Decimal]

    @property
    def gap(self) -> Decimal:
        """Pieces that Odoo has more (or, negative, fewer) than the source."""
        return self.back - self.theirs * self.each

    @property
    def what(self) -> str:
        """Name the article."""
        return self.line.sku or self.line.barcode or ""


def goods_of(look: Look, line: RmaLine, seen: LineInErp, back: Decimal) -> Goods:
    """Put together what both sides say about a line; a source that was told says the same."""
    each = pieces_of_one(look, line.id)
    theirs = present(line)
    if Fact.RECEIPT in look.source.owned_by_erp and look.told:
        theirs = max(theirs, back / each)
    theirs += _left_again(look, line, seen, back / each - theirs)
    return Goods(line, seen, theirs, each, back, lots_back(look, line, seen))


def _left_again(look: Look, line: RmaLine, seen: LineInErp, ahead: Decimal) -> Decimal:
    """Units that were booked, and went out again because they had not come: both sides agree about them."""
    gone = [p.quantity for p in seen.placed if p.disposition is Disposition.RETURN_TO_CUSTOMER]
    going = (Disposition.RETURN_TO_CUSTOMER, Disposition.REPAIR)
    meant = sum((i.quantity for i in line.inspections if i.disposition in going), ZERO)
    return max(min(sum(gone, ZERO) - meant, ahead), ZERO)


def lots_back(look: Look, line: RmaLine, seen: LineInErp) -> dict[str, Decimal]:
    """Give the lots that came back for a line, also those that nobody announced, where no other line may mean them."""
    found = {x.name: x.quantity for x in seen.lots}
    own = {s.move_id for s in look.plan.slices.get(line.id, ())}
    others = {s.move_id for x, slices in look.plan.slices.items() if x != line.id for s in slices}
    if own & others or sum(found.values(), ZERO) >= seen.received:
        return found
    came: dict[str, Decimal] = {}
    for move in done_moves(look):
        for lot, quantity in move.lots.items() if move.origin_move_id in own else ():
            name = look.erp.lots.get(lot, str(lot))
            came[name] = came.get(name, ZERO) + quantity
    return came


def rows_of(look: Look, one: Goods) -> Iterator[InventoryRow]:
    """Give a row per lot that either side names, and one for what has no lot."""
    line, seen = one.line, one.seen
    told, here = {x.name: x.quantity for x in line.lots}, one.lots
    rest = _Rest(line.requested, line.allowed, one.theirs, seen.expected, seen.received)
    for lot in sorted(told.keys() | here.keys()):
        yield _row(look, one, lot, rest.take(told.get(lot, ZERO), here.get(lot, ZERO)))
    if rest.any or not (told or here):
        yield _row(look, one, "", rest)


@dataclass(slots=True)
class _Rest:
    """Quantities of a line that no lot has taken yet."""

    requested: Decimal
    authorized: Decimal
    theirs: Decimal
    expected: Decimal
    received: Decimal

    @property
    def any(self) -> bool:
        return any((self.requested, self.theirs, self.expected, self.received))

    def take(self, told: Decimal, here: Decimal) -> "_Rest":
        asked, allowed = min(told, self.requested), min(told, self.authorized)
        theirs, received = min(told, self.theirs), min(here, self.received)
        expected = min(max(told - here, ZERO), self.expected)
        self.requested -= asked
        self.authorized -= allowed
        self.theirs -= theirs
        self.expected -= expected
        self.received -= received
        return _Rest(asked, allowed, theirs, expected, received)


def _row(look: Look, one: Goods, lot: str, part: _Rest) -> InventoryRow:
    rma, line = look.plan.rma, one.line
    placed: dict[str, Decimal] = {}
    became = dict.fromkeys(Disposition, ZERO)
    for place in one.seen.placed:
        named = sum((x.quantity for x in place.lots), ZERO)
        units = (
            place.quantity - named
            if not lot
            else sum((x.quantity for x in place.lots if x.name == lot), ZERO)
        )
        if place.location and units:
            placed[place.location] = placed.get(place.location, ZERO) + units
        if place.disposition:
            became[place.disposition] += units
    stayed = (Disposition.RESTOCK, Disposition.SCRAP, Disposition.REPAIR, Disposition.RETURN_TO_CUSTOMER)
    price, currency = _invoiced(look, line)
    last = last_transfer(look)
    return InventoryRow(
        source=rma.source,
        rma=rma.id,
        label=rma.label,
        line=line.id,
        sku=one.what,
        lot=lot,
        requested=part.requested,
        authorized=part.authorized,
        source_received=part.theirs,
        expected=part.expected,
        received=part.received,
        restocked=became[Disposition.RESTOCK],
        scrapped=became[Disposition.SCRAP],
        repaired=became[Disposition.REPAIR],
        sent_back=became[Disposition.RETURN_TO_CUSTOMER],
        elsewhere=max(part.received - sum((became[d] for d in stayed), ZERO), ZERO),
        delivered=_delivered(look, line),
        placed=placed,
        reason=line.reason.raw or line.reason.code.value,
        unit_price=price,
        currency=currency,
        requested_at=rma.requested_at or rma.authorized_at,
        received_at=rma.received_at or (last.done_at if last else None),
        pieces=one.each,
    )


def _order_lines(look: Look, line: RmaLine) -> list[int]:
    return list(dict.fromkeys(s.order_line_id for s in look.plan.slices.get(line.id, ())))


def _delivered(look: Look, line: RmaLine) -> Decimal | None:
    known = [look.delivered[x] for x in _order_lines(look, line) if x in look.delivered]
    return sum(known, ZERO) if known else None


def _invoiced(look: Look, line: RmaLine) -> tuple[Decimal | None, str]:
    """Give what one unit was invoiced for, tax included, by the oldest invoice."""
    erp, wanted = look.erp, set(_order_lines(look, line))
    for x in sorted(erp.invoice_lines.values(), key=lambda x: (x.invoice_id, x.id)):
        invoice = erp.invoices[x.invoice_id]
        if wanted & set(x.order_line_ids) and not invoice.is_credit and x.quantity > 0:
            return round_to(x.total / x.quantity, erp.unit_of(invoice.currency)), invoice.currency
    return None, look.plan.rma.currency


def wrong_row(look: Look, told: Decimal, here: Decimal) -> InventoryRow:
    """Give the row of what came instead of what was to come back."""
    rma = look.plan.rma
    kinds = (i for x in rma.lines for i in x.inspections if i.condition is Condition.WRONG_ITEM)
    names = sorted({i.sku for i in kinds if i.sku})
    return InventoryRow(
        rma.source,
        rma.id,
        rma.label,
        WRONG,
        ", ".join(names),
        "",
        ZERO,
        ZERO,
        told,
        ZERO,
        here,
        elsewhere=here,
        currency=rma.currency,
        received_at=rma.received_at,
        pieces=ONE,
    )
