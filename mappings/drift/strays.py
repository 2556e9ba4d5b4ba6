"""Documents in Odoo that no RMA claimed: of RMAs that no source knows, made by hand, or made twice.

They are found in Odoo itself, not by way of the RMAs. What a person made is put down to an RMA where it names it, or
where it is just what the RMA lacks or has already.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo
from typing import Any

from odoo_rma.mappings.drift import Area, Drift, DriftKind, Link
from odoo_rma.mappings.drift.look import UNDATED
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.money import ZERO, Decimal, plain
from odoo_rma.mappings.ownership import Side

WORDS = {
    "stock.picking": "return transfer",
    "account.move": "credit note",
    "account.payment": "payment",
    "stock.scrap": "scrap",
}


@dataclass(frozen=True, slots=True)
class Stray:
    """One document. `amount` counts in `measure` where it `counts` (posted, done); `text` is what it says of its origin.

    `order` is the name of the sales order it belongs to, empty where it shows none.
    """

    area: Area
    model: str
    id: int
    name: str
    state: str
    measure: str
    amount: Decimal
    counts: bool
    day: date | None
    key: Key | None
    text: str
    order: str = ""
    address: str = ""

    @property
    def what(self) -> str:
        """Name its kind."""
        return "debit note" if self.amount < 0 else WORDS.get(self.model, self.model)

    @property
    def month(self) -> str:
        """Give its month: 2026-10."""
        return f"{self.day:%Y-%m}" if self.day else ""


@dataclass(frozen=True, slots=True)
class Share:
    """What a refund (or the goods of an RMA: `of` is empty) is to come to, and what Odoo holds of it."""

    of: str
    measure: str
    wanted: Decimal
    here: Decimal


@dataclass(frozen=True, slots=True)
class Kin:
    """An RMA that a document may belong to: it is `named` there, or is of the same order; `settled` by a person.

    `since` is the day on which it began; what is older is not for it, unless it says so. Where it is only of the same
    `customer`, a document can be no more than a second one.
    """

    source: str
    rma: str
    label: str
    named: bool
    settled: str
    shares: tuple[Share, ...]
    link: Link | None = None
    since: date | None = None
    customer: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a document is. `instead` is the share that it stands for: that this is missing is no difference any more."""

    drift: Drift | None
    instead: tuple[str, str, str] | None = None


def judge(stray: Stray, kin: Sequence[Kin], zone: tzinfo, aside: str = "") -> Verdict:
    """Say what a document is that nobody claimed. The RMAs it names come first.

    `aside` says where its RMA was found, where that came in and cannot be read.
    """
    if stray.key:
        return Verdict(_keyed(stray, kin, zone, aside))
    every = sorted(kin, key=lambda k: (not k.named, k.customer))
    near = [k for k in every if not k.customer]
    if stray.amount < 0 and near:
        return Verdict(_taken_back(stray, near[0], zone))
    for one in near:
        for share in _fitting(stray, one):
            if stray.counts and share.wanted - share.here == stray.amount:
                return Verdict(_instead(stray, one, share, zone), (one.source, one.rma, share.of))
    for one in every:
        for share in _fitting(stray, one):
            if stray.counts and stray.amount == share.here:
                return Verdict(_double(stray, one, share, zone))
    named = next((k for k in near if k.named), None)
    if named:
        return Verdict(_unknown_to_source(stray, named, zone))
    return Verdict(_without_rma(stray, near, zone) if stray.counts else None)


def filled(kin: Kin, of: str) -> Kin:
    """Give an RMA whose share is there now, so that a second document for it is a duplicate."""
    return replace(kin, shares=tuple(replace(s, here=s.wanted) if s.of == of else s for s in kin.shares))


def in_its_month(drift: Drift, gone: Iterable[Drift], stray: Stray) -> list[Drift]:
    """What is there in another month than it was missed in is missing in the one, and too much in the other."""
    months = {d.period for d in gone} - {drift.period}
    if len(months) != 1:
        return [drift]
    there = replace(drift, period=months.pop(), difference=-stray.amount)
    return [there, replace(drift, difference=stray.amount)]


def _fitting(stray: Stray, kin: Kin) -> Iterable[Share]:
    older = stray.day is not None and kin.since is not None and stray.day < kin.since
    return (s for s in kin.shares if s.measure == stray.measure and (kin.named or not older))


def _drift(stray: Stray, kind: DriftKind, kin: Kin | None, message: str, zone: tzinfo, **more: Any) -> Drift:
    key = stray.key
    facts: dict[str, Any] = {
        "area": stray.area,
        "kind": kind,
        "source": kin.source if kin else key.source if key else "",
        "rma": kin.rma if kin else key.owner if key else "",
        "label": kin.label if kin else key.owner if key else "",
        "subject": stray.what,
        "message": message,
        "owner": Side.ERP,
        "measure": stray.measure,
        "rma_value": "nothing",
        "erp_value": _value(stray),
        "difference": stray.amount if stray.counts else ZERO,
        "since": datetime.combine(stray.day, time.min, zone) if stray.day else None,
        "period": stray.month or UNDATED,
        "rma_link": kin.link if kin else None,
        "erp_links": (Link(stray.name, stray.address),),
    }
    return Drift(**(facts | more))


def _value(stray: Stray) -> str:
    unit = "unit(s)" if stray.area is Area.INVENTORY else stray.measure
    return f"{plain(stray.amount) if stray.area is Area.INVENTORY else stray.amount} {unit}, {stray.state}"


def _keyed(stray: Stray, kin: Sequence[Kin], zone: tzinfo, aside: str = "") -> Drift:
    own = next(
        (k for k in kin if stray.key and (k.source, k.rma) == (stray.key.source, stray.key.owner)), None
    )
    if own:
        return _drift(
            stray,
            DriftKind.CHANGED_BY_HAND,
            own,
            f"{stray.what.capitalize()} {stray.name} was made for {own.label}, but what ties it to the order was removed.",
            zone,
            way_out="Restore its links to the order in Odoo, or reverse it there.",
        )
    owner = stray.key.owner if stray.key else ""
    why = f"is set aside ({aside}), so that nobody knows what its source says" if aside else ""
    way_out = (
        f"Mend the RMA first: odoo-rma quarantine show {owner}. Leave the document as it is." if aside else ""
    )
    return _drift(
        stray,
        DriftKind.ORPHAN,
        None,
        f"{stray.what.capitalize()} {stray.name} was made for RMA {owner}, which "
        f"{why or 'its source does not know (any more)'}.",
        zone,
        way_out=way_out
        or "Send the RMA again from its source; or, if it never was, reverse or cancel the document in Odoo.",
    )


def _instead(stray: Stray, kin: Kin, share: Share, zone: tzinfo) -> Drift:
    """What the RMA lacks was made by hand: the sums agree, only somebody has to say that this is it."""
    return _drift(
        stray,
        DriftKind.STATE,
        kin,
        f"{stray.what.capitalize()} {stray.name} was made by hand for what {kin.label} lacks.",
        zone,
        owner=Side.RMA,
        rma_value=_wanted(stray, share),
        difference=ZERO,
        of=share.of,
        settled=kin.settled,
        way_out=f"If it is meant for it: odoo-rma quarantine resolve {kin.rma}. Else reverse it in Odoo.",
    )


def _wanted(stray: Stray, share: Share) -> str:
    inventory = stray.area is Area.INVENTORY
    return f"{plain(share.wanted)} unit(s)" if inventory else f"{share.wanted} {stray.measure}"


def _taken_back(stray: Stray, kin: Kin, zone: tzinfo) -> Drift:
    return _drift(
        stray,
        DriftKind.CHANGED_BY_HAND,
        kin,
        f"{stray.name} was made by hand and takes back what was credited for {kin.label}.",
        zone,
        way_out="If that is right, withdraw the refund at the source; else reverse it in Odoo.",
    )


def _double(stray: Stray, kin: Kin, share: Share, zone: tzinfo) -> Drift:
    return _drift(
        stray,
        DriftKind.DUPLICATE,
        kin,
        f"{stray.what.capitalize()} {stray.name} was made by hand, and {kin.label} has the same already.",
        zone,
        rma_value=_wanted(stray, share),
        of=share.of,
        way_out="If both are meant, report the second one at the source; else reverse one of them in Odoo.",
    )


def _unknown_to_source(stray: Stray, kin: Kin, zone: tzinfo) -> Drift:
    return _drift(
        stray,
        DriftKind.MISSING_IN_RMA,
        kin,
        f"{stray.what.capitalize()} {stray.name} was made by hand for {kin.label}; its source knows nothing of it.",
        zone,
        way_out="Report it at the source, or reverse it in Odoo.",
    )


def _without_rma(stray: Stray, kin: Sequence[Kin], zone: tzinfo) -> Drift:
    also = f" beside {', '.join(sorted(k.label for k in kin))}" if kin else ""
    order = f" on order {stray.order}" if stray.order else ""
    return _drift(
        stray,
        DriftKind.ORPHAN,
        None,
        f"{stray.what.capitalize()} {stray.name}{order} was made by hand{also}, without any RMA.",
        zone,
        way_out="If a customer returned something, open an RMA for it at the source; else nothing is to be done.",
    )


def judge_payment(
    stray: Stray, kin: Sequence[Kin], paid: bool, zone: tzinfo, aside: str = ""
) -> Drift | None:
    """Say what a payment to a customer is that nobody claimed; `paid` means that its RMA has one of ours."""
    if stray.key:
        return replace(_keyed(stray, kin, zone, aside), difference=ZERO)  # the sums are of credit notes
    named = next((k for k in kin if k.named), None)
    if named is None or not stray.counts:
        return None
    credited = any(s.here for s in named.shares if s.measure == stray.measure)
    nothing = {"difference": ZERO}
    if paid:
        return _drift(
            stray,
            DriftKind.DUPLICATE,
            named,
            f"Payment {stray.name} was made by hand, and a payment for {named.label} is booked already.",
            zone,
            way_out="Cancel one of them in Odoo.",
            **nothing,
        )
    if credited:
        return None
    return _drift(
        stray,
        DriftKind.PAID_NOT_POSTED,
        named,
        f"Payment {stray.name} was made by hand for {named.label}, and no credit note is posted.",
        zone,
        way_out="Report the refund at the source, so that it is credited; or cancel the payment in Odoo.",
        **nothing,
    )
