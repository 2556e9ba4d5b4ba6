"""What Odoo holds of an RMA in the tests, and the news of it."""

from itertools import count
from typing import Any

from odoo_rma.connector.sources.base import News
from odoo_rma.mappings.in_erp import CREDIT_NOTE, TRANSFER, DocumentInErp, InErp, LineInErp, Placed
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.mappings.ownership import Fact
from odoo_rma.mappings.vocabulary import Disposition

_LOCATIONS = {Disposition.RESTOCK: "WH/Stock", Disposition.SCRAP: "WH/Scrap"}


class Books:
    """What Odoo holds of an RMA, written in a few words."""

    def __init__(self, rma: Rma) -> None:
        self.rma = rma
        self.first = rma.lines[0].id
        self._placed: dict[Disposition, Decimal] = {}
        self._documents: list[DocumentInErp] = []
        self._ids = count(41)

    def receive(self, units: int, disposition: Disposition = Disposition.RESTOCK) -> "Books":
        """Validate further units of the first line, and put them away."""
        self._placed[disposition] = self._placed.get(disposition, ZERO) + units
        number = next(self._ids)
        self._add(what=TRANSFER, model="stock.picking", id=number, number=f"WH/IN/{number:05}", state="done")
        return self

    def credit(self, amount: str, *, state: str = "posted") -> str:
        """Write a credit note; give its number (that of a draft is empty)."""
        number = next(self._ids)
        name = f"RINV/2026/{number:05}" if state != "draft" else ""
        money = {"amount": amount, "tax": "0", "open": amount, "currency": self.rma.currency}
        self._add(what=CREDIT_NOTE, model="account.move", id=number, number=name, state=state, **money)
        return name

    def _add(self, **fields: Any) -> None:
        link = f"https://erp.example.com/odoo/{fields['model']}/{fields['id']}"
        self._documents.append(DocumentInErp.model_validate({**fields, "link": link}))

    def news(self, *owned: Fact, decision: dict[str, Any] | None = None) -> News:
        """Give it as news, with the facts that Odoo owns."""
        placed = tuple(
            Placed(quantity=q, disposition=d, location=_LOCATIONS[d]) for d, q in self._placed.items()
        )
        lines = [LineInErp(line=self.first, received=sum(self._placed.values(), ZERO), placed=placed)]
        lines += [LineInErp(line=x.id) for x in self.rma.lines[1:]]
        held = InErp(lines=tuple(lines), documents=tuple(self._documents))
        return News(self.rma, held, frozenset(owned), decision)


def decided(rma: Rma, verdict: str = "authorize") -> dict[str, Any]:
    """Give the answer to a request, as docs/policy.md says."""
    reasons = [{"en": "Asked for within 30 days.", "zh": "在30天内申请。"}]
    line = {"line": rma.lines[0].id, "article": rma.lines[0].sku, "units": "1", "decision": verdict}
    return {
        "source": rma.source,
        "rma": rma.id,
        "number": rma.label,
        "decision": verdict,
        "decided_by": "policy",
        "decided_at": "2026-11-24T09:31:53Z",
        "lines": [{**line, "keep_item": False, "reasons": reasons, "terms": None}],
    }
