"""One customer, looked up in Odoo and in the store: orders, returns, refunds, rates, credit left, feedback."""

from contextlib import closing

from odoo_rma.connector.odoo.connect import connect
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.history import History
from odoo_rma.sync.customer.books import Books
from odoo_rma.sync.customer.goods import Goods
from odoo_rma.sync.customer.story import tell
from odoo_rma.sync.customer.who import SeveralCustomers, UnknownCustomer, find
from odoo_rma.sync.reference import Reference
from odoo_rma.sync.store import Store

__all__ = ["SeveralCustomers", "UnknownCustomer", "history"]


def history(settings: Settings, who: str) -> History:
    """Look a customer up by e-mail address, Odoo's id, or customer number, in a fixed number of calls.

    Raises:
        UnknownCustomer: nobody is known under it.
        SeveralCustomers: several are, and none is guessed.

    """
    with closing(connect(settings.odoo, settings.secrets)) as client:
        reference = Reference(client)
        family = find(client, reference, who)
        goods, books = Goods.read(client, reference, family), Books.read(client, reference, family)
        with Store.open(settings.run.store) as store:
            return tell(client, reference, family, goods, books, store)
