"""What differs between Odoo 14 and 19, found by looking at the fields, in one place."""

from typing import Any


def has(env: Any, model: Any, field: Any) -> Any:
    """The model has this field in this version."""
    return field in env[model]._fields


def first(env: Any, model: Any, *names: Any) -> Any:
    """The first of these field names that this version has."""
    for name in names:
        if has(env, model, name):
            return name
    raise KeyError((model, names))


def only_known(env: Any, model: Any, values: Any) -> Any:
    """The values whose fields this version has."""
    return {name: value for name, value in values.items() if has(env, model, name)}


def moves(picking: Any) -> Any:
    """A transfer's moves."""
    return picking["move_ids" if "move_ids" in picking._fields else "move_lines"]


def done_quantity(move: Any) -> Any:
    """How much of a move was done."""
    if move.state != "done":
        return 0.0
    return move["quantity" if "picked" in move._fields else "quantity_done"]


def set_done(move: Any, quantity: Any) -> Any:
    """Say that `quantity` of the move is done; lots and serials are those reserved, in their order."""
    if "picked" in move._fields:
        move.quantity = quantity
        move.picked = True
    elif move.has_tracking == "none":
        move.quantity_done = quantity
    else:
        left = quantity
        for line in move.move_line_ids:
            line.qty_done = min(left, line.product_uom_qty)
            left -= line.qty_done


def line_done(move_line: Any) -> Any:
    """How much of a detailed line was done."""
    return move_line["quantity" if "quantity" in move_line._fields else "qty_done"]


def set_done_by_lot(move: Any, lots: Any) -> Any:
    """Say that these quantities of these lots are done, whatever was reserved."""
    move._do_unreserve()
    known = lot_model(move.env)
    quantity = "quantity" if "picked" in move._fields else "qty_done"
    for name, amount in lots.items():
        lot = known.search([("name", "=", name), ("product_id", "=", move.product_id.id)])
        move.env["stock.move.line"].create(
            dict(move._prepare_move_line_vals(), lot_id=lot.id, **{quantity: amount})
        )
    if "picked" in move._fields:
        move.picked = True


def current_account(env: Any, owed: Any) -> Any:
    """The values that make an account one of current assets, or of current liabilities."""
    kind = "liability" if owed else "asset"
    if has(env, "account.account", "account_type"):
        return {"account_type": f"{kind}_current"}
    plural = "liabilities" if owed else "assets"
    return {"user_type_id": env.ref(f"account.data_account_type_current_{plural}").id}


def lot_model(env: Any) -> Any:
    """The model of lots and serial numbers."""
    return env["stock.lot" if "stock.lot" in env else "stock.production.lot"]


def product_kind(env: Any, kind: Any) -> Any:
    """The values that make a product storable, consumable or a service."""
    goods = has(env, "product.template", "is_storable")
    if kind == "service":
        return {"type": "service"}
    if kind == "consumable":
        return {"type": "consu"}
    return {"type": "consu", "is_storable": True} if goods else {"type": "product"}


def tax_inclusion(env: Any, included: Any) -> Any:
    """The values that put a tax inside or on top of the price."""
    if has(env, "account.tax", "price_include_override"):
        return {"price_include_override": "tax_included" if included else "tax_excluded"}
    return {"price_include": included}


def put_on_hand(
    env: Any, product: Any, location: Any, quantity: Any, lot: Any = None, since: Any = None
) -> Any:
    """Count `quantity` of a product in a location, as an inventory does; what came in first goes out first."""
    values = {"product_id": product.id, "location_id": location.id, "inventory_quantity": quantity}
    if lot:
        values["lot_id"] = lot.id
    quant = env["stock.quant"].with_context(inventory_mode=True).create(values)
    if hasattr(quant, "action_apply_inventory"):
        quant.action_apply_inventory()
    if since:
        env["stock.quant"].browse(quant.id).sudo().write({"in_date": since})


def return_by_wizard(env: Any, picking: Any, quantity_of: Any) -> Any:
    """The return transfer a person makes from a delivery; `quantity_of` tells how much of each move."""
    model = env["stock.return.picking"].with_context(active_model="stock.picking", active_id=picking.id)
    wizard = model.create({"picking_id": picking.id})
    if hasattr(wizard, "_onchange_picking_id"):
        wizard._onchange_picking_id()
    for line in wizard.product_return_moves:
        line.quantity = quantity_of(line.move_id)
    if hasattr(wizard, "action_create_returns"):
        return env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
    return env["stock.picking"].browse(wizard.create_returns()["res_id"])


def api_key(env: Any, user: Any) -> Any:
    """A key that stands for the user and never expires; None where the version has no JSON-2."""
    if not has(env, "res.users.apikeys", "expiration_date"):
        return None
    keys = env["res.users.apikeys"].with_user(user).sudo()
    return keys._generate("rpc", "sandbox", None)
