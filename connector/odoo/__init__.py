"""Odoo over its public API: one small client protocol, two transports, and what the server can do."""
