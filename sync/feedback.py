"""Take down what customers answer, and report on it."""

from dataclasses import dataclass
from datetime import date

from odoo_rma.connector.errors import Stop
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings import feedback_token
from odoo_rma.mappings.feedback import Answer, Report, newest
from odoo_rma.mappings.feedback import report as add_up
from odoo_rma.mappings.model import Feedback
from odoo_rma.sync.clock import Clock, utc_now
from odoo_rma.sync.store import Answered, Store


class BadAnswerKey(Stop):
    """The answer key is not one of ours."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of an answer: which return it is about, whether it is new, and whether that return is known here."""

    source: str
    id: str
    label: str
    new: bool
    known: bool


def record(
    settings: Settings, token: str, score: int, comment: str | None, *, clock: Clock = utc_now
) -> Recorded:
    """Keep an answer; the next sync notes it on the customer.

    Raises:
        BadAnswerKey: the key was not signed with our secret, it is about a source that is not ours, or there is no
            secret.

    """
    try:
        source, rma_id = feedback_token.read(token, settings.secrets.feedback)
    except ValueError as error:
        raise BadAnswerKey(str(error)) from None
    if source not in settings.sources:
        raise BadAnswerKey(f"This answer key is about a return of {source}, which is not among the sources.")
    now = clock()
    answer = Feedback(score=score, comment=(comment or "").strip() or None, at=now)
    with Store.open(settings.run.store) as store:
        rma = store.rma(source, rma_id)
        new = store.record_answer(source, rma_id, answer, now=now)
    return Recorded(source, rma_id, rma.label if rma else rma_id, new, rma is not None)


def report(settings: Settings, since: date | None = None) -> Report:
    """Report on all feedback: what the sources tell, and what came by token; of one return the newest answer counts."""
    with Store.open(settings.run.store) as store:
        return add_up([_answer(a) for a in store.feedback()], since)


def _answer(one: Answered) -> Answer:
    last, rma = newest(one.answers), one.rma
    return Answer(
        rma=rma.label if rma else one.id,
        source=one.source,
        customer=rma.customer.name if rma else "",
        score=last.score,
        comment=last.comment or "",
        at=last.at,
        reasons=tuple(dict.fromkeys(line.reason.code.value for line in rma.lines)) if rma else (),
    )
