"""Open returns that wait for their goods need no look in each run: they rest, as finished ones do, but for an hour at most.

A return is looked at before that when its source sends it again, when a person or a customer says something about it, when
somebody touches its documents in Odoo (`marks.py`), and when what we go by has changed.
"""

import hashlib
from importlib.metadata import version

from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.plan import Plan
from odoo_rma.sync.report import Outcome, Result
from odoo_rma.sync.store import Store

RULES = "rules"
"""The cursor that says by which rules the returns rest that do."""

_OF_THE_MACHINE = {"odoo", "run", "alerts", "workers"}
"""Settings that say nothing about what becomes of a return."""


def may_rest(plan: Plan, result: Result) -> bool:
    """Tell whether a return needs no look until something happens to it; not right after something was done."""
    return plan.waits_for_goods and result.outcome is Outcome.UNCHANGED


def heed_new_rules(store: Store, settings: Settings) -> None:
    """Look at all returns again after the settings, the return policy or this program have changed."""
    policy = settings.run.policy
    rules = (
        version("odoo-rma"),
        settings.model_dump_json(exclude=_OF_THE_MACHINE),
        policy.read_bytes().hex() if policy and policy.exists() else "",
    )
    digest = hashlib.sha256(repr(rules).encode()).hexdigest()
    if store.cursor(RULES) != digest:
        store.end_rests()
        store.set_cursor(RULES, digest)
