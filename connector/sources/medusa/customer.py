"""Who sends the goods back, as the order knows them."""

from typing import Any

from odoo_rma.connector.sources.medusa.api import Row


def customer_of(order: Row) -> dict[str, Any]:
    """Give the customer: from the account, and from the address the goods went to where that says nothing."""
    account = order.get("customer") or {}
    address = order.get("shipping_address") or order.get("billing_address") or {}
    email = str(order.get("email") or account.get("email") or "").strip()
    company = _text(account, "company_name") or _text(address, "company")
    name = _name(account) or _name(address) or company or email or "?"
    values = {
        "id": order.get("customer_id") or account.get("id"),
        "name": name,
        "company": company if company != name else "",
        "email": email,
        "phone": _text(address, "phone") or _text(account, "phone"),
        "language": str(order.get("locale") or "").replace("-", "_"),
        "street": _text(address, "address_1"),
        "street2": _text(address, "address_2"),
        "city": _text(address, "city"),
        "zip": _text(address, "postal_code"),
        "country": _text(address, "country_code").upper(),
    }
    return {name: value for name, value in values.items() if value}


def _name(row: Row) -> str:
    return " ".join(filter(None, (_text(row, "first_name"), _text(row, "last_name"))))


def _text(row: Row, name: str) -> str:
    return str(row.get(name) or "").strip()
