"""What new goods cost: the source's price is a fact; a replacement is free; else the old goods' price, or the list's."""

from odoo_rma.mappings.case import Case
from odoo_rma.mappings.exchanged import is_free, is_replacement, old_lines
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.money import ZERO, Decimal
from odoo_rma.mappings.plan.exchange import NewGoods
from odoo_rma.mappings.rma_line import ExchangeLine, RmaLine
from odoo_rma.mappings.seen.exchange import Article

OldPrice = tuple[int, int, Decimal, Decimal, tuple[int, ...] | None]
"""Product, unit of measure, unit price, discount in percent, taxes (None: as Odoo finds them)."""


def priced(case: Case, new: ExchangeLine, key: Key, quantity: Decimal) -> NewGoods:
    """Write the line of an exchange order.

    Raises:
        Refusal: no such article, or the old goods' price does not say what the new ones cost.

    """
    article = _article(case, new)
    if is_free(new, case.rma, case.erp, case.rules.exchange):
        return NewGoods(key, article.id, article.sku, quantity, ZERO, ZERO, ())
    if new.unit_price is not None:
        taxes = _old_taxes(case, new, article)
        return NewGoods(key, article.id, article.sku, quantity, new.unit_price, ZERO, taxes)
    if case.rules.exchange.by_price_list and not is_replacement(new, case.rma):
        return NewGoods(key, article.id, article.sku, quantity)
    _, _, price, discount, taxes = _old_price(case, new, article)
    return NewGoods(key, article.id, article.sku, quantity, price, discount, taxes)


def _article(case: Case, new: ExchangeLine) -> Article:
    found = [a for a in case.erp.exchanges.articles.values() if a.sku == new.sku]
    where = f"exchange_lines.{new.id}.sku"
    if not found:
        raise Refusal(
            Issue(
                "unknown_sku",
                f"Nothing goes out in exchange: no product on sale in Odoo has article number {new.sku}.",
                "Give the product this internal reference in Odoo, or correct it at the source.",
                where,
            )
        )
    if len(found) > 1:
        raise Refusal(
            Issue(
                "ambiguous_sku",
                f"Nothing goes out in exchange: two products carry article number {new.sku}.",
                "Give each product its own number in Odoo.",
                where,
            )
        )
    return found[0]


def _old_taxes(case: Case, new: ExchangeLine, article: Article) -> tuple[int, ...] | None:
    """Give the taxes that the old goods were sold with, where the new article is taxed alike; else Odoo finds them."""
    prices = {p for old in old_lines(new, case.rma) for p in _prices(case, old)}
    taxes = {p[-1] for p in prices} if _taxed_alike(case, prices, article) else set()
    return taxes.pop() if len(taxes) == 1 else None


def _taxed_alike(case: Case, prices: set[OldPrice], article: Article) -> bool:
    articles = case.erp.exchanges.articles
    return all(articles[p[0]].tax_ids == article.tax_ids for p in prices if p[0] in articles)


def _old_price(case: Case, new: ExchangeLine, article: Article) -> OldPrice:
    """Give the one price that all old goods had; it holds for an article that is taxed and counted alike."""
    prices = {p for old in old_lines(new, case.rma) for p in _prices(case, old)}
    if len({p[1:] for p in prices}) != 1:
        raise Refusal(_unclear(case, new, "the old goods had several prices, or none"))
    if not _taxed_alike(case, prices, article):
        raise Refusal(_unclear(case, new, "it is taxed otherwise than the old goods"))
    price = min(prices)
    if price[1] != article.uom_id:
        raise Refusal(_unclear(case, new, "the old goods were sold in another unit of measure"))
    return price


def _prices(case: Case, old: RmaLine) -> set[OldPrice]:
    erp, own = case.erp, {x.id: x for x in case.lines[old.id]}
    found: set[OldPrice] = {
        (x.product_id, x.uom_id, x.price_unit, x.discount, tuple(sorted(x.tax_ids)))
        for x in erp.invoice_lines.values()
        if own.keys() & set(x.order_line_ids)
        and not erp.invoices[x.invoice_id].is_credit
        and erp.invoices[x.invoice_id].state == "posted"
    }
    return found or {(x.product_id, x.uom_id, x.price_unit, x.discount, None) for x in own.values()}


def _unclear(case: Case, new: ExchangeLine, why: str) -> Issue:
    return Issue(
        "exchange_price",
        f"What {new.sku} costs in exchange for the goods of {case.rma.label} is not clear: {why}.",
        'Give its unit_price at the source, or set price = "list" in [exchange].',
        f"exchange_lines.{new.id}.unit_price",
    )
