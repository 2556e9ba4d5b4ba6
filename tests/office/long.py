"""A reconciliation as long as one likes, made row by row, so that nothing but the report needs memory."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle, islice
from typing import TypeVar

from odoo_rma.mappings.drift import Drift, InventoryRow, LedgerRow
from odoo_rma.mappings.drift.result import Reconciliation, StockOnHand
from office.year import year

Row = TypeVar("Row", Drift, InventoryRow, LedgerRow)


class _Long:
    def __init__(self, rows: int) -> None:
        self._few, self._rows = year().rows, rows

    def inventory(self) -> Iterator[InventoryRow]:
        return self._repeated(self._few.inventory)

    def ledger(self) -> Iterator[LedgerRow]:
        return self._repeated(self._few.ledger)

    def drifts(self) -> Iterator[Drift]:
        return self._repeated(self._few.drifts)

    def stock(self) -> Iterator[StockOnHand]:
        return self._few.stock()

    def _repeated(self, rows: Callable[[], Iterator[Row]]) -> Iterator[Row]:
        for number, row in enumerate(islice(cycle(list(rows())), self._rows)):
            yield replace(row, label=f"L-{number}", rma=f"l-{number}")


def many(rows: int) -> Reconciliation:
    """A reconciliation with so many rows in each list; its equations are of no account."""
    return replace(year(), rows=_Long(rows), rmas=rows)
