"""A real Medusa 2 beside the sandbox's Odoo: the same shop as seen by a returns system."""

from odoo_rma.sandbox.medusa.env import MedusaEnv
from odoo_rma.sandbox.medusa.instance import Medusa

__all__ = ["Medusa", "MedusaEnv"]
