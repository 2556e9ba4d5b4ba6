"""What this Odoo looks like: every difference from 14 to 19 that matters to receipts and credit notes.

Found once per connection by asking for the fields that exist. The rest of the code takes names and values from here
and never asks for the version.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from odoo_rma.connector.errors import AccessRefused, MissingFeature, Refused

if TYPE_CHECKING:
    from odoo_rma.connector.odoo.client import OdooClient

Values = dict[str, Any]
Terms = list[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """Names of models and fields, and small translations from our words into this server's.

    Attributes:
        modules: those of `OPTIONAL` that are installed.
        lot_model: `stock.lot` or `stock.production.lot`.
        picking_moves: the picking's moves: `move_ids` or `move_lines`.
        picking_has_return: `stock.picking` has `return_id` (17 and up).
        tracking_field: the transfer's tracking number, which only the delivery module brings; None without it.
        move_quantity: what is done (or, from 17, reserved and then done) on a move: `quantity` or `quantity_done`.
        move_line_quantity: the same on a move line: `quantity` or `qty_done`.
        move_reserved: what is reserved on a move that is not done: `quantity` or `reserved_availability`.
        has_picked: moves and move lines have `picked`; only what is picked gets done.
        move_needs_name: `stock.move.name` exists and is required.
        has_to_refund: `stock.move.to_refund` exists.
        quantity_digits: decimal places of quantities; who is no administrator may not read `decimal.precision`.
        move_group: how transfers of one order hang together: `group_id`, or `reference_ids` (19).
        has_immediate_wizard: validating with nothing done asks whether to take all (14 to 16).
        storable_field: `is_storable`, `detailed_type` or `type`.
        sale_line_uom: `product_uom_id` or `product_uom`.
        sale_line_taxes: `tax_ids` or `tax_id`.
        uom_ratio: how much of its reference a unit of measure is: `factor`, or before 19 `factor_inv`.
        has_sale_locked: a locked order is a flag; before 17 it is the state `done`.
        delivery_flag: the sale line's mark of a shipping line (`is_delivery`), if any.
        reward_flag: the sale line's mark of a discount or reward (`is_reward_line`), if any.
        has_line_kind: invoice lines say `display_type='product'`; before 16 there is `exclude_from_invoice_tab`.
        analytic_field: `analytic_distribution` or `analytic_account_id`; None where the user sees neither.
        has_account_type: accounts say their `account_type` (16 and up); before, an `internal_type`.
        reversals: the invoice's credit notes: `reversal_move_ids` or `reversal_move_id`.
        auto_post_off: the value of `auto_post` for "now": `no`, or False.
        reconciles_on_post: posting a credit note reconciles it with its open invoice (17 and up).
        tax_base_per_line: taxes are put on each line's rounded base, however the company rounds (before 18).
        lock_dates: the company's fields that close periods for credit notes, as they hold for this user.
        payment_memo: what a payment is for: `memo`, or before 18 `ref`.
        repair_fields: those of `repair.order` that are not in every version; empty without the module.
        has_gift_cards: gift cards and vouchers are `loyalty.card` (16 and up, with the module).
        has_card_history: a card tells what became of it in `loyalty.history` (18 and up).
        has_mobile: partners have `mobile` (gone in 19).
        has_body_flag: `message_post` escapes plain text unless told `body_is_html`; before 17 text is HTML.

    """

    modules: frozenset[str]
    lot_model: str
    picking_moves: str
    picking_has_return: bool
    tracking_field: str | None
    move_quantity: str
    move_line_quantity: str
    move_reserved: str
    has_picked: bool
    move_needs_name: bool
    has_to_refund: bool
    quantity_digits: int
    move_group: str
    has_immediate_wizard: bool
    storable_field: str
    sale_line_uom: str
    sale_line_taxes: str
    uom_ratio: str
    has_sale_locked: bool
    delivery_flag: str | None
    reward_flag: str | None
    has_line_kind: bool
    analytic_field: str | None
    has_account_type: bool
    reversals: str
    auto_post_off: str | bool
    reconciles_on_post: bool
    tax_base_per_line: bool
    lock_dates: tuple[str, ...]
    payment_memo: str
    repair_fields: frozenset[str]
    has_gift_cards: bool
    has_card_history: bool
    has_mobile: bool
    has_body_flag: bool

    def done(self, quantity: float) -> Values:
        """Values that say, on a move, that this much has physically moved."""
        return {self.move_quantity: quantity, **({"picked": True} if self.has_picked else {})}

    def line_done(self, quantity: float) -> Values:
        """The same on a move line (`stock.move.line`), for lots and serials."""
        return {self.move_line_quantity: quantity, **({"picked": True} if self.has_picked else {})}

    def validate_context(self, close_short: Sequence[int] = ()) -> Values:
        """Context under which `button_validate` asks nothing: a backorder stays, but not for the `close_short` ids."""
        context: Values = {"skip_backorder": True, "skip_immediate": True, "skip_sms": True}
        return {**context, "picking_ids_not_to_backorder": list(close_short)} if close_short else context

    def post_context(self, *, own_currency: bool) -> Values:
        """Context under which `action_post` does not work out tax and due lines anew at every write.

        A draft that has its date and is in the company's currency has them already; Odoo still refuses to post an entry
        whose debits and credits differ. Versions before 17 know no such thing.
        """
        return {"skip_invoice_sync": True} if own_currency and self.reconciles_on_post else {}

    def is_storable(self, product: Mapping[str, Any]) -> bool:
        """Whether a product read with `storable_field` is kept in stock."""
        value = product[self.storable_field]
        return value == "product" if self.storable_field != "is_storable" else bool(value)

    def product_lines(self) -> Terms:
        """Terms that pick the lines a customer sees on an invoice, without sections, notes, taxes and terms."""
        if self.has_line_kind:
            return [("display_type", "=", "product")]
        return [("exclude_from_invoice_tab", "=", False), ("display_type", "=", False)]

    def receivable_lines(self) -> Terms:
        """Terms that pick what customers owe, and are owed, among the lines of journal entries."""
        if self.has_account_type:
            return [("account_id.account_type", "=", "asset_receivable")]
        return [("account_id.internal_type", "=", "receivable")]

    def confirmed_orders(self) -> Terms:
        """Terms that pick the sale orders that stand, locked or not."""
        return [("state", "in", ["sale"] if self.has_sale_locked else ["sale", "done"])]

    def locked_until(self, company: Mapping[str, Any]) -> date | None:
        """The last closed day, from a company read with `lock_dates`; a credit note must be dated after it."""
        # From 18 "never closed" comes as "1-01-01", which is no ISO date.
        days = [date(*map(int, str(company[name]).split("-"))) for name in self.lock_dates if company[name]]
        return max((day for day in days if day > date.min), default=None)

    def message(self, html: str) -> Values:
        """Arguments of `message_post` for a text that is HTML (foreign parts of it already escaped)."""
        return {"body": html, "body_is_html": True} if self.has_body_flag else {"body": html}


NEEDED = {
    "stock.picking": "stock",
    "stock.move": "stock",
    "stock.move.line": "stock",
    "sale.order": "sale_management",
    "sale.order.line": "sale_management",
    "account.move": "account",
    "account.move.line": "account",
    "product.product": "product",
    "res.partner": "base",
    "res.company": "base",
}
"""Models we cannot do without, and the module that brings each."""

OPTIONAL = {
    "stock_account": ("stock.move", "to_refund"),
    "sale_stock": ("stock.move", "sale_line_id"),
    "mrp": ("stock.move", "bom_line_id"),
    "repair": ("repair.order", "id"),
    "delivery": ("sale.order.line", "is_delivery"),
    "loyalty": ("sale.order.line", "is_reward_line"),
}
"""Modules, and a field that only they bring."""

FIELDS = {
    "stock.picking": ("move_ids", "move_lines", "return_id", "carrier_tracking_ref"),
    "stock.move": (
        *(
            "name",
            "quantity",
            "quantity_done",
            "picked",
            "reserved_availability",
            "group_id",
            "reference_ids",
        ),
        *("to_refund", "sale_line_id", "bom_line_id", "product_uom_qty"),
    ),
    "stock.move.line": ("quantity", "qty_done"),
    "sale.order": ("locked",),
    "sale.order.line": (
        "product_uom",
        "product_uom_id",
        "tax_id",
        "tax_ids",
        "is_delivery",
        "is_reward_line",
    ),
    "account.move": ("reversal_move_id", "reversal_move_ids", "auto_post"),
    "account.payment": ("memo", "ref"),
    "account.move.line": ("exclude_from_invoice_tab", "analytic_account_id", "analytic_distribution"),
    "account.account": ("account_type",),
    "product.product": ("is_storable", "detailed_type", "type"),
    "account.tax": ("price_include_override",),
    "uom.uom": ("factor", "factor_inv"),
    "res.partner": ("mobile",),
    "res.company": (
        *("fiscalyear_lock_date", "period_lock_date", "tax_lock_date", "sale_lock_date", "hard_lock_date"),
        *("user_fiscalyear_lock_date", "user_tax_lock_date", "user_sale_lock_date", "user_hard_lock_date"),
    ),
    "stock.lot": ("id",),
    "stock.immediate.transfer": ("id",),
    "loyalty.card": ("code",),
    "loyalty.history": ("description",),
    "repair.order": (
        *("id", "picking_id", "picking_type_id", "product_location_src_id", "product_location_dest_id"),
        "repaired",
    ),
}

UNLOGGED: Values = {"mail_create_nolog": True}
"""Context under which the chatter does not say that a record was made: our own note there says so, and why."""

Found = Mapping[str, Mapping[str, Mapping[str, Any]] | None]


def probe(client: "OdooClient") -> Capabilities:
    """Ask the server once.

    Raises:
        MissingFeature: a needed module is not installed.
        AccessRefused: the user may not see a needed model.

    """
    found = {model: _fields(client, model, names) for model, names in FIELDS.items()}
    _insist(found)
    return Capabilities(
        modules=installed(found),
        has_body_flag=client.server.version
        >= (17, 0),  # an argument of a method: nothing shows it from outside
        reconciles_on_post=client.server.version >= (17, 0),  # the same: behavior without a trace
        **_of_stock(found),
        **_of_sales(found),
        **_of_accounting(found),
    )


def installed(found: Found) -> frozenset[str]:
    """Tell which of the `OPTIONAL` modules are there."""
    return frozenset(module for module, (model, name) in OPTIONAL.items() if name in (found.get(model) or ()))


def _of_stock(found: Found) -> Values:
    picking, move, line = (found[model] or {} for model in ("stock.picking", "stock.move", "stock.move.line"))
    return {
        "lot_model": "stock.production.lot" if found["stock.lot"] is None else "stock.lot",
        "picking_moves": _first(picking, "move_ids", "move_lines"),
        "picking_has_return": "return_id" in picking,
        "tracking_field": "carrier_tracking_ref" if "carrier_tracking_ref" in picking else None,
        "move_quantity": _first(move, "quantity", "quantity_done"),
        "move_line_quantity": _first(line, "quantity", "qty_done"),
        "move_reserved": _first(move, "reserved_availability", "quantity"),
        "has_picked": "picked" in move,
        "move_needs_name": bool(move.get("name", {}).get("required")),
        "has_to_refund": "to_refund" in move,
        "quantity_digits": int((move.get("product_uom_qty", {}).get("digits") or (16, 2))[1]),
        "move_group": _first(move, "reference_ids", "group_id"),
        "has_immediate_wizard": found["stock.immediate.transfer"] is not None,
        "repair_fields": frozenset(found["repair.order"] or ()) - {"id"},
        "storable_field": _first(found["product.product"] or {}, "is_storable", "detailed_type", "type"),
    }


def _of_sales(found: Found) -> Values:
    line = found["sale.order.line"] or {}
    return {
        "sale_line_uom": _first(line, "product_uom_id", "product_uom"),
        "sale_line_taxes": _first(line, "tax_ids", "tax_id"),
        "uom_ratio": _first(found["uom.uom"] or {}, "factor_inv", "factor"),
        "has_sale_locked": "locked" in (found["sale.order"] or {}),
        "delivery_flag": "is_delivery" if "is_delivery" in line else None,
        "reward_flag": "is_reward_line" if "is_reward_line" in line else None,
        "has_mobile": "mobile" in (found["res.partner"] or {}),
    }


def _of_accounting(found: Found) -> Values:
    move, line, company = (
        found[model] or {} for model in ("account.move", "account.move.line", "res.company")
    )
    return {
        "has_line_kind": "exclude_from_invoice_tab" not in line,
        "analytic_field": next(
            (n for n in ("analytic_distribution", "analytic_account_id") if n in line), None
        ),
        "payment_memo": _first(found.get("account.payment") or {}, "memo", "ref"),
        "has_gift_cards": "code" in (found.get("loyalty.card") or {}),
        "has_card_history": "description" in (found.get("loyalty.history") or {}),
        "has_account_type": "account_type" in (found.get("account.account") or {}),
        "reversals": _first(move, "reversal_move_ids", "reversal_move_id"),
        "auto_post_off": False if move.get("auto_post", {}).get("type") == "boolean" else "no",
        # Both came with the tax engine of 18.
        "tax_base_per_line": "price_include_override" not in (found["account.tax"] or {}),
        # From 18 the `user_…` ones count exceptions and parent companies in.
        "lock_dates": tuple(
            name for name in FIELDS["res.company"] if name in company and f"user_{name}" not in company
        ),
    }


def _fields(client: "OdooClient", model: str, names: Iterable[str]) -> dict[str, Any] | None:
    try:
        answer = client.call(
            model, "fields_get", allfields=list(names), attributes=["type", "required", "digits"]
        )
    except AccessRefused as error:
        raise AccessRefused(f"The user may not see {model}: {error}") from None
    except Refused:  # `fields_get` has no other reason to refuse than that there is no such model
        return None
    return dict(answer)


def _insist(found: Found) -> None:
    missing = {module for model, module in NEEDED.items() if found.get(model) is None}
    if not missing and "sale_line_id" not in (found["stock.move"] or {}):
        missing = {"sale_stock"}
    if missing:
        names = ", ".join(sorted(missing))
        raise MissingFeature(
            f"This Odoo lacks what receipts and credit notes need. Install in Odoo: {names}."
        )


def _first(fields: Mapping[str, Any], *names: str) -> str:
    """Give the first name that exists; the last one stands where none does."""
    return next((name for name in names if name in fields), names[-1])
