"""Which steps of a plan, and which reasons to refuse, speak of which kind of difference."""

from collections.abc import Mapping

from odoo_rma.mappings.drift import Area, DriftKind
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.plan import (
    CancelTransfer,
    ChangeDemand,
    ConfirmTransfer,
    MakeCreditNote,
    MakeTransfer,
    PostCreditNote,
    Receive,
    Reconcile,
    ReopenCreditNote,
)
from odoo_rma.mappings.plan.disposition import (
    CancelOnward,
    ExpectOnward,
    MakePutAway,
    MakeScrap,
    ValidatePutAway,
    ValidateScrap,
)
from odoo_rma.mappings.plan.exchange import (
    CancelExchangeOrder,
    ConfirmExchangeOrder,
    MakeExchangeInvoice,
    MakeExchangeOrder,
    OffsetExchange,
    PostExchangeInvoice,
)
from odoo_rma.mappings.plan.gift_card import IssueGiftCard
from odoo_rma.mappings.plan.payment import CancelPayment, MakePayment, PostPayment, ReconcilePayment
from odoo_rma.mappings.plan.repair import (
    CancelRepair,
    ConfirmRepair,
    MakeRepair,
    MakeSendBack,
    PickLot,
    ReadySendBack,
)

GOODS = (MakeTransfer, ConfirmTransfer, ChangeDemand, Receive, CancelTransfer)
FATES = (
    *(MakePutAway, ValidatePutAway, ExpectOnward, CancelOnward, MakeScrap, ValidateScrap),
    *(MakeRepair, ConfirmRepair, CancelRepair, MakeSendBack, ReadySendBack, PickLot),
)
NEW_GOODS = (MakeExchangeOrder, ConfirmExchangeOrder, CancelExchangeOrder)
NEW_BILLS = (MakeExchangeInvoice, PostExchangeInvoice, OffsetExchange)
NOTES = (MakeCreditNote, PostCreditNote, ReopenCreditNote)
PAYMENTS = (MakePayment, PostPayment, IssueGiftCard)
ALL = (*GOODS, *FATES, *NEW_GOODS, *NEW_BILLS, *NOTES, *PAYMENTS, Reconcile, ReconcilePayment, CancelPayment)
"""Every step that brings stock or books in line; customers, notes and messages are neither."""

_STOCK: Mapping[str, DriftKind] = {
    "over_return": DriftKind.QUANTITY,
    "received_too_much": DriftKind.QUANTITY,
    "unknown_unit": DriftKind.QUANTITY,
    "lot_needed": DriftKind.LOT,
    "unknown_lot": DriftKind.LOT,
    "kit_inspected": DriftKind.DISPOSITION,
    "no_location": DriftKind.DISPOSITION,
    "wrong_item_unknown": DriftKind.DISPOSITION,
    "no_repair_module": DriftKind.DISPOSITION,
    "needs_person": DriftKind.STATE,
    "undecidable": DriftKind.STATE,
    "canceled_by_hand": DriftKind.STATE,
    "conflict_receipt": DriftKind.CONFLICT,
    "credited_and_sent_back": DriftKind.CONFLICT,
}

_MONEY: Mapping[str, DriftKind] = {
    "not_invoiced": DriftKind.MISSING_IN_ERP,
    "refund_unexplained": DriftKind.MISSING_IN_ERP,
    "closed_period": DriftKind.MISSING_IN_ERP,
    "dated_ahead": DriftKind.MISSING_IN_ERP,
    "over_refund": DriftKind.AMOUNT,
    "total_differs": DriftKind.AMOUNT,
    "charge_unplaced": DriftKind.AMOUNT,
    "exchange_price": DriftKind.AMOUNT,
    "currency_differs": DriftKind.CURRENCY,
    "refund_twice": DriftKind.DUPLICATE,
    "refund_withdrawn": DriftKind.MISSING_IN_RMA,
    "reset_by_hand": DriftKind.STATE,
    "condition_refused": DriftKind.STATE,
    "wrong_pairing": DriftKind.STATE,
    "payment_matched": DriftKind.STATE,
    "payment_without_entry": DriftKind.POSTED_NOT_PAID,
    "gift_cards_missing": DriftKind.POSTED_NOT_PAID,
    "gift_card_currency": DriftKind.POSTED_NOT_PAID,
    "gift_card_taken": DriftKind.POSTED_NOT_PAID,
    "gift_card_differs": DriftKind.STATE,
    "gift_card_withdrawn": DriftKind.STATE,
}

MONEY_PLACES = frozenset(
    {"refunds", "charges", "account.move", "account.payment", "currency", "loyalty.card"}
)
"""Where an issue stands that concerns money, whatever its code."""

UNSEEN = frozenset({"message_template", "message_not_sent"})
"""What customers are told is no matter of stock or books."""


def area_of(issue: Issue) -> Area:
    """Say whether an issue speaks of goods or of money."""
    money = issue.code in _MONEY or issue.where in MONEY_PLACES
    return Area.LEDGER if money else Area.INVENTORY


def kind_of(issue: Issue) -> DriftKind:
    """Say in what the two sides differ, by an issue; what could not be carried out at all is missing in Odoo."""
    return _MONEY.get(issue.code) or _STOCK.get(issue.code) or DriftKind.MISSING_IN_ERP
