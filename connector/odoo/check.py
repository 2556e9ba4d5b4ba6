"""`odoo-rma check`: is everything there that receipts and credit notes need? One line each, and what to do."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from odoo_rma.connector.checked import Check
from odoo_rma.connector.errors import NotOffered, RmaError
from odoo_rma.connector.odoo.capabilities import OPTIONAL
from odoo_rma.connector.odoo.client import OdooClient

FIRST_JSON2 = (19, 0)
FIRST_HAS_ACCESS = (18, 0)
FIRST_READS_COST = (15, 0)
FIRST_UNSIGNED = (19, 0)  # 14 refuses a note by a user without e-mail address; 19 takes it; not tried between


STOCK = "Inventory / User"
BILLING = "Accounting (Invoicing) / Billing"
SALES = "Sales / User: All Documents"
CONTACTS = "Extra Rights / Contact Creation"

RIGHTS: Mapping[str, tuple[str, str]] = {
    "sale.order": ("read write create", SALES),
    "sale.order.line": ("read write create", SALES),
    "product.product": ("read", STOCK),
    "stock.picking.type": ("read", STOCK),
    "stock.location": ("read", STOCK),
    "stock.warehouse": ("read", STOCK),
    "stock.scrap": ("read write create", STOCK),
    "stock.picking": ("read write create", STOCK),
    "stock.move": ("read write create", STOCK),
    "stock.move.line": ("read write create", STOCK),
    "repair.order": ("read write create", STOCK),
    "account.journal": ("read", BILLING),
    "account.account": ("read", BILLING),
    "account.tax": ("read", BILLING),
    "account.move": ("read write create", BILLING),
    "account.move.line": ("read write create", BILLING),
    "account.payment": ("read write create", BILLING),
    "res.partner": ("read write create", CONTACTS),
    "res.partner.category": ("read create", CONTACTS),
}
"""What we do with each model, and the group that permits it."""

ON_14: Mapping[str, tuple[str, str]] = {
    "stock.valuation.layer": (
        "read",
        "Inventory / Administrator (or, smaller, one of your own: odoo-access.md)",
    )
}
"""Odoo 14 reads what returned goods had cost with the rights of whoever receives them."""

HISTORY = "loyalty.history"
GIFT_CARDS: Mapping[str, str] = {"loyalty.program": "read", "loyalty.card": "read create", HISTORY: "create"}
"""What we do with gift cards, where the settings name a program; of Odoo's groups only one permits all of it."""


def check(client: OdooClient, *, gift_cards: bool = False) -> list[Check]:
    """Look at everything; a look that fails is a check that is not ok, never an error.

    `gift_cards` says that the settings name a program for them.
    """
    looks: list[tuple[str, Callable[[OdooClient], Iterator[Check]]]] = [
        ("connection", _connection),
        ("transport", _transport),
        ("rights", _rights),
        ("modules", _modules),
        ("company", _company),
        ("journals", _journals),
        ("operation types", _operation_types),
        ("messages", _messages),
    ]
    if gift_cards:
        looks.append(("gift cards", _gift_cards))
    found: list[Check] = []
    for name, look in looks:
        for each in _safely(name, partial(look, client)):
            if all(each.detail != other.detail for other in found):  # one cause, one line
                found.append(each)
    return found


def _safely(name: str, look: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    try:
        yield from look()
    except RmaError as error:
        yield Check(name, False, " ".join(str(error).split()), "Put this right first, then check again.")


def _connection(client: OdooClient) -> Iterator[Check]:
    server = client.server
    version = ".".join(map(str, server.version))
    yield Check(
        "connection", True, f"Odoo {version} at {server.url}, database {server.database}, as {server.login}"
    )


def _transport(client: OdooClient) -> Iterator[Check]:
    server = client.server
    if server.transport == "odoorpc" and server.version >= FIRST_JSON2:
        detail = "odoorpc works, but Odoo removes the API under it in a later version"
        yield Check("transport", True, detail, "Make an API key in Odoo and set it as ODOO_RMA_API_KEY.")
    else:
        yield Check("transport", True, server.transport)


def _modules(client: OdooClient) -> Iterator[Check]:
    can = client.can  # raises MissingFeature, naming what to install
    yield Check("modules", True, "stock, sale and account are there, and " + ", ".join(sorted(can.modules)))
    for module in ("sale_stock", "stock_account"):
        if module not in can.modules:
            model, field = OPTIONAL[module]
            todo = f"Install {module} in Odoo."
            yield Check(
                "modules", False, f"{model}.{field} is missing: returns would not count on the order", todo
            )


def _rights(client: OdooClient) -> Iterator[Check]:
    missing: dict[str, list[str]] = {}
    old = ON_14 if client.server.version < FIRST_READS_COST else {}
    for model, (operations, group) in {**RIGHTS, **old}.items():
        for operation in operations.split():
            if not _may(client, model, operation):
                missing.setdefault(group, []).append(f"{operation} {model}")
    for group, what in missing.items():
        todo = f"In Odoo, give the user {client.server.login!r} the group “{group}”."
        yield Check("rights", False, f"The user may not {', '.join(what)}", todo)
    if not missing:
        yield Check("rights", True, "the user may read, create and change what is needed")


def _gift_cards(client: OdooClient) -> Iterator[Check]:
    if not client.can.has_gift_cards:
        todo = "In Odoo (16 or later), install “Coupons & Loyalty”; or take programs out of [payments]."
        yield Check("gift cards", False, "this Odoo has none", todo)
        return
    wanted = {
        model: ops for model, ops in GIFT_CARDS.items() if client.can.has_card_history or model != HISTORY
    }
    missing = [f"{op} {m}" for m, ops in wanted.items() for op in ops.split() if not _may(client, m, op)]
    if missing:
        todo = (
            f"In Odoo, give the user {client.server.login!r} a group that may do that and no more (see odoo-access.md), "
            "or the group “Sales / Administrator”."
        )
        yield Check("gift cards", False, f"The user may not {', '.join(missing)}", todo)
    else:
        yield Check("gift cards", True, "the user may issue them")


def _may(client: OdooClient, model: str, operation: str) -> bool:
    try:
        if client.server.version >= FIRST_HAS_ACCESS:
            return bool(client.call(model, "has_access", [], operation=operation))
        return bool(client.call(model, "check_access_rights", operation=operation, raise_exception=False))
    except NotOffered:  # a module is missing: that is said elsewhere
        return True


def _company(client: OdooClient) -> Iterator[Check]:
    [company] = client.read("res.company", [client.server.company], ["name", "currency_id"])
    [currency] = client.read("res.currency", [company["currency_id"]], ["name"])
    yield Check("company", True, f"{company['name']}, in {currency['name']}")
    closed = client.can.locked_until(client.read("res.company", [company["id"]], client.can.lock_dates)[0])
    yield Check("periods", True, f"closed up to {closed}" if closed else "none is closed")


def _journals(client: OdooClient) -> Iterator[Check]:
    mine = [("type", "=", "sale"), ("company_id", "=", client.server.company)]
    codes = [row["code"] for row in client.search_read("account.journal", mine, ["code"])]
    if codes:
        yield Check("journals", True, "credit notes can go into " + ", ".join(codes))
    else:
        yield Check("journals", False, "there is no sales journal", "In Odoo, install a chart of accounts.")


def _operation_types(client: OdooClient) -> Iterator[Check]:
    mine = [("code", "=", "outgoing"), ("company_id", "=", client.server.company)]
    types = client.search_read("stock.picking.type", mine, ["display_name", "return_picking_type_id"])
    bare = [row["display_name"] for row in types if not row["return_picking_type_id"]]
    if not types:
        todo = "In Odoo, make a warehouse (Inventory / Configuration)."
        yield Check("operation types", False, "there is no operation type for deliveries", todo)
    elif bare:
        todo = "In Odoo, set “Returns Type” on it (Inventory / Configuration / Operation Types)."
        yield Check("operation types", False, f"no type for returns on {', '.join(bare)}", todo)
    else:
        yield Check("operation types", True, f"{len(types)} for deliveries, each with one for returns")


def _messages(client: OdooClient) -> Iterator[Check]:
    [user] = client.read("res.users", [client.server.uid], ["email"])
    if user["email"] or client.server.version >= FIRST_UNSIGNED:
        yield Check("messages", True, f"sent as {user['email'] or client.server.login}")
    else:
        todo = "In Odoo, set the e-mail address of the user's contact."
        yield Check(
            "messages", False, "the user has no e-mail address; this Odoo refuses notes without one", todo
        )
