"""A customer's history of returns: what a salesperson wants to know before the telephone is picked up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal, Money

HUNDRED, TENTH = Decimal(100), Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Record:
    """A record in Odoo: what it is, its name, its state, and where it opens. `amount` where it is about money."""

    what: str
    model: str
    id: int
    name: str
    state: str
    link: str
    day: date | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Ware:
    """Units of an article that come back, and why; `reason` is empty where only Odoo knows of them."""

    sku: str
    units: Decimal
    reason: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """Feedback on one return."""

    rma: str
    source: str
    score: int
    comment: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Return:
    """One return: `source` and `rma` are empty where a person made it in Odoo by hand."""

    source: str
    rma: str
    label: str
    state: str
    day: date | None
    wares: tuple[Ware, ...]
    documents: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """How much came back of what was sold, in units or in the company's currency, taxes included."""

    sold: Decimal
    back: Decimal

    @property
    def percent(self) -> Decimal | None:
        """Give it in percent, to a tenth; None where nothing was sold."""
        return (self.back * HUNDRED / self.sold).quantize(TENTH) if self.sold > 0 else None


@dataclass(frozen=True, slots=True)
class History:
    """Everything about one customer, their company's other contacts counted in.

    `credit_left` is what the company still owes the customer: open credit, one amount per currency; `gift_cards` are
    those with money on them. `open_work` are repairs and exchanges under way. Orders and returns: the newest first.
    """

    contact: Record
    contacts: tuple[Record, ...]
    currency: str
    orders: tuple[Record, ...]
    returns: tuple[Return, ...]
    credit_notes: tuple[Record, ...]
    units: Rate
    value: Rate
    credit_left: tuple[Money, ...]
    gift_cards: tuple[Record, ...]
    open_work: tuple[Record, ...]
    feedback: tuple[Given, ...]


def wares(rma: Rma) -> tuple[Ware, ...]:
    """Give what comes back by the word of the source, with its reasons."""
    return tuple(
        Ware(
            line.sku or line.barcode or "",
            line.allowed,
            line.reason.raw or line.reason.code.value.replace("_", " "),
            line.reason.comment or "",
        )
        for line in rma.lines
    )


def state(rma: Rma | None, documents: Iterable[Record]) -> str:
    """Say how far a return is: by its source, else by what stands in Odoo."""
    if rma is None:
        return ", ".join(dict.fromkeys(f"{d.what} {d.state}" for d in documents))
    said = [rma.authorization.value]
    said += [f"goods {rma.logistics.value}"] * (rma.logistics.value != "none")
    said += [f"settlement {rma.settlement.value}"] * (rma.settlement.value != "open")
    return ", ".join([*said, *["closed"] * rma.closed]).replace("_", " ")


def by_currency(amounts: Iterable[tuple[str, Decimal]]) -> tuple[Money, ...]:
    """Add amounts up, one sum per currency, nothing for those that come to nothing."""
    sums: dict[str, Decimal] = {}
    for currency, amount in amounts:
        sums[currency] = sums.get(currency, ZERO) + amount
    return tuple(Money(total, currency) for currency, total in sorted(sums.items()) if total)


def added(articles: Iterable[tuple[str, Decimal]]) -> tuple[Ware, ...]:
    """Add units up by article."""
    sums: dict[str, Decimal] = {}
    for sku, units in articles:
        sums[sku] = sums.get(sku, ZERO) + units
    return tuple(Ware(sku, units) for sku, units in sums.items())


def latest_first(returns: Mapping[tuple[str, str], Return]) -> tuple[Return, ...]:
    """Put the newest return first; one without a day is the newest, because nothing has happened yet."""
    return tuple(sorted(returns.values(), key=lambda r: (r.day or date.max, r.label), reverse=True))
