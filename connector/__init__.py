"""The two edges: Odoo on one side, the returns systems on the other. May import `mappings` only."""
