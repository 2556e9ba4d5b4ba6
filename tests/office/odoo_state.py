"""What stands in an Odoo, free of database ids and running numbers, so that two databases can be compared."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from live.books import Books, Row, Tables

from odoo_rma.sandbox import Env

State = dict[str, list[str]]

DAY = timedelta(days=1)
OF_A_RECORD = re.compile(r"(?<=\.withdrawn)\.\d+")
RUNNING_NUMBER = re.compile(r"/IN/\d+")


def odoo_state(env: Env) -> State:
    """Read the whole state; equal states differ in nothing that an accountant or a warehouse would see."""
    return read_state(Books(Tables(env)))


def read_state(books: Books) -> State:
    """Read the whole state from tables that were opened already."""
    return _Reader(books).state()


def differences(one: State, other: State) -> list[str]:
    """Say what stands in only one of two states."""
    said = []
    for table in one.keys() | other.keys():
        left, right = Counter(one.get(table, ())), Counter(other.get(table, ()))
        said += [f"{table}: only expected: {row}" for row in (left - right).elements()]
        said += [f"{table}: only found: {row}" for row in (right - left).elements()]
    return sorted(said)


def _day(day: str | bool) -> str:
    """Call the day of a run so, whatever the date was: two runs may have midnight between them."""
    here = datetime.now(UTC).date()
    return "the day of the run" if day in {f"{here - DAY}", f"{here}", f"{here + DAY}"} else str(day)


class _Reader:
    def __init__(self, books: Books) -> None:
        self.books = books

    def state(self) -> State:
        tables = {
            "external ids": [
                f"{model} {OF_A_RECORD.sub('', name)}" for (model, _), name in self.books.keys.items()
            ],
            "external ids, counted": [str(self.books.key_count)],
            "stock": [f"{key} {units}" for key, units in self.books.stock.items() if units],
            "order lines": [self._plain(row) for row in self.books.order_lines.values()],
            "customers": [self._plain(row) for row in self.books.partners.values()],
            "transfers": [self._transfer(i) for i in self.books.pickings],
            "moves": [self._move(row) for row in self.books.moves.values()],
            "units by lot": [self._units(row) for row in self.books.move_lines.values()],
            "units of no move": [
                self._units(row) for row in self.books.move_lines.values() if not row["move_id"]
            ],
            "entries": [self._entry(i) for i in self.books.entries],
            "entry lines": [self._entry_line(row) for row in self.books.entry_lines.values()],
            "reconciled": [
                f"{self._called_entry(a)} with {self._called_entry(b)}: {x}" for a, b, x in self.books.pairs
            ],
            "notes": [
                f"{self.books.keys.get(document)} {len(bodies)}"
                for document, bodies in self.books.notes.items()
            ],
        }
        return {name: sorted(rows) for name, rows in tables.items()}

    def _transfer(self, record: int) -> str:
        row = self.books.pickings[record]
        places = (self.books.locations[row["location_id"]], self.books.locations[row["location_dest_id"]])
        return self._plain(
            row,
            name=self._called_transfer(record),
            origin=RUNNING_NUMBER.sub("…", row["origin"] or ""),
            partner_id=self._called_partner(row["partner_id"]),
            backorder_id=self._called_transfer(row["backorder_id"]),
            location_id=places[0],
            location_dest_id=places[1],
            return_id=self._called_transfer(row.get("return_id", False)),
        )

    def _move(self, row: Row) -> str:
        origin = self.books.moves.get(row["origin_returned_move_id"], {}).get("picking_id", False)
        return self._plain(
            row,
            picking_id=self._called_transfer(row["picking_id"]),
            origin_returned_move_id=self._called_transfer(origin),
        )

    def _units(self, row: Row) -> str:
        return self._plain(row, move_id="", picking_id=self._called_transfer(row["picking_id"]))

    def _entry(self, record: int) -> str:
        row = self.books.entries[record]
        reversed_one = self._called_entry(row["reversed_entry_id"]) if row["reversed_entry_id"] else ""
        return self._plain(
            row,
            name=self._called_entry(record),
            invoice_date=_day(row["invoice_date"]),
            partner_id=self._called_partner(row["partner_id"]),
            reversed_entry_id=reversed_one,
        )

    def _entry_line(self, row: Row) -> str:
        return self._plain(row, move_id=self._called_entry(row["move_id"]))

    def _called_transfer(self, record: int) -> str:
        if not record:
            return ""
        row = self.books.pickings[record]
        if key := self.books.keys.get(("stock.picking", record)):
            return key
        # A backorder is made by Odoo, so it has a running number and no key of ours.
        if earlier := row["backorder_id"]:
            return f"rest of {self._called_transfer(earlier)}"
        # So is what carries goods on from the dock to the shelf; of an order, that is all the same to us.
        return (
            f"put away for order {row['sale_id']}"
            if row["picking_type_code"] == "internal"
            else str(row["name"])
        )

    def _called_entry(self, record: int) -> str:
        return self.books.keys.get(("account.move", record)) or str(self.books.entries[record]["name"])

    def _called_partner(self, record: int) -> str:
        return str(self.books.partners[record]["name"]) if record else ""

    @staticmethod
    def _plain(row: Row, **instead: Any) -> str:
        return " ".join(f"{name}={value}" for name, value in sorted((row | instead).items()) if name != "id")
