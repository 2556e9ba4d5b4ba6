"""Who owns which fact: the side that is believed, and followed by the other. The one table of it.

A fact that its owner has and the other side has not yet is news for that side. A fact that changed on both sides since
they last agreed is a conflict: it is shown, and nothing is overwritten.
"""

from collections.abc import Mapping
from enum import StrEnum


class Side(StrEnum):
    """The two ends: the returns system, and Odoo."""

    RMA = "rma"
    ERP = "erp"


class Fact(StrEnum):
    """What the two ends tell each other."""

    REQUEST = "request"
    AUTHORIZATION = "authorization"
    CANCELLATION = "cancellation"
    RECEIPT = "receipt"
    DISPOSITION = "disposition"
    REFUND = "refund"
    CREDIT_NOTE = "credit_note"


OWNERS: Mapping[Fact, Side] = {
    Fact.REQUEST: Side.RMA,
    Fact.AUTHORIZATION: Side.RMA,
    Fact.CANCELLATION: Side.RMA,
    Fact.RECEIPT: Side.RMA,
    Fact.DISPOSITION: Side.RMA,
    Fact.REFUND: Side.RMA,
    Fact.CREDIT_NOTE: Side.ERP,
}
"""Who owns a fact where the settings say nothing else.

`refund` is the order to pay: owned by the returns system, a refund it reports is booked in Odoo; owned by Odoo, a
credit note posted there makes the returns system pay.
"""

FREE = frozenset({Fact.RECEIPT, Fact.DISPOSITION, Fact.REFUND})
"""The rows that a company may turn round, per source."""


def owners(turned: Mapping[Fact, Side]) -> dict[Fact, Side]:
    """Give the whole table with the rows that a source turns round."""
    return {**OWNERS, **turned}
