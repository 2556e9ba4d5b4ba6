"""What customers answered to the question how it went, by a signed token; and all feedback there is."""

from dataclasses import dataclass
from datetime import datetime

from odoo_rma.mappings.model import Feedback, Rma
from odoo_rma.sync.store.memory import Memory
from odoo_rma.sync.store.rows import stamp, when


@dataclass(frozen=True, slots=True)
class Answered:
    """All feedback on one return, the oldest first; `rma` is None where only its answer is known here."""

    source: str
    id: str
    rma: Rma | None
    answers: tuple[Feedback, ...]


class Answers(Memory):
    """Keeps the answers that no source knows of."""

    def record_answer(self, source: str, rma_id: str, answer: Feedback, *, now: datetime) -> bool:
        """Keep an answer, so that the next run notes it on the customer; gives False where it says nothing new."""
        known = self.answers(source, rma_id)
        if known and (known[-1].score, known[-1].comment) == (answer.score, answer.comment):
            return False
        with self._writing():
            self._do(
                "INSERT INTO answer (source, key, at, recorded, score, comment) VALUES (?, ?, ?, ?, ?, ?)",
                *(source, rma_id, stamp(answer.at or now), stamp(now), answer.score, answer.comment),
            )
            self._ask_again(source, rma_id)
            self._log(source, rma_id, now, "feedback", f"{answer.score} of 5")
        return True

    def answers(self, source: str, rma_id: str) -> tuple[Feedback, ...]:
        """Give the answers to one return that came with a token, the oldest first."""
        sql = "SELECT * FROM answer WHERE source = ? AND key = ? ORDER BY seq"
        return tuple(
            Feedback(score=r["score"], comment=r["comment"], at=when(r["at"]))
            for r in self._rows(sql, source, rma_id)
        )

    def feedback(self) -> list[Answered]:
        """Give the feedback on all returns, from their sources and by token."""
        given = self._database.text_in("snapshot", "feedback")
        rows = self._rows(
            f"SELECT source, id, snapshot FROM rma WHERE {given} IS NOT NULL"  # noqa: S608
            " UNION SELECT a.source, a.key, r.snapshot FROM answer a"
            " LEFT JOIN rma r ON r.source = a.source AND r.id = a.key ORDER BY 1, 2"
        )
        found = []
        for row in rows:
            rma = self._snapshot(row) if row["snapshot"] else None
            own = (rma.feedback,) if rma and rma.feedback else ()
            found.append(
                Answered(row["source"], row["id"], rma, own + self.answers(row["source"], row["id"]))
            )
        return found
