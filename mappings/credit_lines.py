"""The lines of a credit note: goods as the invoice had them, each charge on a line of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from odoo_rma.mappings.erp import Erp, Invoice, InvoiceLine
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.invoiced import ITEM, Invoices, Share
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import Charge
from odoo_rma.mappings.money import CENT, ONE, ZERO, Decimal, plain, round_to
from odoo_rma.mappings.plan import NewCreditLine
from odoo_rma.mappings.tax import TaxedLine, totals
from odoo_rma.mappings.vocabulary import ChargeKind

CHARGE = "charge"
"""Marks the key of a credit note line for a charge: `…charge.<charge>`."""


@dataclass(frozen=True, slots=True)
class CreditRules:
    """How credit notes are made; ids are already looked up in Odoo."""

    today: date
    post: bool = True
    journal_id: int = 0
    charge_accounts: Mapping[ChargeKind, int] = field(default_factory=dict)
    charge_taxes: Mapping[ChargeKind, tuple[int, ...]] = field(default_factory=dict)
    rounding_account: int = 0
    reconciles_itself: bool = True


def item(key: Key, share: Share) -> NewCreditLine:
    """Copy an invoice line: price, discount, taxes, account, analytic, sale line; only the units are the return's."""
    line = share.invoice_line
    return NewCreditLine(
        key=key.part(ITEM, share.line_id, line.id),
        name=line.name,
        quantity=share.quantity,
        price_unit=line.price_unit,
        discount=line.discount,
        product_id=line.product_id,
        uom_id=line.uom_id,
        account_id=line.account_id,
        tax_ids=line.tax_ids,
        order_line_ids=line.order_line_ids,
        analytic=line.analytic,
    )


def charge_name(charge: Charge) -> str:
    """Say on the credit note what a charge is for."""
    return charge.note or charge.kind.value.replace("_", " ").capitalize()


def charge_line(
    key: Key,
    charge: Charge,
    pattern: InvoiceLine,
    invoice: Invoice,
    erp: Erp,
    rules: CreditRules,
    left: Invoices,
) -> NewCreditLine:
    """Write a charge: positive when it raises the refund, negative when it is kept; tax included in its amount.

    Raises:
        Refusal: more shipping is to be given back than the invoice charged and still has.

    """
    name = charge_name(charge)
    shipping = _shipping_line(charge, invoice, erp, left)
    if shipping and shipping.total == charge.amount:
        # All of it: the very line that charged it, so that the order shows it as given back.
        whole = item(key, Share(charge.id, shipping, shipping.quantity))
        return replace(whole, key=key.part(CHARGE, charge.id), name=name)
    source = shipping or pattern
    taxes = rules.charge_taxes.get(charge.kind, shipping.tax_ids if shipping else ())
    return NewCreditLine(
        key=key.part(CHARGE, charge.id),
        name=name,
        quantity=ONE,
        price_unit=_net(charge.signed, taxes, erp, erp.unit_of(invoice.currency)),
        discount=ZERO,
        product_id=0,
        uom_id=0,
        account_id=rules.charge_accounts.get(charge.kind, source.account_id),
        tax_ids=taxes,
        order_line_ids=(),
        analytic=source.analytic,
    )


def _shipping_line(charge: Charge, invoice: Invoice, erp: Erp, left: Invoices) -> InvoiceLine | None:
    """Find the service line that charged the shipping: its account and taxes are the right ones for giving it back."""
    if charge.kind is not ChargeKind.SHIPPING_REFUND:
        return None
    services = [
        x
        for x in erp.invoice_lines.values()
        if x.invoice_id == invoice.id and x.product_id in erp.products and erp.products[x.product_id].service
    ]
    open_ones = [x for x in services if x.total >= charge.amount and left.left(x) >= x.quantity]
    if services and not open_ones:
        raise Refusal(
            Issue(
                "over_refund",
                f"{charge.amount} {invoice.currency} of shipping to give back, but invoice {invoice.name} charged less, "
                "or it was given back before.",
                "Check the credit notes of the order, or correct the charge at the source.",
                "charges",
            )
        )
    return min(open_ones, key=lambda x: x.id, default=None)


def _net(amount: Decimal, taxes: tuple[int, ...], erp: Erp, unit: Decimal) -> Decimal:
    """Turn an amount with tax into the unit price that the taxes are put on."""
    rate = sum((erp.taxes[t].amount for t in taxes if t in erp.taxes and not erp.taxes[t].included), ZERO)
    return round_to(amount / (ONE + rate / Decimal(100)), unit)


def sums_of(
    lines: Sequence[NewCreditLine | InvoiceLine], erp: Erp, currency: str
) -> tuple[Decimal, Decimal] | None:
    """Predict (untaxed, tax) of the lines; None when a tax cannot be predicted."""
    taxed = [TaxedLine(x.quantity, x.price_unit, x.discount, x.tax_ids) for x in lines]
    return totals(taxed, erp.taxes, erp.unit_of(currency), erp.company.rounding)


def calculation(
    lines: Sequence[NewCreditLine | InvoiceLine], sums: tuple[Decimal, Decimal] | None, currency: str
) -> list[str]:
    """Say in words, line by line, how the total comes about."""
    text = []
    for line in lines:
        discount = f" − {plain(line.discount)} %" if line.discount else ""
        name = line.name.splitlines()[0] if line.name else "line"
        text.append(f"{name}: {plain(line.quantity)} × {_price(line.price_unit)}{discount}")
    if sums:
        text.append(f"net {sums[0]} + tax {sums[1]} = {sums[0] + sums[1]} {currency}")
    return text


def _price(value: Decimal) -> str:
    return str(value.quantize(CENT) if value == value.quantize(CENT) else value)
