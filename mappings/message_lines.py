"""How the lines of a credit note are called in a message: as the customer knows the goods, fees in their language."""

from odoo_rma.mappings.credit_lines import CHARGE
from odoo_rma.mappings.erp import InvoiceLine
from odoo_rma.mappings.invoiced import ITEM
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import plain
from odoo_rma.mappings.rma_line import RmaLine
from odoo_rma.mappings.vocabulary import ChargeKind

CHINESE = "zh"

CHARGES = {
    ChargeKind.RESTOCKING_FEE: ("Restocking fee", "退货手续费"),
    ChargeKind.RETURN_LABEL: ("Return label", "退货运费"),
    ChargeKind.HANDLING: ("Handling", "处理费"),
    ChargeKind.PROCESSING: ("Processing", "服务费"),
    ChargeKind.DAMAGE: ("Damage", "损坏扣款"),
    ChargeKind.BONUS_CREDIT: ("Bonus", "赠送金额"),
    ChargeKind.GOODWILL: ("Goodwill", "补偿金额"),
    ChargeKind.SHIPPING_REFUND: ("Shipping refund", "退还运费"),
    ChargeKind.DUTY_REFUND: ("Duty refund", "退还关税"),
    ChargeKind.TIP: ("Tip", "小费"),
}
ROUNDING = ("Rounding", "尾差调整")


def title_of(line: RmaLine) -> str:
    """Call the goods as the source does."""
    return line.title or line.sku or line.barcode or ""


def line_text(rma: Rma, line: InvoiceLine, language: str) -> str:
    """Call a line of a credit note of this RMA."""
    parts, chinese = line.key.parts if line.key else (), language.startswith(CHINESE)
    if parts[-3:-2] == (ITEM,):
        title = next((title_of(x) for x in rma.lines if x.id == parts[-2]), first_line(line.name))
        return title if line.quantity == 1 else f"{plain(line.quantity)} × {title}"
    if parts[-2:-1] == (CHARGE,):
        charge = next((c for c in rma.charges if c.id == parts[-1]), None)
        if charge and not charge.note:
            return CHARGES[charge.kind][chinese]
    if parts[-1:] == ("rounding",):
        return ROUNDING[chinese]
    return first_line(line.name)


def first_line(name: str) -> str:
    """Give what stands before the further description of an article."""
    return next(iter(name.splitlines()), "").strip()
