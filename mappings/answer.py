"""The answer to a requested return, line by line, and how it stands in the key of a note in Odoo."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal, plain
from odoo_rma.mappings.policy.case import Decision, Verdict, Words
from odoo_rma.mappings.seen.request import Recorded

DECISION = "decision"
"""Kind of the key of a decision's note: `…decision.<by>.<order>[.<line>.<said>.<units>]…`."""

LONGEST = 1_000
"""A longer key is shared out over several notes, because the index that makes keys unique takes no more than 2,700."""


class By(StrEnum):
    """Who decided; a `review` note only says that a person has to."""

    POLICY = "policy"
    PERSON = "person"
    REVIEW = "review"


class Said(StrEnum):
    """What was decided about a line."""

    AUTHORIZED = "authorized"
    KEPT = "kept"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What is said about one line. `decision` has the terms and every rule, where the policy was asked."""

    line_id: str
    article: str
    units: Decimal
    verdict: Verdict
    keep_item: bool
    by: By
    reasons: tuple[Words, ...]
    decision: Decision | None = None

    @property
    def said(self) -> Said:
        """Give the word that stands in the key."""
        if self.verdict is Verdict.DECLINE:
            return Said.DECLINED
        return Said.KEPT if self.keep_item else Said.AUTHORIZED

    def __str__(self) -> str:
        why = " ".join([*(r.en for r in self.reasons), *self._kept()])
        return f"{plain(self.units)} × {self.article} {_IN_WORDS[self.verdict, self.keep_item]}: {why}"

    def _kept(self) -> list[str]:
        one = self.decision
        if one is None or self.verdict is not Verdict.AUTHORIZE or not self.reasons:
            return []
        tables = {"fees.": one.fee, "labels.": one.label_cost, "keep_item.": one.keep_item}
        telling = tuple(table for table, counts in tables.items() if counts)
        return [a.words.en for a in one.rules if a.rule.startswith(telling)] if telling else []

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        terms = None
        if self.decision and self.verdict is not Verdict.DECLINE:
            wanted = {"window_end", "label_paid_by", "label_cost", "fee", "refund", "currency", "offers"}
            terms = self.decision.model_dump(mode="json", include=wanted)
        return {
            "line": self.line_id,
            "article": self.article,
            "units": plain(self.units),
            "decision": self.verdict.value,
            "keep_item": self.keep_item,
            "reasons": [r.model_dump() for r in self.reasons],
            "terms": terms,
        }


_IN_WORDS = {
    (Verdict.AUTHORIZE, False): "authorized",
    (Verdict.AUTHORIZE, True): "authorized without return",
    (Verdict.NEEDS_PERSON, False): "needs a person",
    (Verdict.NEEDS_PERSON, True): "needs a person",
    (Verdict.DECLINE, False): "declined",
    (Verdict.DECLINE, True): "declined",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a request; `recorded` says when it was written down in Odoo, and under which keys."""

    lines: tuple[LineAnswer, ...]
    recorded: datetime | None = None
    keys: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Sum it up: a person has to decide while one line needs it; declined is what was declined altogether."""
        said = {x.verdict for x in self.lines}
        if Verdict.NEEDS_PERSON in said:
            return Verdict.NEEDS_PERSON
        return Verdict.DECLINE if said == {Verdict.DECLINE} else Verdict.AUTHORIZE

    @property
    def by(self) -> By:
        """Say who decided."""
        return By.PERSON if any(x.by is By.PERSON for x in self.lines) else By.POLICY

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data: what a source is told, and `--json` prints."""
        return {
            "decision": self.verdict.value,
            "decided_by": None if self.verdict is Verdict.NEEDS_PERSON else self.by.value,
            "decided_at": self.recorded.isoformat().replace("+00:00", "Z") if self.recorded else None,
            "lines": [x.as_dict() for x in self.lines],
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in Odoo about one line: decided for `units` of it, of which so many may come back."""

    units: Decimal
    authorized: Decimal
    kept: bool
    by: By


def recorded_of(rma: Rma, order_id: int, erp: Erp) -> list[Recorded]:
    """Give the notes on an order that decide about an RMA, in the order in which they were written."""
    own = [
        (i, r)
        for i, r in erp.requests.recorded.items()
        if (r.key.source, r.key.owner, r.order_id) == (rma.source, rma.id, order_id)
    ]
    return [r for _, r in sorted(own, key=lambda pair: abs(pair[0]))]


def standing(notes: Iterable[Recorded]) -> dict[str, Standing]:
    """Read what was decided about each line back from the keys of the notes."""
    found: dict[str, Standing] = {}
    for note in notes:
        by, _, *parts = note.key.parts
        for line_id, said, units in zip(parts[::3], parts[1::3], parts[2::3], strict=False):
            before = found.get(line_id, Standing(ZERO, ZERO, kept=False, by=By(by)))
            upto = Decimal(units)
            allowed = ZERO if said == Said.DECLINED else upto
            kept = said == Said.KEPT or (before.kept and not allowed)
            found[line_id] = Standing(max(before.units, upto), max(before.authorized, allowed), kept, By(by))
    return found


def keys_of(
    rma: Rma, order_id: int, by: By, lines: Sequence[LineAnswer]
) -> list[tuple[Key, list[LineAnswer]]]:
    """Give the keys that hold what was decided, each with its lines: one, unless there are very many lines."""
    empty = Key(rma.source, rma.id, DECISION, (by.value, str(order_id)))
    found: list[tuple[Key, list[LineAnswer]]] = []
    for line in lines:
        part = (line.line_id, line.said.value, plain(line.units))
        if not found or len(str(found[-1][0].part(*part))) > LONGEST:
            found.append((empty, []))
        key, own = found[-1]
        found[-1] = (key.part(*part), [*own, line])
    return found
