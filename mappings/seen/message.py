"""What customers were told, as Odoo holds it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from odoo_rma.mappings.seen.base import Seen
from odoo_rma.mappings.vocabulary import MessageStep

HOST = "odoo-rma"
_MARK = re.compile(
    rf"<(?:try(\d+)\.)?([a-z_]+)\.([0-9a-f]+)\.a(\d)l(\d+)r(\d+)i(\d+)c(\d)\.([0-9a-f]+)@{HOST}>"
)


def _short(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:20]


def owner_of(source: str, rma_id: str) -> str:
    """Name an RMA inside a mark."""
    return _short(source, rma_id)


@dataclass(frozen=True, slots=True)
class News:
    """How far a return has come, as far as messages tell of it.

    `answer` is 1 for requested, 2 for authorized, 3 for declined; `labels`, `receipts` and `inspections` count.
    """

    answer: int = 0
    labels: int = 0
    receipts: int = 0
    inspections: int = 0
    closed: int = 0

    def __str__(self) -> str:
        return f"a{self.answer}l{self.labels}r{self.receipts}i{self.inspections}c{self.closed}"


@dataclass(frozen=True, slots=True)
class Mark:
    """The Message-Id of a message to a customer: what it is about, and all that they know once they have it.

    `subject` tells refunds of one return apart; `attempt` is 0 for the message itself, else it numbers the note that
    announces an attempt to send it.
    """

    owner: str
    step: MessageStep
    subject: str
    news: News
    attempt: int = 0

    @classmethod
    def of(cls, source: str, rma_id: str, step: MessageStep, subject: str, news: News) -> Self:
        """Make the mark of a message."""
        return cls(owner_of(source, rma_id), step, _short(subject), news)

    @property
    def about(self) -> tuple[str, MessageStep, str]:
        """What is told once only, however far the return has come since."""
        return self.owner, self.step, self.subject

    def __str__(self) -> str:
        attempt = f"try{self.attempt}." if self.attempt else ""
        return f"<{attempt}{self.step}.{self.subject}.{self.news}.{self.owner}@{HOST}>"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a Message-Id; None when it is not one of ours."""
        found = _MARK.fullmatch(text)
        if not found or found[2] not in set(MessageStep):
            return None
        news = News(*(int(found[n]) for n in range(4, 9)))
        return cls(found[9], MessageStep(found[2]), found[3], news, int(found[1] or 0))


@dataclass(frozen=True, slots=True)
class Attempt:
    """A note that announces a message; `open` while another run may still be sending it."""

    mark: Mark
    open: bool


@dataclass(frozen=True, slots=True)
class Told(Seen):
    """What customers were told (`sent`) and what was about to be sent (`attempts`), by `mail.message` id.

    `arrived` says when return transfers were validated.
    """

    sent: Mapping[int, Mark] = field(default_factory=dict)
    attempts: Mapping[int, Attempt] = field(default_factory=dict)
    arrived: Mapping[int, datetime] = field(default_factory=dict)
