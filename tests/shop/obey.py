"""Carry a plan out in the shop in memory, as Odoo would: the next comparison must find nothing to do."""

from dataclasses import replace

from odoo_rma.mappings.erp import Invoice, InvoiceLine, Move, Partner, Picking
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.plan import (
    CancelTransfer,
    ChangeDemand,
    ConfirmTransfer,
    FillPartner,
    MakeCreditNote,
    MakePartner,
    MakeTransfer,
    Plan,
    PostCreditNote,
    Receive,
)
from odoo_rma.mappings.tax import TaxedLine
from shop.build import CUSTOMER, D, Shop


def obey(shop: Shop, plan: Plan, made: dict[Key, int] | None = None) -> None:
    """Do every step, in order. `made` remembers what was made on the way, where a plan is carried out in parts."""
    made = {} if made is None else made

    def record_of(ref: int | Key) -> int:
        return made[ref] if isinstance(ref, Key) else ref

    for step in plan.steps:
        match step:
            case MakePartner():
                made[step.key] = _make_partner(shop, step)
            case FillPartner():
                one = shop.erp.partners[step.partner_id]
                shop.erp.partners[one.id] = replace(one, values={**one.values, **step.values})
            case MakeTransfer():
                made[step.key] = _make_transfer(shop, step)
            case ConfirmTransfer():
                _set_state(shop, record_of(step.ref), "assigned")
            case ChangeDemand():
                shop.erp.moves[step.move_id] = replace(shop.erp.moves[step.move_id], demand=step.quantity)
            case CancelTransfer():
                _set_state(shop, step.picking_id, "cancel")
            case Receive():
                _receive(shop, record_of(step.ref), step)
            case MakeCreditNote():
                made[step.key] = _make_credit_note(shop, step)
            case PostCreditNote():
                note = shop.erp.invoices[record_of(step.ref)]
                shop.erp.invoices[note.id] = replace(
                    note, state="posted", name=f"RINV{note.id}", residual=D(0)
                )


def _make_partner(shop: Shop, step: MakePartner) -> int:
    known = [p.id for p in shop.erp.partners.values() if p.key == step.key]
    if known:  # two RMAs of one customer plan them both; create-only load makes them once
        return known[0]
    record = shop.new()
    values = dict(step.values)
    one = Partner(
        record, values["name"], values.get("email", ""), "", values.get("ref", ""), record, values, step.key
    )
    shop.erp.partners[record] = one
    return record


def _make_transfer(shop: Shop, step: MakeTransfer) -> int:
    assert not any(p.key == step.key for p in shop.erp.pickings.values()), "made twice"
    record = shop.new()
    shop.erp.pickings[record] = Picking(
        record,
        f"IN{record}",
        "draft",
        step.type_id,
        step.partner_id,
        CUSTOMER,
        step.destination_id,
        0,
        step.key,
    )
    for new in step.moves:
        origin = shop.erp.moves[new.origin_move_id]
        move = replace(
            origin,
            id=shop.new(),
            picking_id=record,
            origin_move_id=origin.id,
            state="draft",
            demand=new.quantity,
            done=D(0),
            outgoing=False,
            lots={},
        )
        shop.erp.moves[move.id] = move
    return record


def _set_state(shop: Shop, picking: int, state: str) -> None:
    shop.erp.pickings[picking] = replace(shop.erp.pickings[picking], state=state)
    for move in _pending(shop, picking):
        shop.erp.moves[move.id] = replace(move, state=state)


def _pending(shop: Shop, picking: int) -> list[Move]:
    return [
        m for m in shop.erp.moves.values() if m.picking_id == picking and m.state not in ("done", "cancel")
    ]


def _receive(shop: Shop, picking: int, step: Receive) -> None:
    arrivals = {a.origin_move_id: a for a in step.arrivals}
    rest: list[tuple[Move, object]] = []
    for move in _pending(shop, picking):
        arrival = arrivals.get(move.origin_move_id)
        come = arrival.quantity if arrival else D(0)
        assert come <= move.demand, "more arrived than the transfer expects"
        if move.demand > come:
            rest.append((move, move.demand - come))
        if come:
            lots = dict(arrival.lots) if arrival else {}
            shop.erp.moves[move.id] = replace(move, state="done", demand=come, done=come, lots=lots)
    shop.erp.pickings[picking] = replace(shop.erp.pickings[picking], state="done")
    backorder = shop.new()
    for move, quantity in rest:
        into = backorder if step.backorder else picking
        state = "assigned" if step.backorder else "cancel"
        copy = move.id if shop.erp.moves[move.id].state != "done" else shop.new()
        shop.erp.moves[copy] = replace(
            move, id=copy, picking_id=into, demand=quantity, done=D(0), state=state
        )
    if rest and step.backorder:
        one = shop.erp.pickings[picking]
        shop.erp.pickings[backorder] = replace(
            one, id=backorder, state="assigned", backorder_of=picking, key=None
        )


def _make_credit_note(shop: Shop, step: MakeCreditNote) -> int:
    assert not any(i.key == step.key for i in shop.erp.invoices.values()), "made twice"
    record = shop.new()
    total = shop.total([TaxedLine(x.quantity, x.price_unit, x.discount, x.tax_ids) for x in step.lines])
    assert step.expected is None or total == step.expected
    shop.erp.invoices[record] = Invoice(
        record,
        "",
        True,
        "draft",
        "not_paid",
        step.partner_id,
        1,
        step.currency,
        total,
        total,
        step.invoice_id,
        step.day,
        step.key,
    )
    for x in step.lines:
        line = shop.new()
        shop.erp.invoice_lines[line] = InvoiceLine(
            line,
            record,
            x.name,
            x.product_id,
            x.order_line_ids,
            x.quantity,
            x.price_unit,
            x.discount,
            x.tax_ids,
            x.account_id,
            False,
            x.uom_id,
            x.price_unit,
            x.price_unit,
            x.key,
        )
    return record
