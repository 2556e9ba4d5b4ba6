"""Read what Odoo holds beyond orders, transfers and credit notes: one file per kind.

Each reader takes what was read so far and gives it back with its own part filled in, in a fixed number of calls.
`request.read` is not among them: it depends on the return policy.
"""

from collections.abc import Callable, Sequence

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.model import Rma
from odoo_rma.sync.reference import Reference
from odoo_rma.sync.seen import crm, disposition, exchange, message, payment, repair

Reader = Callable[[OdooClient, Reference, Sequence[Rma], Erp], Erp]

READERS: tuple[Reader, ...] = (
    disposition.read,
    repair.read,
    exchange.read,
    payment.read,
    message.read,
    crm.read,
)
