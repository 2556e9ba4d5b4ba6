"""Tell the sources what stands in Odoo: what was decided, and the facts that Odoo owns.

The store remembers what a source was told, so that a file which the source has taken away is not written again. After
the store was deleted a source is told once more, the same as before.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from hashlib import sha256

from odoo_rma.connector.settings import Settings
from odoo_rma.connector.sources.base import News, Reply
from odoo_rma.connector.sources.registry import open_source
from odoo_rma.mappings.in_erp import InErp
from odoo_rma.mappings.plan import Plan
from odoo_rma.mappings.rules import SourceRules
from odoo_rma.sync.store import Store

DECISION, HELD = "decision", "held"


def tell_sources(
    settings: Settings, store: Store, plans: Iterable[Plan], rules: Mapping[str, SourceRules]
) -> dict[tuple[str, str], Reply]:
    """Tell every source what stands in Odoo about its RMAs and was not told yet; give what came of it.

    Raises:
        StoreFailed: a source could not be told; the next run tries again.

    """
    news: dict[str, list[tuple[News, dict[str, str]]]] = defaultdict(list)
    for plan in plans:
        marks = _marks(plan)
        name, rma_id = plan.rma.source, plan.rma.id
        fresh = {w: m for w, m in marks.items() if not store.was_reported(name, rma_id, w, m)}
        if fresh:
            news[name].append((_news(plan, rules[name], fresh), fresh))
    replies: dict[tuple[str, str], Reply] = {}
    for name, own in news.items():
        with closing(open_source(name, settings.sources[name])) as source:
            for one, fresh in own:
                replies[name, one.rma.id] = source.tell(replace(one, owned=one.owned & source.takes))
                for what, mark in fresh.items():
                    store.reported(name, one.rma.id, what, mark)
    return replies


def _marks(plan: Plan) -> dict[str, str]:
    found = {}
    if plan.answer and plan.answer.recorded:
        # What was decided, not how it is said: a policy worded anew is no news to a source.
        found[DECISION] = sha256("\n".join(plan.answer.keys).encode()).hexdigest()
    if plan.in_erp.documents:
        found[HELD] = sha256(plan.in_erp.model_dump_json().encode()).hexdigest()
    return found


def _news(plan: Plan, rules: SourceRules, fresh: Mapping[str, str]) -> News:
    """Give what is to be told, and nothing that was told before."""
    rma, given = plan.given or plan.rma, None
    if plan.answer and DECISION in fresh:
        given = {"source": rma.source, "rma": rma.id, "number": rma.label, **plan.answer.as_dict()}
    if HELD not in fresh:
        return News(rma, InErp(), decision=given)
    return News(rma, plan.in_erp, rules.owned_by_erp, given)
