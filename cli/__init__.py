"""The `odoo-rma` command: parse, call `sync`, print, exit code. No business rule lives here."""
