"""The demo's returns: what customers ask for in Medusa, and what the warehouse finds in Odoo when the goods come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from odoo_rma.sandbox.medusa.play import Plays

Pieces = Mapping[str, int]


@dataclass(frozen=True)
class Story:
    """One return.

    Attributes:
        order: the order's reference.
        told: what happens, for the reader.
        begin: has it asked for in Medusa; gives the id of the return, claim or exchange.
        comes: what the warehouse validates in Odoo, by SKU; nothing when empty.
        damaged: what of it is set aside.
        exchanged: other goods go out for them.
        kept: the customer keeps the goods after all: the return is canceled in Medusa.
    """

    order: str
    told: str
    begin: Callable[[Plays], str]
    comes: Pieces = field(default_factory=dict)
    damaged: Pieces = field(default_factory=dict)
    exchanged: bool = False
    kept: bool = False


def _back(
    items: Pieces, reason: str, note: str = "", shipping: str | None = "return_free"
) -> Callable[[Plays], str]:
    return lambda plays: plays.request(items, reason=reason, note=note, shipping=shipping)


def _exchange(items: Pieces, instead: Pieces) -> Callable[[Plays], str]:
    return lambda plays: str(plays.exchange(items, instead, reason="size_small")["id"])


def _claim(items: Pieces, reason: str, instead: Pieces | None, *, back: bool) -> Callable[[Plays], str]:
    kind = "replace" if instead else "refund"
    return lambda plays: str(plays.claim(items, kind=kind, reason=reason, instead=instead, back=back)["id"])


STORIES = (
    Story(
        "S-1092",
        "Too small: all of the order comes back",
        _back({"BOOT-43": 1}, "size_small"),
        comes={"BOOT-43": 1},
    ),
    Story(
        "S-1094",
        "Two of four are to come back; one parcel is here, the other still on its way",
        _back({"BOOT-42": 2}, "not_as_described", note="the colour is another one"),
        comes={"BOOT-42": 1},
    ),
    Story(
        "S-1093",
        "Damaged on the way, says the customer; the warehouse finds one of the two tents good",
        _back({"TENT-2P": 2}, "damaged_in_transit"),
        comes={"TENT-2P": 2},
        damaged={"TENT-2P": 1},
    ),
    Story(
        "S-1110",
        "Changed his mind, and pays for the parcel",
        _back({"JACKET-M": 1}, "changed_mind", shipping="return_paid"),
        comes={"JACKET-M": 1},
    ),
    Story(
        "S-1112",
        "A size larger: one of two shirts is exchanged",
        _exchange({"SHIRT-M": 1}, {"SHIRT-XL": 1}),
        comes={"SHIRT-M": 1},
        exchanged=True,
    ),
    Story(
        "S-1102",
        "A claim: one of two backpacks tore, a new one goes out",
        _claim({"PACK-40": 1}, "production_failure", {"PACK-40": 1}, back=True),
        comes={"PACK-40": 1},
        exchanged=True,
    ),
    Story(
        "S-1109",
        "Asked for, and kept after all",
        _back({"PACK-40": 1}, "changed_mind"),
        kept=True,
    ),
)
"""Each on an order of its own, invoiced and paid; what differs is what happens."""
