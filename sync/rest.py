"""Open returns that wait for their goods, or for their source to close them, need no look in each run: they rest.

They do as finished ones do, but not for ever. A return is looked at before that when its source sends it again, when a
person or a customer says something about it, when somebody touches its documents in Odoo (`marks.py`), and when what we go
by has changed.
"""

import hashlib
from datetime import timedelta
from importlib.metadata import version

from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.plan import Plan, Stand
from odoo_rma.sync.report import Outcome, Result
from odoo_rma.sync.store import Store
from odoo_rma.sync.store.rows import LONGEST_REST

RULES = "rules"
"""The cursor that says by which rules the returns rest that do."""

_OF_THE_MACHINE = {"odoo", "run", "alerts", "workers"}
"""Settings that say nothing about what becomes of a return."""

REST = {Stand.ON_THE_WAY: timedelta(minutes=30), Stand.ALL_DONE: LONGEST_REST / 2}
"""For how long a return rests at least, and at most twice that."""


def rest(plan: Plan, result: Result) -> timedelta | None:
    """Say for how long a return needs no look until something happens to it; not right after something was done."""
    return REST.get(plan.stands) if result.outcome is Outcome.UNCHANGED else None


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
