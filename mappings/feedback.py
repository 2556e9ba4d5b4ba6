"""What customers think of how their returns went: all answers on one page."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from odoo_rma.mappings.model import Feedback
from odoo_rma.mappings.money import CENT, ONE, ZERO, Decimal, round_to

SCORES = (5, 4, 3, 2, 1)


@dataclass(frozen=True, slots=True)
class Answer:
    """One customer's answer; `at` is None where its source does not say when it was given."""

    rma: str
    source: str
    customer: str
    score: int
    comment: str
    at: datetime | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """How many answers of a kind there are, and what they average to (1 to 5, two digits)."""

    name: str
    answers: int
    average: Decimal


@dataclass(frozen=True, slots=True)
class Report:
    """All answers: `average` is None without any; `answers` are the worst first, of equal ones the newest."""

    average: Decimal | None
    distribution: dict[int, int]
    months: tuple[Share, ...]
    reasons: tuple[Share, ...]
    answers: tuple[Answer, ...]


def newest(answers: Iterable[Feedback]) -> Feedback:
    """Give the answer that counts: the last one given; one without a time counts as older, the last in the list wins."""
    return max(enumerate(answers), key=lambda pair: (_when(pair[1].at), pair[0]))[1]


def report(answers: Iterable[Answer], since: date | None = None) -> Report:
    """Add up the answers given since a day (UTC), that day included; without a time they count only in a full report."""
    own = [a for a in answers if since is None or (a.at and a.at.astimezone(UTC).date() >= since)]
    return Report(
        average=_average(own) if own else None,
        distribution={score: sum(a.score == score for a in own) for score in SCORES},
        months=_shares(own, lambda a: [a.at.astimezone(UTC).strftime("%Y-%m") if a.at else "unknown"]),
        reasons=_shares(own, lambda a: a.reasons),
        answers=tuple(sorted(own, key=lambda a: (a.score, -_when(a.at).timestamp()))),
    )


def _when(at: datetime | None) -> datetime:
    return at or datetime(1970, 1, 1, tzinfo=UTC)


def _shares(answers: Iterable[Answer], names: Callable[[Answer], Iterable[str]]) -> tuple[Share, ...]:
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        for name in names(answer):
            groups[name].append(answer)
    return tuple(Share(name, len(own), _average(own)) for name, own in sorted(groups.items()))


def _average(answers: list[Answer]) -> Decimal:
    return round_to(sum((ONE * a.score for a in answers), ZERO) / len(answers), CENT)
