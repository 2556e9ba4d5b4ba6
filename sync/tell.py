"""Tell the sources what was decided, once it stands in Odoo.

The store remembers what a source was told, so that a file which the source has taken away is not written again. After
the store was deleted a source is told once more, the same as before.
"""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from hashlib import sha256

from odoo_rma.connector.settings import Settings
from odoo_rma.connector.sources.registry import open_source
from odoo_rma.mappings.answer import Answer
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.plan import Plan
from odoo_rma.sync.store import Store

DECISION = "decision"


def tell_sources(settings: Settings, store: Store, plans: Iterable[Plan]) -> None:
    """Tell every source what stands in Odoo about its requests and was not told yet.

    Raises:
        StoreFailed: a source could not be told; the next run tries again.

    """
    news: dict[str, list[tuple[Rma, Answer]]] = defaultdict(list)
    for plan in plans:
        if plan.answer and plan.answer.recorded and not _told(store, plan.rma, plan.answer):
            news[plan.rma.source].append((plan.rma, plan.answer))
    for name, answers in news.items():
        with closing(open_source(name, settings.sources[name])) as source:
            for rma, answer in answers:
                head = {"source": rma.source, "rma": rma.id, "number": rma.label}
                source.report(rma.id, DECISION, {**head, **answer.as_dict()})
                store.reported(rma.source, rma.id, DECISION, _mark(answer))


def _told(store: Store, rma: Rma, answer: Answer) -> bool:
    return store.was_reported(rma.source, rma.id, DECISION, _mark(answer))


def _mark(answer: Answer) -> str:
    # What was decided, not how it is said: a policy worded anew is no news to a source.
    return sha256("\n".join(answer.keys).encode()).hexdigest()
