"""Medusa 2, over its Admin API: its returns, claims and exchanges are RMAs; what stands in Odoo is written back.

`docs/medusa.md` says what is read and written, what Medusa does wrong, and what is done about it.
"""
