"""Pure rules: the canonical RMA, money, matching, and what Odoo should hold. No network, no clock, no settings."""
