"""What people do to returns: each deed makes both sides differ, by Odoo's own methods or by what a source sends.

A deed writes down what is to be found of it, and what of that has a repair.
"""

import sqlite3
from collections.abc import Callable

from live.many_returns import ARTICLES, BROKEN, DESK, DONE, OPEN, SOLD, Company, Deed

from odoo_rma.mappings.drift import DriftKind as K

DEEDS: list[tuple[str, Deed]] = []
"""All deeds, each with what it is done to."""


def deed(kind: str) -> Callable[[Deed], Deed]:
    """Mark a deed by what it is done to."""

    def keep(do: Deed) -> Deed:
        DEEDS.append((kind, do))
        return do

    return keep


# ── in the books ──


@deed(DONE)
def reset_notes(c: Company, names: list[str]) -> None:
    c.drafts(names)
    c.plant(names, K.STATE)


@deed(DONE)
def cancel_notes(c: Company, names: list[str]) -> None:
    c.tables.call("account.move", "button_cancel", c.drafts(names))
    c.plant(names, K.STATE)


@deed(DONE)
def delete_notes(c: Company, names: list[str]) -> None:
    c.tables.call("account.move", "unlink", c.drafts(names), context={"force_delete": True})
    c.plant(names, K.MISSING_IN_ERP)


@deed(DONE)
def change_prices(c: Company, names: list[str]) -> None:
    notes = c.drafts(names)
    for note in notes:
        line, price = c.rng.choice(c.lines(note)), c.rng.choice([1.5, 33.33, 300])
        c.tables.call("account.move.line", "write", [line], {"price_unit": price})
    c.post(notes)
    c.plant(names, K.CHANGED_BY_HAND, mended=True)


@deed(DONE)
def change_quantities(c: Company, names: list[str]) -> None:
    notes = c.drafts(names)
    for note in notes:
        quantity = c.rng.choice([0.5, 2, 3])
        c.tables.call("account.move.line", "write", [c.rng.choice(c.lines(note))], {"quantity": quantity})
    c.post(notes)
    c.plant(names, K.CHANGED_BY_HAND, mended=True)


@deed(DONE)
def add_lines(c: Company, names: list[str]) -> None:
    notes = c.drafts(names)
    for note in notes:
        [line] = c.tables.rows("account.move.line", [("id", "=", c.lines(note)[0])], "account_id").values()
        new = {
            "name": "Goodwill",
            "price_unit": c.rng.choice([5, 12.34]),
            "account_id": line["account_id"],
            "tax_ids": [],
        }
        c.tables.call("account.move", "write", [note], {"invoice_line_ids": [(0, 0, new)]})
    c.post(notes)
    c.plant(names, K.CHANGED_BY_HAND, mended=True)


@deed(DONE)
def take_off_taxes(c: Company, names: list[str]) -> None:
    notes = c.drafts(names)
    for note in notes:
        c.tables.call("account.move.line", "write", [c.rng.choice(c.lines(note))], {"tax_ids": [(5, 0, 0)]})
    c.post(notes)
    c.plant(names, K.TAX, mended=True)


@deed(DONE)
def move_to_another_month(c: Company, names: list[str]) -> None:
    notes = c.drafts(names)
    day = c.rng.choice(["2026-09-14", "2026-10-05"])
    c.tables.call("account.move", "write", notes, {"invoice_date": day, "date": day})
    c.post(notes)
    c.plant(names, K.PERIOD, K.PERIOD)


@deed(DONE)
def duplicate_notes(c: Company, names: list[str]) -> None:
    copies = c.tables.call("account.move", "copy", c.notes(names))
    c.post(copies)
    c.plant(names, K.DUPLICATE)


@deed(DONE)
def reverse_notes(c: Company, names: list[str]) -> None:
    notes = c.notes(names)
    journal = next(iter(c.tables.rows("account.move", [("id", "in", notes)], "journal_id").values()))[
        "journal_id"
    ]
    context = {"active_model": "account.move", "active_ids": notes}
    values = {"journal_id": journal, "reason": "a mistake"}
    wizard = c.tables.call("account.move.reversal", "create", [values], context=context)
    c.tables.call("account.move.reversal", "modify_moves", wizard, context=context)
    c.plant(names, K.CHANGED_BY_HAND)


@deed(SOLD)
def credit_without_rma(c: Company, names: list[str]) -> None:
    for name in names:
        [order] = c.tables.rows(
            "sale.order", [("client_order_ref", "=", f"S-{name}")], "invoice_ids"
        ).values()
        [invoice] = c.tables.rows("account.move", [("id", "in", order["invoice_ids"])], "journal_id").values()
        context = {"active_model": "account.move", "active_ids": [invoice["id"]]}
        values = {"journal_id": invoice["journal_id"], "reason": "goodwill"}
        wizard = c.tables.call("account.move.reversal", "create", [values], context=context)
        note = c.tables.call("account.move.reversal", "refund_moves", wizard, context=context)["res_id"]
        c.post([note])
        [made] = c.tables.rows("account.move", [("id", "=", note)], "name").values()
        c.planted[made["name"], K.ORPHAN] += 1


@deed(OPEN)
def pay_without_credit(c: Company, names: list[str]) -> None:
    for name in names:
        [partner] = c.tables.rows("res.partner", [("name", "=", f"Customer S-{name}")], "id")
        values = {
            "payment_type": "outbound",
            "partner_type": "customer",
            "partner_id": partner,
            "amount": c.rng.choice([10, 99.99]),
            "memo": f"R-{name}, paid at once",
        }
        payment = c.tables.call("account.payment", "create", [values])
        c.tables.call("account.payment", "action_post", payment)
    c.plant(names, K.PAID_NOT_POSTED)


# ── in the warehouse ──


@deed(DONE)
def more_than_came(c: Company, names: list[str]) -> None:
    for picking in c.transfers(names):
        lines = list(c.tables.rows("stock.move.line", [("picking_id", "=", picking)], "id"))
        c.tables.call("stock.move.line", "write", [c.rng.choice(lines)], {"quantity": c.rng.choice([2, 4])})
    c.plant(names, K.CHANGED_BY_HAND, mended=True)


@deed(DONE)
def fewer_than_came(c: Company, names: list[str]) -> None:
    for picking in c.transfers(names):
        lines = list(c.tables.rows("stock.move.line", [("picking_id", "=", picking)], "id"))
        c.tables.call("stock.move.line", "write", [c.rng.choice(lines)], {"quantity": 0.25})
    c.plant(names, K.CHANGED_BY_HAND, mended=True)


@deed(OPEN)
def cancel_transfers(c: Company, names: list[str]) -> None:
    c.tables.call("stock.picking", "action_cancel", c.transfers(names))
    c.plant(names, K.STATE)


@deed(OPEN)
def delete_transfers(c: Company, names: list[str]) -> None:
    pickings = c.transfers(names)
    c.tables.call("stock.picking", "action_cancel", pickings)
    c.tables.call("stock.picking", "unlink", pickings)
    c.plant(names, K.MISSING_IN_ERP)


@deed(OPEN)
def validate_early(c: Company, names: list[str]) -> None:
    for picking in c.transfers(names):
        c.validate(picking)
    c.plant(names, *[K.MISSING_IN_RMA] * len(ARTICLES))


@deed(OPEN)
def expect_more(c: Company, names: list[str]) -> None:
    for picking in c.transfers(names):
        c.tables.call("stock.move", "write", [c.rng.choice(list(c.moves(picking)))], {"product_uom_qty": 3})
    c.plant(names, K.QUANTITY, mended=True)


@deed(DESK)
def receive_at_the_desk(c: Company, names: list[str]) -> None:
    for picking in c.transfers(names):
        c.validate(picking)
    c.plant(names, *[K.MISSING_IN_RMA] * len(ARTICLES), mended=True)
    c.plant(names, K.MISSING_IN_ERP, mended=True)


@deed(SOLD)
def return_without_rma(c: Company, names: list[str]) -> None:
    for name in names:
        [order] = c.tables.rows(
            "sale.order", [("client_order_ref", "=", f"S-{name}")], "picking_ids"
        ).values()
        context = {
            "active_model": "stock.picking",
            "active_id": order["picking_ids"][0],
            "active_ids": order["picking_ids"],
        }
        wizard = c.tables.call("stock.return.picking", "create", [{}], context=context)
        lines = c.tables.rows("stock.return.picking.line", [("wizard_id", "=", wizard[0])], "quantity")
        c.tables.call("stock.return.picking.line", "write", list(lines), {"quantity": 1})
        action = c.tables.call("stock.return.picking", "action_create_returns", wizard, context=context)
        c.validate(action["res_id"])
        [made] = c.tables.rows("stock.picking", [("id", "=", action["res_id"])], "name").values()
        c.planted[made["name"], K.ORPHAN] += 1


# ── at the source ──


@deed(DONE)
def other_amounts(c: Company, names: list[str]) -> None:
    c.send("shop", names, lambda d: d["refunds"][0].update(amount=str(c.rng.randrange(100, 400))))
    c.plant(names, K.AMOUNT)


@deed(DONE)
def in_another_currency(c: Company, names: list[str]) -> None:
    c.send("shop", names, lambda d: d["refunds"][0].update(currency="EUR"))
    c.plant(names, K.CURRENCY)


@deed(DONE)
def paid_by_card(c: Company, names: list[str]) -> None:
    c.send("shop", names, lambda d: d["refunds"][0].update(gateway="stripe"))
    c.plant(names, K.POSTED_NOT_PAID, mended=True)


@deed(DONE)
def unfit_for_sale(c: Company, names: list[str]) -> None:
    seen = {"id": "I1", "quantity": "1", "condition": "defective", "disposition": "scrap"}
    c.send("shop", names, lambda d: c.rng.choice(d["lines"]).update(inspections=[seen]))
    c.plant(names, K.DISPOSITION, mended=True)


@deed(DONE)
def refunds_taken_back(c: Company, names: list[str]) -> None:
    c.send("shop", names, lambda d: d["refunds"][0].update(state=c.rng.choice(["canceled", "failed"])))
    c.plant(names, K.MISSING_IN_RMA)


@deed(DONE)
def received_after_all_less(c: Company, names: list[str]) -> None:
    c.send("shop", names, lambda d: c.rng.choice(d["lines"]).update(received="0"))
    c.plant(names, K.CONFLICT)


@deed(DONE)
def two_of_one_revision(c: Company, names: list[str]) -> None:
    c.send("shop", names, lambda d: d.update(note="something else"), later=False)
    c.plant(names, K.CONFLICT)


@deed(DONE)
def lost_at_the_source(c: Company, names: list[str]) -> None:
    with sqlite3.connect(c.settings.run.store) as store:
        store.executemany("DELETE FROM rma WHERE id = ?", [(f"R-{name}",) for name in names])
    c.plant(names, K.ORPHAN, K.ORPHAN)


@deed(OPEN)
def closed_at_the_source(c: Company, names: list[str]) -> None:
    c.send("shop", names, lambda d: d.update(closed=True))
    c.plant(names, K.STATE, mended=True)


@deed(OPEN)
def come_at_the_source(c: Company, names: list[str]) -> None:
    c.send("shop", names, lambda d: [x.update(received="1") for x in d["lines"]])
    c.plant(names, *[K.MISSING_IN_ERP] * len(ARTICLES), mended=True)


@deed(DESK)
def believed_at_the_desk(c: Company, names: list[str]) -> None:
    c.send("desk", names, lambda d: [x.update(received="1") for x in d["lines"]])
    c.plant(names, *[K.MISSING_IN_ERP] * len(ARTICLES))


@deed(BROKEN)
def broken_files(c: Company, names: list[str]) -> None:
    for name in names:
        c.drop("shop", f"{name}", '{"id": "R-9999", "order": ')
        c.planted[f"{name}.json", K.UNREADABLE] += 1
