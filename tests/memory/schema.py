"""Models and fields of Odoo 19 that the double knows. Whatever else is asked for raises, and names itself.

`kind` is Odoo's type of the field. A to-many field that mirrors another one says `model/field`; a related one says by
which path it is read. Those stand in no table.
"""

from dataclasses import dataclass
from typing import Any

STORED = {
    "res.currency": "name:char! rounding:float! rate:float! active:boolean",
    "res.country": "name:char! code:char!",
    "res.lang": "name:char! code:char! active:boolean",
    "res.users": "login:char! partner_id:many2one=res.partner! company_id:many2one=res.company! tz:selection",
    "res.company": """
        name:char! currency_id:many2one=res.currency! tax_calculation_rounding_method:selection fiscalyear_lock_date:date
        tax_lock_date:date sale_lock_date:date hard_lock_date:date user_fiscalyear_lock_date:date user_tax_lock_date:date
        user_sale_lock_date:date user_hard_lock_date:date""",
    "res.partner": """
        name:char active:boolean lang:selection commercial_partner_id:many2one=res.partner parent_id:many2one=res.partner
        email:char email_normalized:char phone:char vat:char ref:char street:char street2:char city:char zip:char
        country_id:many2one=res.country company_id:many2one=res.company property_account_receivable_id:many2one=account.account!
        category_id:many2many=res.partner.category""",
    "res.partner.category": "name:char!",
    "product.product": """
        default_code:char barcode:char tracking:selection! type:selection! is_storable:boolean active:boolean
        uom_id:many2one=uom.uom!""",
    "uom.uom": "factor:float active:boolean",
    "stock.warehouse": "code:char! partner_id:many2one=res.partner company_id:many2one=res.company!",
    "stock.location": """
        complete_name:char parent_path:char usage:selection! active:boolean warehouse_id:many2one=stock.warehouse""",
    "stock.rule": "action:selection! location_src_id:many2one=stock.location active:boolean",
    "stock.picking.type": """
        code:selection! sequence_code:char! return_picking_type_id:many2one=stock.picking.type active:boolean
        default_location_dest_id:many2one=stock.location! warehouse_id:many2one=stock.warehouse
        company_id:many2one=res.company!""",
    "stock.reference": "name:char!",
    "stock.lot": "name:char! product_id:many2one=product.product!",
    "stock.picking": """
        name:char state:selection origin:char partner_id:many2one=res.partner picking_type_id:many2one=stock.picking.type!
        location_id:many2one=stock.location! location_dest_id:many2one=stock.location! backorder_id:many2one=stock.picking
        return_id:many2one=stock.picking date_done:datetime sale_id:many2one=sale.order company_id:many2one=res.company""",
    "stock.move": """
        picking_id:many2one=stock.picking product_id:many2one=product.product! state:selection product_uom_qty:float!
        quantity:float picked:boolean product_uom:many2one=uom.uom! sale_line_id:many2one=sale.order.line to_refund:boolean
        origin_returned_move_id:many2one=stock.move location_id:many2one=stock.location!
        location_dest_id:many2one=stock.location! reference_ids:many2many=stock.reference move_orig_ids:many2many=stock.move
        bom_line_id:many2one=mrp.bom.line company_id:many2one=res.company!""",
    "stock.move.line": """
        move_id:many2one=stock.move picking_id:many2one=stock.picking product_id:many2one=product.product
        lot_id:many2one=stock.lot state:selection quantity:float picked:boolean company_id:many2one=res.company!
        product_uom_id:many2one=uom.uom!
        location_id:many2one=stock.location! location_dest_id:many2one=stock.location!""",
    "stock.quant": """
        location_id:many2one=stock.location! product_id:many2one=product.product! lot_id:many2one=stock.lot
        quantity:float""",
    "sale.order": """
        name:char! client_order_ref:char origin:char state:selection locked:boolean currency_id:many2one=res.currency
        company_id:many2one=res.company! partner_id:many2one=res.partner! partner_shipping_id:many2one=res.partner!
        partner_invoice_id:many2one=res.partner! pricelist_id:many2one=product.pricelist
        warehouse_id:many2one=stock.warehouse! fiscal_position_id:many2one=account.fiscal.position
        payment_term_id:many2one=account.payment.term""",
    "sale.order.line": """
        order_id:many2one=sale.order! product_id:many2one=product.product product_uom_qty:float! price_unit:float!
        discount:float product_uom_id:many2one=uom.uom tax_ids:many2many=account.tax qty_delivered:float
        is_reward_line:boolean""",
    "account.account": "name:char code:char account_type:selection! reconcile:boolean active:boolean",
    "account.tax": """
        name:char! amount_type:selection! amount:float! price_include:boolean include_base_amount:boolean active:boolean
        price_include_override:selection""",
    "account.tax.repartition.line": """
        tax_id:many2one=account.tax document_type:selection! repartition_type:selection! factor_percent:float!
        account_id:many2one=account.account""",
    "account.journal": "code:char! type:selection!",
    "account.move": """
        name:char move_type:selection! state:selection! payment_state:selection partner_id:many2one=res.partner
        commercial_partner_id:many2one=res.partner journal_id:many2one=account.journal! currency_id:many2one=res.currency!
        company_id:many2one=res.company amount_total:monetary amount_tax:monetary amount_residual:monetary
        reversed_entry_id:many2one=account.move invoice_date:date date:date! posted_before:boolean ref:char
        invoice_origin:char auto_post:selection!""",
    "account.move.line": """
        move_id:many2one=account.move! name:char product_id:many2one=product.product sale_line_ids:many2many=sale.order.line
        quantity:float price_unit:float discount:float tax_ids:many2many=account.tax account_id:many2one=account.account
        analytic_distribution:json product_uom_id:many2one=uom.uom price_subtotal:monetary price_total:monetary
        display_type:selection! debit:monetary credit:monetary amount_currency:monetary! amount_residual:monetary
        amount_residual_currency:monetary reconciled:boolean date_maturity:date tax_line_id:many2one=account.tax
        currency_id:many2one=res.currency!""",
    "account.partial.reconcile": """
        debit_move_id:many2one=account.move.line! credit_move_id:many2one=account.move.line! amount:monetary
        debit_amount_currency:monetary credit_amount_currency:monetary""",
    "account.payment": """
        payment_type:selection! partner_type:selection! partner_id:many2one=res.partner company_id:many2one=res.company
        name:char state:selection! amount:monetary currency_id:many2one=res.currency move_id:many2one=account.move
        is_matched:boolean date:date! reconciled_invoice_ids:many2many=account.move memo:char""",
    "mail.message.subtype": "name:char!",
    "mail.message": """
        model:char res_id:many2one_reference body:html subject:char message_type:selection! author_id:many2one=res.partner
        subtype_id:many2one=mail.message.subtype reply_to:char""",
    "ir.model.data": "module:char! name:char! model:char! res_id:many2one_reference noupdate:boolean",
    # Nobody makes these here: the double holds none, and loading one raises.
    "stock.scrap": """
        name:char! state:selection origin:char picking_id:many2one=stock.picking product_id:many2one=product.product!
        lot_id:many2one=stock.lot product_uom_id:many2one=uom.uom! scrap_qty:float! location_id:many2one=stock.location!
        scrap_location_id:many2one=stock.location! date_done:datetime company_id:many2one=res.company!""",
    "repair.order": """
        name:char state:selection product_id:many2one=product.product product_qty:float lot_id:many2one=stock.lot
        partner_id:many2one=res.partner picking_id:many2one=stock.picking picking_type_id:many2one=stock.picking.type!
        product_location_src_id:many2one=stock.location! product_location_dest_id:many2one=stock.location!""",
    "loyalty.card": "code:char!",
    "loyalty.history": "description:text!",
}

MIRRORED = {
    "res.partner": "child_ids=res.partner/parent_id",
    "stock.picking": "move_ids=stock.move/picking_id",
    "stock.move": "move_line_ids=stock.move.line/move_id",
    "sale.order": "picking_ids=stock.picking/sale_id order_line=sale.order.line/order_id",
    "sale.order.line": "invoice_lines=account.move.line/sale_line_ids move_ids=stock.move/sale_line_id",
    "account.move": """
        line_ids=account.move.line/move_id invoice_line_ids=account.move.line/move_id
        reversal_move_ids=account.move/reversed_entry_id""",
    "account.move.line": """
        matched_credit_ids=account.partial.reconcile/debit_move_id
        matched_debit_ids=account.partial.reconcile/credit_move_id""",
}

RELATED = {
    "stock.picking": "picking_type_code=picking_type_id.code:selection",
    "sale.order": "invoice_ids=order_line.invoice_lines.move_id:many2many",
}

ON_EVERY_ONE = "id:integer write_date:datetime write_uid:many2one=res.users create_date:datetime"

COMPUTED = {"sale.order.line": "qty_invoiced:float", "account.move.line": "balance:monetary"}
"""Worked out on reading, by `sale.py` and `accounting.py`."""

ABSENT = {
    "stock.picking": {"move_lines", "carrier_tracking_ref"},
    "stock.move": {"name", "quantity_done", "reserved_availability", "group_id"},
    "stock.move.line": {"qty_done"},
    "sale.order.line": {"product_uom", "tax_id", "is_delivery"},
    "account.move": {"reversal_move_id"},
    "account.payment": {"ref"},
    "account.move.line": {"exclude_from_invoice_tab", "analytic_account_id"},
    "product.product": {"detailed_type"},
    "uom.uom": {"factor_inv"},
    "res.partner": {"mobile", "no_such_field"},
    "res.company": {"period_lock_date"},
    "repair.order": {"repaired"},
}
"""Fields that Odoo 19 does not have, and that are asked for."""

NO_MODELS = {"stock.immediate.transfer", "stock.production.lot", "no.such.model"}
"""Models that Odoo 19 does not have."""


@dataclass(frozen=True, slots=True)
class Field:
    """What is known of a field. `target` is the model it points at."""

    name: str
    kind: str
    target: str = ""
    required: bool = False
    mirrors: str = ""
    path: str = ""
    computed: bool = False

    @property
    def stored(self) -> bool:
        """Whether it stands in the table."""
        return not (self.mirrors or self.path or self.computed)

    @property
    def empty(self) -> Any:
        """What it holds when nothing was ever written."""
        if self.kind in ("many2many", "one2many"):
            return ()
        return 0.0 if self.kind in ("float", "monetary") else False


def _plain(text: str, *, computed: bool = False) -> Field:
    name, _, kind = text.partition(":")
    kind, _, target = kind.removesuffix("!").partition("=")
    return Field(name, kind, target, required=text.endswith("!"), computed=computed)


def _mirror(text: str) -> Field:
    name, _, other = text.partition("=")
    model, _, field = other.partition("/")
    many = any(f.name == field and f.kind == "many2many" for f in map(_plain, STORED[model].split()))
    return Field(name, "many2many" if many else "one2many", model, mirrors=field)


def _related(text: str) -> Field:
    name, _, rest = text.partition("=")
    path, _, kind = rest.partition(":")
    return Field(name, kind, path=path)


def _fields(model: str) -> dict[str, Field]:
    found = [_plain(t) for t in f"{ON_EVERY_ONE} {STORED[model]}".split()]
    found += [_mirror(t) for t in MIRRORED.get(model, "").split()]
    found += [_related(t) for t in RELATED.get(model, "").split()]
    found += [_plain(t, computed=True) for t in COMPUTED.get(model, "").split()]
    return {f.name: f for f in found}


MODELS = {model: _fields(model) for model in STORED}
EMPTY = {m: {f.name: f.empty for f in fields.values() if f.stored} for m, fields in MODELS.items()}


def field_of(model: str, name: str) -> Field:
    """Give a field.

    Raises:
        NotImplementedError: the double does not know it.

    """
    if model not in MODELS:
        raise NotImplementedError(f"the double has no model {model}")
    if name not in MODELS[model]:
        raise NotImplementedError(f"the double does not know {model}.{name}")
    return MODELS[model][name]
