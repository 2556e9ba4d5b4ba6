"""The shop before its first order: company, warehouses, taxes, money, people, products, stock."""

# ruff: noqa: TID251  (loaded by path into Odoo's Python 3.9)

import datetime
from typing import Any

from .versions import (
    current_account,
    first,
    has,
    lot_model,
    only_known,
    product_kind,
    put_on_hand,
    tax_inclusion,
)


def company(env: Any, shop: Any) -> Any:
    """Name the company, keep the books in dollars, and let nothing be sent to anybody."""
    ours = env.company
    usd = env.ref("base.USD")
    usd.active = True
    quiet = {
        "stock_move_sms_validation": False,
        "has_received_warning_stock_sms": True,
        "stock_text_confirmation": False,
    }
    quiet["stock_move_email_validation"] = False
    values = {"name": shop["company"], "country_id": env.ref("base.us").id, **quiet}
    values["tax_calculation_rounding_method"] = "round_globally"  # 19's default; 14 would round each line
    ours.write(only_known(env, "res.company", values))
    if ours.currency_id != usd:
        ours.currency_id = usd
    env["res.lang"]._activate_lang("zh_CN")
    env["ir.config_parameter"].set_param("mail.catchall.domain", "")
    return ours


def warehouses(env: Any, shop: Any) -> Any:
    """The warehouses by code; the first is the one Odoo made."""
    made: dict[str, Any] = {}
    for row in shop["warehouses"]:
        found = env["stock.warehouse"].search([("code", "=", row["code"])])
        if not found:
            found = env["stock.warehouse"].create({"code": row["code"], "name": row["name"]})
        found.write({"name": row["name"], "reception_steps": row["reception"]})
        if not found.out_type_id.return_picking_type_id:
            found.out_type_id.return_picking_type_id = found.in_type_id
        found.int_type_id.active = True  # as Odoo does when storage locations are switched on in its settings
        for name in shop["locations"]:  # where goods go that are not sold as new
            env["stock.location"].create(
                {"name": name, "location_id": found.view_location_id.id, "usage": "internal"}
            )
        made[row["code"]] = found
    return made


def taxes(env: Any, shop: Any) -> Any:
    """The sale taxes by key, all made like the chart's own, which stays the default."""
    ours = env.company
    default = ours.account_sale_tax_id
    made: dict[str, Any] = {}
    for row in shop["taxes"]:
        wanted = {
            "name": f"{row['rate']}%{' incl.' if row['included'] else ''}",
            "amount": row["rate"],
        }
        wanted.update(tax_inclusion(env, row["included"]))
        same = default.amount == row["rate"] and not row["included"]
        tax = default if same else default.copy(wanted)
        label = first(env, "account.tax", "invoice_label", "description")
        tax.write(dict(wanted, **{label: wanted["name"]}))
        made[row["key"]] = tax
    return made


def journals(env: Any, shop: Any) -> Any:
    """The payment providers' journals; money on its way stands on an account of its own until the bank shows it.

    What is given as a gift card stands on such an account too: it is owed to the customer until he shops with it.
    """
    for row in shop["journals"]:
        owed = row.get("owed", False)
        name = row["name"] if owed else f"{row['name']} under way"
        values = {"code": row["account"], "name": name, "reconcile": True}
        under_way = env["account.account"].create(dict(values, **current_account(env, owed)))
        journal = env["account.journal"].create({"name": row["name"], "code": row["code"], "type": "bank"})
        if "account.payment.method.line" in env:
            lines = journal.outbound_payment_method_line_ids + journal.inbound_payment_method_line_ids
            lines.write({"payment_account_id": under_way.id})
        else:
            ends = ("payment_credit_account_id", "payment_debit_account_id")
            journal.write(dict.fromkeys(ends, under_way.id))


def pricelists(env: Any, shop: Any) -> Any:
    """Dollars and euros: a rate that holds for the whole period, and a price list for each."""
    eur, usd = env.ref("base.EUR"), env.ref("base.USD")
    eur.active = True
    env["res.currency.rate"].search([]).unlink()
    rates = [
        {"name": "2020-01-01", "rate": rate, "currency_id": money.id, "company_id": env.company.id}
        for money, rate in ((usd, 1.0), (eur, shop["eur_per_usd"]))
    ]
    env["res.currency.rate"].create(rates)
    made: dict[str, Any] = {}
    for money in (usd, eur):
        made[money.name] = env["product.pricelist"].create(
            {"name": "Shop " + money.name, "currency_id": money.id}
        )
    for group in (
        "product.group_product_pricelist",
        "stock.group_production_lot",
        "stock.group_stock_multi_locations",
        "uom.group_uom",
    ):
        found = env.ref(group, raise_if_not_found=False)
        if found:
            env.ref("base.group_user").write({"implied_ids": [(4, found.id)]})
    return made


def users(env: Any, shop: Any) -> Any:
    """People with few rights, each with the login as password."""
    groups = first(env, "res.users", "group_ids", "groups_id")
    made: dict[str, Any] = {}
    for row in shop["users"]:
        ids = [env.ref(name).id for name in row["groups"]]
        if row.get("own_groups"):
            ids += [group.id for group in _own_groups(env)]
        values = {
            "login": row["login"],
            "password": row["login"],
            "name": row["name"],
            "email": f"{row['login']}@nordwind.example",  # without one, Odoo 14 cannot write into a chatter
            "tz": "UTC",
            groups: [(6, 0, ids)],
        }
        values["notification_type"] = "inbox"
        made[row["login"]] = env["res.users"].with_context(no_reset_password=True).create(values)
    return made


def _own_groups(env: Any) -> Any:
    """One right each, for what of Odoo's own groups only an administrator's permits."""
    if "loyalty.card" in env:
        yield _group_with(env, "Gift cards for returns", "loyalty.card", "read", "create")
    # Odoo 14 reads what returned goods had cost with the rights of whoever receives them.
    if not has(env, "stock.picking", "return_id"):
        yield _group_with(env, "Cost of returned goods", "stock.valuation.layer", "read")


def _group_with(env: Any, name: str, model: str, *rights: str) -> Any:
    group = env["res.groups"].create({"name": name})
    values: dict[str, Any] = {"name": name, "model_id": env["ir.model"]._get_id(model), "group_id": group.id}
    for right in ("read", "write", "create", "unlink"):
        values["perm_" + right] = right in rights
    env["ir.model.access"].create(values)
    return group


def programs(env: Any, shop: Any) -> Any:
    """Gift cards and vouchers, where the version has them; their codes are not sent by mail."""
    if "loyalty.program" not in env:
        return
    given = env.ref("loyalty.gift_card_program")  # comes with the module
    for number, name in enumerate(shop["programs"]):
        program = given.copy() if number else given
        program.write({"name": name, "mail_template_id": False})


def partners(env: Any, shop: Any) -> Any:
    """The customers by key."""
    made: dict[str, Any] = {}
    for row in shop["partners"]:
        values = {
            "name": row["name"],
            "email": row.get("email", False),
            "vat": row.get("vat", False),
            "city": row.get("city", False),
            "lang": row.get("lang", "en_US"),
            "is_company": row.get("company", False),
            "type": row.get("type", "contact"),
            "parent_id": made[row["parent"]].id if row.get("parent") else False,
        }
        if row.get("country"):
            values["country_id"] = env.ref("base." + row["country"].lower()).id
        made[row["key"]] = env["res.partner"].create(values)
    return made


def products(env: Any, shop: Any, taxes_of: Any) -> Any:
    """The products by SKU, kits with their bill of materials."""
    names = dict.fromkeys(["Outdoor", *(row["category"] for row in shop["products"] if row.get("category"))])
    category = {
        name: env["product.category"].create({"name": name, "property_cost_method": "average"})
        for name in names
    }
    made: dict[str, Any] = {}
    for row in shop["products"]:
        uom = unit(env, row["uom"])
        values = {
            "name": row["name"],
            "default_code": row["sku"],
            "list_price": row["price"],
            "categ_id": category[row.get("category", "Outdoor")].id,
            "tracking": row["tracking"],
            "invoice_policy": row["policy"],
            "uom_id": uom.id,
            "uom_po_id": uom.id,
            "taxes_id": [(6, 0, [taxes_of["15"].id])],
            "sale_ok": True,
        }
        values.update(product_kind(env, row["kind"]))
        product = env["product.product"].create(only_known(env, "product.product", values))
        if row["cost"]:
            product.standard_price = row["cost"]
        made[row["sku"]] = product
    for row in shop["products"]:
        if row.get("components"):
            _kit(env, made, row)
    return made


def unit(env: Any, name: Any) -> Any:
    """A unit of measure by the name the shop's data uses."""
    return env.ref(
        {"Units": "uom.product_uom_unit", "Dozens": "uom.product_uom_dozen", "m": "uom.product_uom_meter"}[
            name
        ]
    )


def _kit(env: Any, made: Any, row: Any) -> Any:
    lines = [
        (0, 0, {"product_id": made[sku].id, "product_qty": quantity})
        for sku, quantity in row["components"].items()
    ]
    kit = made[row["sku"]]
    env["mrp.bom"].create(
        {
            "product_tmpl_id": kit.product_tmpl_id.id,
            "type": "phantom",
            "product_qty": 1,
            "bom_line_ids": lines,
        }
    )


def stock(env: Any, shop: Any, warehouse_of: Any, product_of: Any) -> Any:
    """What lies on the shelves at the start."""
    lots = lot_model(env)
    for row in shop["products"]:
        product = product_of[row["sku"]]
        for code, quantity in row["stock"].items():
            put_on_hand(env, product, warehouse_of[code].lot_stock_id, quantity)
        numbered = [
            (code, name, quantity)
            for code, named in row.get("lots", {}).items()
            for name, quantity in named.items()
        ]
        numbered += [(code, name, 1) for code, names in row.get("serials", {}).items() for name in names]
        for number, (code, name, quantity) in enumerate(numbered):
            values = {"name": name, "product_id": product.id}
            if has(env, lots._name, "company_id"):
                values["company_id"] = env.company.id
            since = datetime.datetime(2020, 1, 1) + datetime.timedelta(hours=number)  # noqa: DTZ001
            put_on_hand(env, product, warehouse_of[code].lot_stock_id, quantity, lots.create(values), since)
