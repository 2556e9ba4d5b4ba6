"""The settings that decide what should be there, for those who read a report later. No secret is among them."""

from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.ownership import FREE


def decisive(settings: Settings, sources: tuple[str, ...]) -> dict[str, str]:
    """Give them as names and texts, in the order of the settings."""
    found: dict[str, str] = {}
    for name in sources:
        source = settings.sources[name]
        found[f"sources.{name}.credit_note_on"] = source.credit_note_on.value
        found[f"sources.{name}.charges"] = source.charges.value
        found[f"sources.{name}.owners"] = ", ".join(f"{f}: {source.owner(f)}" for f in sorted(FREE))
    found["matching.order_fields"] = ", ".join(settings.matching.order_fields)
    found["accounting.post"] = "true" if settings.accounting.post else "false"
    if settings.run.policy:
        found["run.policy"] = settings.run.policy.name
    return found
