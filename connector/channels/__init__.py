"""The ways in which customers are told something: e-mail by Odoo, and what other packages add."""
