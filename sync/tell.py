"""Tell the sources what stands in Odoo: what was decided, and the facts that Odoo owns.

The store remembers what a source was told, so that a file which the source has taken away is not written again. After
the store was deleted a source is told once more, the same as before.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from time import monotonic
from typing import Self

from odoo_rma.connector.errors import Unknown, Unreachable
from odoo_rma.connector.odoo.client import Server
from odoo_rma.connector.settings import Settings
from odoo_rma.connector.sources.base import News, Source
from odoo_rma.connector.sources.registry import open_source
from odoo_rma.mappings.in_erp import InErp
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.plan import Plan
from odoo_rma.mappings.rules import SourceRules
from odoo_rma.sync.documents import link
from odoo_rma.sync.intake import go_on
from odoo_rma.sync.store import Store

DECISION, HELD = "decision", "held"
WORDS = {DECISION: "what was decided", HELD: "what Odoo holds"}

Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """What came of telling a source about one RMA: what was done there, what a person has to decide, what is open.

    `later` is news that is left to another run.
    """

    done: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()
    undecided: str = ""
    later: bool = False

    @property
    def whole(self) -> bool:
        """Tell whether there is nothing left to tell."""
        return not (self.issues or self.undecided or self.later)


@dataclass(frozen=True, slots=True)
class Untold:
    """What a source was not told yet; `marks` say in short what it is, for the store."""

    news: News
    marks: Mapping[str, str]

    def __str__(self) -> str:
        return f"tell {self.news.rma.source} {' and '.join(WORDS[w] for w in self.marks)}"


def untold(
    plans: Iterable[Plan], rules: Mapping[str, SourceRules], store: Store, server: Server
) -> dict[Name, Untold]:
    """Give what stands in Odoo about these RMAs and their sources were not told yet."""
    found = {}
    for plan in plans:
        name = plan.rma.source, plan.rma.id
        marks = _marks(plan, again=store.was_told(*name, HELD))
        fresh = {w: m for w, m in marks.items() if not store.was_reported(*name, w, m)}
        if fresh:
            found[name] = Untold(_news(plan, rules[plan.rma.source], fresh, server), fresh)
    return found


def tell_sources(
    settings: Settings, store: Store, news: Mapping[Name, Untold], *, stop: Callable[[], bool] = go_on
) -> dict[Name, Told]:
    """Tell every source its news; give what came of it. Once `stop` says so, the rest is left to another run.

    Raises:
        Stop: a source could not be told at all; the next run tries again.

    """
    by_source: dict[str, list[Untold]] = defaultdict(list)
    for (name, _), one in news.items():
        by_source[name].append(one)
    told: dict[Name, Told] = {}
    for name, own in by_source.items():
        with closing(open_source(name, settings.sources[name])) as source:
            told |= _tell(source, own, store, stop)
    return told


def _tell(source: Source, news: Sequence[Untold], store: Store, stop: Callable[[], bool]) -> dict[Name, Told]:
    with _Diary(store) as diary:
        return _tell_all(source, news, diary, stop)


def _tell_all(
    source: Source, news: Sequence[Untold], diary: "_Diary", stop: Callable[[], bool]
) -> dict[Name, Told]:
    told, away = {}, ""
    for one in news:
        name = source.name, one.news.rma.id
        if away:  # what did not answer a moment ago is not waited for again
            told[name] = Told(undecided=away)
            continue
        if stop():
            told[name] = Told(later=True)
            continue
        try:
            reply = source.tell(replace(one.news, owned=one.news.owned & source.takes))
        except Unreachable as error:
            away = f"{source.name} could not be told: {error}"
            told[name] = Told(undecided=away)
        except Unknown as error:
            told[name] = Told(undecided=f"{source.name} may or may not have been told: {error}")
        else:
            told[name] = Told(reply.done, reply.issues)
            if told[name].whole:
                diary.take_down(name, one.marks)
    return told


class _Diary:
    """Writes down what was told, once a second and at the end: to the disk for each would take longer than telling a file.

    What was told in the last second before a crash is told once more, which changes nothing.
    """

    def __init__(self, store: Store) -> None:
        self._store, self._since = store, monotonic()
        self._told: list[tuple[str, str, str, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._write()

    def take_down(self, name: Name, marks: Mapping[str, str]) -> None:
        self._told += [(*name, what, mark) for what, mark in marks.items()]
        if monotonic() - self._since >= 1:
            self._write()

    def _write(self) -> None:
        if self._told:
            self._store.reported(self._told)
        self._told, self._since = [], monotonic()


def _marks(plan: Plan, *, again: bool) -> dict[str, str]:
    """Say in short what there is to tell; `again`: the source was told before what Odoo holds."""
    found = {}
    if plan.answer and plan.answer.recorded:
        # What was decided, not how it is said: a policy worded anew is no news to a source.
        found[DECISION] = sha256("\n".join(plan.answer.keys).encode()).hexdigest()
    gone = again and plan.in_erp.lines  # all of it was deleted, and the source believes that it is there
    if plan.in_erp.documents or gone:
        found[HELD] = sha256(plan.in_erp.model_dump_json().encode()).hexdigest()
    return found


def _news(plan: Plan, rules: SourceRules, fresh: Mapping[str, str], server: Server) -> News:
    """Give what is to be told, and nothing that was told before."""
    rma, given = plan.given or plan.rma, None
    if plan.answer and DECISION in fresh:
        given = {"source": rma.source, "rma": rma.id, "number": rma.label, **plan.answer.as_dict()}
    if HELD not in fresh:
        return News(rma, InErp(), decision=given)
    return News(rma, _linked(plan.in_erp, server), rules.owned_by_erp, given)


def _linked(held: InErp, server: Server) -> InErp:
    documents = (
        d.model_copy(update={"link": link(server, d.model, d.id)}) if d.id > 0 else d for d in held.documents
    )
    return held.model_copy(update={"documents": tuple(documents)})
