"""A real Odoo on this machine, and beside it a real Medusa with the same shop: for the demo, the tests and the benchmarks."""

from odoo_rma.sandbox.env import Env
from odoo_rma.sandbox.errors import HostUnfit, NotOurServer, SandboxError, StepFailed
from odoo_rma.sandbox.medusa import Medusa, MedusaEnv
from odoo_rma.sandbox.named import NamedServer
from odoo_rma.sandbox.status import Status
from odoo_rma.sandbox.steps import Report
from odoo_rma.sandbox.ways import Sandbox

__all__ = [
    "Env",
    "HostUnfit",
    "Medusa",
    "MedusaEnv",
    "NamedServer",
    "NotOurServer",
    "Report",
    "Sandbox",
    "SandboxError",
    "Status",
    "StepFailed",
]
