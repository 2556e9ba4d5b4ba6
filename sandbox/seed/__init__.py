"""The seeded shop: what is written into a fresh Odoo, 14 or 19, by a script inside `odoo shell`.

`shop.json` is the shop as plain data. `run.py` writes it. This package runs in Odoo's own Python (3.9 for
Odoo 14) and imports nothing of ours.
"""
