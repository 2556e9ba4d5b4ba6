"""Sums that Odoo adds up, by whichever method it has."""

from typing import Any

import pytest
from unit.test_transport_client import client

from odoo_rma.connector.errors import NotOffered
from odoo_rma.mappings.money import Decimal
from odoo_rma.sync.reconcile.aggregate import sums


@pytest.mark.parametrize("has_it", [True, False])
def test_units_by_article_and_place_are_the_same_before_and_after_nineteen(has_it: bool) -> None:
    def answer(_model: str, method: str, _ids: Any, asked: dict[str, Any]) -> Any:
        if method == "formatted_read_group" and not has_it:
            raise NotOffered("no such method")
        [name] = asked["aggregates"] if method == "formatted_read_group" else ["quantity"]
        return [{"product_id": (4, "Boot"), "lot_id": False, name: 2.5}]

    odoo, _ = client(answer)
    assert sums(odoo, "stock.quant", [], ["product_id", "lot_id"], "quantity") == [((4, 0), Decimal("2.5"))]
