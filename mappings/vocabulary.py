"""The words of a return: states, reasons, conditions, dispositions, charges, refund methods.

What each source calls them is kept beside them in the RMA (`raw`, `raw_state`).
"""

from enum import StrEnum


class Kind(StrEnum):
    """What the customer and the shop agreed on."""

    RETURN = "return"
    CLAIM = "claim"
    EXCHANGE_ONLY = "exchange_only"
    REFUND_ONLY = "refund_only"
    VENDOR_RETURN = "vendor_return"


class Authorization(StrEnum):
    """May the goods come back?"""

    DRAFT = "draft"
    REQUESTED = "requested"
    AUTHORIZED = "authorized"
    DECLINED = "declined"
    CANCELED = "canceled"
    EXPIRED = "expired"


ENDED = frozenset({Authorization.DECLINED, Authorization.CANCELED, Authorization.EXPIRED})
"""Nothing comes back any more."""


class Logistics(StrEnum):
    """Where are the goods?"""

    NONE = "none"
    LABEL_CREATED = "label_created"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    PARTIALLY_RECEIVED = "partially_received"
    RECEIVED = "received"
    INSPECTED = "inspected"
    LOST = "lost"
    WAIVED = "waived"


class Settlement(StrEnum):
    """Has the customer got what was promised?"""

    OPEN = "open"
    APPROVED = "approved"
    PARTIALLY_SETTLED = "partially_settled"
    SETTLED = "settled"
    REJECTED = "rejected"
    FAILED = "failed"


class ReasonCode(StrEnum):
    """Why the customer sends it back; what a source calls it stays in `Reason.raw`."""

    SIZE_SMALL = "size_small"
    SIZE_LARGE = "size_large"
    COLOR = "color"
    STYLE = "style"
    NOT_AS_DESCRIBED = "not_as_described"
    WRONG_ITEM = "wrong_item"
    DAMAGED_IN_TRANSIT = "damaged_in_transit"
    DEFECTIVE = "defective"
    MISSING_PARTS = "missing_parts"
    LATE = "late"
    CHANGED_MIND = "changed_mind"
    BETTER_PRICE = "better_price"
    ACCIDENTAL_ORDER = "accidental_order"
    UNDELIVERABLE = "undeliverable"
    OTHER = "other"
    UNKNOWN = "unknown"


class Resolution(StrEnum):
    """What the customer wants for a line."""

    REFUND = "refund"
    EXCHANGE = "exchange"
    REPLACEMENT = "replacement"
    STORE_CREDIT = "store_credit"
    REPAIR = "repair"
    NONE = "none"


class Condition(StrEnum):
    """What the goods look like."""

    NEW_SEALED = "new_sealed"
    NEW_OPENED = "new_opened"
    USED = "used"
    DAMAGED_CUSTOMER = "damaged_customer"
    DAMAGED_CARRIER = "damaged_carrier"
    DEFECTIVE = "defective"
    INCOMPLETE = "incomplete"
    WRONG_ITEM = "wrong_item"
    MISSING = "missing"
    JUNK = "junk"


class Disposition(StrEnum):
    """What becomes of the goods."""

    RESTOCK = "restock"
    RESTOCK_B_GRADE = "restock_b_grade"
    REFURBISH = "refurbish"
    REPAIR = "repair"
    QUARANTINE = "quarantine"
    SCRAP = "scrap"
    DONATE = "donate"
    RETURN_TO_VENDOR = "return_to_vendor"
    RETURN_TO_CUSTOMER = "return_to_customer"
    NOT_RECEIVED = "not_received"


class ChargeKind(StrEnum):
    """Fees lower the refund, credits raise it (`CREDIT_KINDS`)."""

    RESTOCKING_FEE = "restocking_fee"
    RETURN_LABEL = "return_label"
    HANDLING = "handling"
    PROCESSING = "processing"
    DAMAGE = "damage"
    BONUS_CREDIT = "bonus_credit"
    GOODWILL = "goodwill"
    SHIPPING_REFUND = "shipping_refund"
    DUTY_REFUND = "duty_refund"
    TIP = "tip"


CREDIT_KINDS = frozenset(
    {
        ChargeKind.BONUS_CREDIT,
        ChargeKind.GOODWILL,
        ChargeKind.SHIPPING_REFUND,
        ChargeKind.DUTY_REFUND,
        ChargeKind.TIP,
    }
)


class ChargeStatus(StrEnum):
    """Only `charged` reaches a credit note."""

    ESTIMATED = "estimated"
    CHARGED = "charged"
    WAIVED = "waived"


class RefundMethod(StrEnum):
    """How the money goes back."""

    ORIGINAL_PAYMENT = "original_payment"
    STORE_CREDIT = "store_credit"
    GIFT_CARD = "gift_card"
    VOUCHER = "voucher"
    BANK_TRANSFER = "bank_transfer"
    CASH = "cash"
    OFFSET_EXCHANGE = "offset_exchange"
    CHANNEL = "channel"
    NONE = "none"


class RefundState(StrEnum):
    """Only `succeeded` is money that went out."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class MessageStep(StrEnum):
    """The moments at which a customer is told something."""

    REQUESTED = "requested"
    AUTHORIZED = "authorized"
    DECLINED = "declined"
    LABEL = "label"
    RECEIVED = "received"
    INSPECTED = "inspected"
    REFUNDED = "refunded"
    EXCHANGE_SENT = "exchange_sent"
    CLOSED = "closed"
