"""What a report shows beside the comparison: net deliveries, the accounts that notes touched, stock in return locations."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import tzinfo

from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.mappings.disposition_rules import InspectionRules
from odoo_rma.mappings.drift.result import StockOnHand
from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.money import ZERO, Decimal, from_odoo, round_to
from odoo_rma.sync.reconcile.aggregate import sums
from odoo_rma.sync.reference import Reference

LINE = "account.move.line"
CHUNK = 2000


class Beside:
    """Reads it; account codes are kept for the whole run."""

    def __init__(self, client: OdooClient, reference: Reference) -> None:
        self._client, self._reference = client, reference
        self._codes: dict[int, str] = {}
        self.receipts: set[int] = set()
        self.products: set[int] = set()

    @property
    def zone(self) -> tzinfo:
        """Where days are counted."""
        return self._reference.zone

    def delivered(self, erp: Erp) -> dict[int, Decimal]:
        """Give what each order line shows as delivered, net of returns."""
        ids = sorted(erp.order_lines)
        rows = self._client.read("sale.order.line", ids, ["qty_delivered"]) if ids else []
        return {r["id"]: from_odoo(r["qty_delivered"]) for r in rows}

    def accounts(self, notes: Iterable[int]) -> dict[int, dict[str, Decimal]]:
        """Give the balance of every account that each of these entries touches, as Odoo adds it up."""
        ids = sorted(notes)
        if not ids:
            return {}
        groups = sums(self._client, LINE, [("move_id", "in", ids)], ("move_id", "account_id"), "balance")
        self._learn(account for (_, account), _ in groups if account)
        unit = self._reference.unit_of(self._reference.company.currency)
        found: dict[int, dict[str, Decimal]] = defaultdict(dict)
        for (move, account), balance in groups:
            if account:
                found[move][self._codes[account]] = round_to(balance, unit)
        return dict(found)

    def _learn(self, accounts: Iterable[int]) -> None:
        new = sorted(set(accounts) - self._codes.keys())
        rows = self._client.read("account.account", new, ["code", "name"]) if new else []
        self._codes |= {r["id"]: r["code"] or r["name"] for r in rows}

    def stock(self, rules: InspectionRules) -> Iterator[StockOnHand]:
        """Give what stands of returned articles where returns are received and inspected goods are put, as Odoo counts it.

        `receipts` and `products` are the places and articles that RMAs have to do with.
        """
        named = {x for d in rules.locations.values() for x in d.values() if x}
        places, products = sorted(named | self.receipts), sorted(self.products)
        for start in range(0, len(products), CHUNK) if places else ():
            yield from self._stock(places, products[start : start + CHUNK])

    def _stock(self, places: list[int], products: list[int]) -> Iterator[StockOnHand]:
        can, step = self._client.can, self._reference.quantity_step
        domain = [("location_id", "in", places), ("location_id.usage", "=", "internal")]
        by = ("location_id", "product_id", "lot_id")
        found = sums(self._client, "stock.quant", [*domain, ("product_id", "in", products)], by, "quantity")
        groups = [(g, q) for g, total in found if (q := round_to(total, step)) != ZERO]
        names = self._names("stock.location", (p for (p, _, _), _ in groups), "complete_name")
        skus = self._names("product.product", (p for (_, p, _), _ in groups), "default_code")
        lots = self._names(can.lot_model, (x for (_, _, x), _ in groups if x), "name")
        for (place, product, lot), quantity in sorted(groups):
            yield StockOnHand(
                names[place], skus[product] or f"product {product}", lots.get(lot, ""), quantity
            )

    def _names(self, model: str, ids: Iterable[int], field: str) -> dict[int, str]:
        wanted = sorted(set(ids))
        rows = self._client.read(model, wanted, [field]) if wanted else []
        return {r["id"]: r[field] or "" for r in rows}
