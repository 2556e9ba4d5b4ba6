"""What the settings say about each source, in the comparison's terms."""

from odoo_rma.connector.settings import Receipts, Settings
from odoo_rma.mappings.compare import SourceRules


def source_rules(settings: Settings) -> dict[str, SourceRules]:
    """Give the rules of every configured source."""
    return {
        name: SourceRules(own.receipts is Receipts.RMA, own.credit_note_on)
        for name, own in settings.sources.items()
    }
