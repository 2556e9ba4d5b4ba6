"""A real Odoo on this machine, for the demo and the tests. Only the command line imports it."""
