"""`odoo-rma check`: does a Medusa 2 answer, does it take the key, and do its orders say how Odoo calls them?"""

from collections.abc import Iterator

from odoo_rma.connector.checked import Check
from odoo_rma.connector.errors import LoginRefused, RmaError
from odoo_rma.connector.sources.medusa.api import Api, Row
from odoo_rma.connector.sources.medusa.document import order_name
from odoo_rma.connector.sources.medusa.options import MedusaOptions

_KEY = "Make a secret API key in Medusa and set it; see docs/medusa.md."


def look(name: str, api: Api, options: MedusaOptions) -> Iterator[Check]:
    """Give one line for each thing; nothing is changed."""
    what = f"source {name}"
    try:
        returns = api.get("returns", fields="id", limit=1)
        orders = api.get(
            "orders", fields="id,display_id,custom_display_id,version,metadata", order="-updated_at", limit=20
        )
        reason = _has_reason(api, options)
    except RmaError as error:
        todo = _KEY if isinstance(error, LoginRefused) else "Correct url, and see that Medusa runs there."
        yield Check(what, ok=False, detail=str(error), what_to_do=todo)
        return
    rows = orders.get("orders")
    if "returns" not in returns or not isinstance(rows, list) or any("version" not in r for r in rows):
        detail = f"{api.url} answers, but not as a Medusa 2 does"
        yield Check(what, ok=False, detail=detail, what_to_do="Correct url, or use Medusa 2.")
        return
    yield Check(what, ok=True, detail=f"Medusa 2 at {api.url}, {returns.get('count', '?')} returns")
    yield Check(what, ok=True, detail=_references(rows, options))
    if not reason:
        detail = f"Medusa has no refund reason {options.refund_reason!r}"
        yield Check(what, ok=False, detail=detail, what_to_do="Make it in Medusa, or correct refund_reason.")


def _references(orders: list[Row], options: MedusaOptions) -> str:
    if not orders:
        return "there are no orders yet"
    named = sum(options.reference in (o.get("metadata") or {}) for o in orders)
    return (
        f"Odoo's reference stands in the metadata of {named} of the last {len(orders)} orders; the last one is looked for "
        f"as {order_name(orders[0], options)!r}"
    )


def _has_reason(api: Api, options: MedusaOptions) -> bool:
    if not options.refund_reason:
        return True
    rows = api.get("refund-reasons", limit=1_000)["refund_reasons"]
    return any(options.refund_reason in (r.get("code"), r.get("label")) for r in rows)
