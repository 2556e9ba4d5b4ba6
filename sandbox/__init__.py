"""A real Odoo on this machine, with a seeded shop: for the demo, the tests and the benchmarks."""

from odoo_rma.sandbox.env import Env
from odoo_rma.sandbox.errors import HostUnfit, NotOurServer, SandboxError, StepFailed
from odoo_rma.sandbox.instance import Sandbox, Status

__all__ = ["Env", "HostUnfit", "NotOurServer", "Sandbox", "SandboxError", "Status", "StepFailed"]
