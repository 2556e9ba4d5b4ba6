"""What Odoo holds because of the sample, in the words of `expected.json`."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from live.books import Books, money, plain

from odoo_rma.sandbox.sample import Story, stories

STORIES = stories()


def told(*parts: str) -> dict[str, Story]:
    """Give only these parts of the stories, and only where they say something."""
    picked = {rma: {p: story[p] for p in parts if p in story} for rma, story in STORIES.items()}
    return {rma: story for rma, story in picked.items() if story}


@dataclass
class Holdings:
    """A database before and after."""

    before: Books
    after: Books

    # ── whose is what ──

    @cached_property
    def owners(self) -> dict[tuple[str, int], str]:
        """Say to which RMA a document belongs, by its external id; backorders belong to what they were split from."""
        found = {
            record: "/".join(name.split(".")[:2])
            for record, name in self.after.keys.items()
            if record[0] in ("stock.picking", "account.move")
        }
        for i, picking in self.after.pickings.items():
            if picking["backorder_id"] and ("stock.picking", picking["backorder_id"]) in found:
                found["stock.picking", i] = found["stock.picking", picking["backorder_id"]]
        return found

    def documents(self, model: str) -> dict[int, str]:
        """Give our documents of a kind, and the RMA of each."""
        return {i: rma for (own, i), rma in sorted(self.owners.items()) if own == model}

    # ── goods ──

    def delivery_of(self, picking: int) -> int:
        """Give the one delivery that a return transfer takes back."""
        books = self.after
        origins = [m["origin_returned_move_id"] for m in books.moves.values() if m["picking_id"] == picking]
        (delivery,) = {books.moves[o]["picking_id"] for o in origins}
        return int(delivery)

    def transfers(self) -> dict[str, Story]:
        """Return transfers per RMA."""
        found: dict[str, Story] = {}
        for i, rma in self.documents("stock.picking").items():
            found.setdefault(rma, {"transfers": []})["transfers"].append(self._transfer(i))
        return found

    def _transfer(self, i: int) -> Story:
        books = self.after
        picking, delivery = books.pickings[i], self.delivery_of(i)
        deliveries = books.deliveries(books.pickings[delivery]["sale_id"])
        story = {
            "of": deliveries.index(delivery) + 1,
            "state": picking["state"],
            "to": books.locations[picking["location_dest_id"]],
            "units": books.units(i),
        }
        return story | ({"backorder": True} if picking["backorder_id"] else {})

    def stock_changes(self) -> dict[tuple[str, str, str], str]:
        """Units that moved in or out of each location, per article and lot."""
        places = self.before.stock.keys() | self.after.stock.keys()
        zero = Decimal(0)
        changes = {p: self.after.stock.get(p, zero) - self.before.stock.get(p, zero) for p in places}
        return {p: plain(float(change)) for p, change in changes.items() if change}

    def waiting_onward(self) -> dict[tuple[str, str], Decimal]:
        """Units that stand ready for their second step, per destination and article."""

        def ready(books: Books) -> dict[tuple[str, str], Decimal]:
            found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
            for line in books.move_lines.values():
                picking = books.pickings.get(line["picking_id"])
                if picking and picking["picking_type_code"] == "internal" and line["state"] != "done":
                    place = books.locations[picking["location_dest_id"]]
                    found[place, books.products[line["product_id"]]] += Decimal(repr(line["moved"]))
            return found

        old, new = ready(self.before), ready(self.after)
        return {k: v - old.get(k, Decimal(0)) for k, v in new.items() if v != old.get(k, Decimal(0))}

    # ── money ──

    def credit_notes(self) -> dict[str, Story]:
        """Posted credit notes per RMA, in the order of their invoices and refunds."""
        found: dict[str, list[tuple[Any, Story]]] = defaultdict(list)
        for i, rma in self.documents("account.move").items():
            key = self.after.keys["account.move", i].split(".")
            story = self._credit_note(i)
            found[rma].append(((story["of"], key[4]), story))
        return {
            rma: {"credit_notes": [story for _, story in sorted(own, key=lambda x: x[0])]}
            for rma, own in found.items()
        }

    def _credit_note(self, i: int) -> Story:
        books = self.after
        note = books.entries[i]
        assert (note["move_type"], note["state"]) == ("out_refund", "posted"), note
        lines = [x for x in books.entry_lines.values() if x["move_id"] == i]
        charges = {x["name"]: money(x["price_total"]) for x in lines if self._is_charge(x["product_id"])}
        story = {
            "of": self.invoices_beside(note["reversed_entry_id"]).index(note["reversed_entry_id"]) + 1,
            "total": money(note["amount_total"]),
            "tax": money(note["amount_tax"]),
            "currency": books.currencies[note["currency_id"]],
            "open": money(note["amount_residual"]),
        }
        return story | ({"charges": charges} if charges else {})

    def _is_charge(self, product: Any) -> bool:
        return not product or self.after.products[product] == "SHIP"

    def invoices_beside(self, invoice: int) -> list[int]:
        """Give all invoices of the order that an invoice belongs to."""
        books = self.after
        lines = {s for x in books.entry_lines.values() if x["move_id"] == invoice for s in x["sale_line_ids"]}
        (order,) = {books.order_lines[s]["order_id"] for s in lines}
        return books.invoices(order)

    # ── orders and customers ──

    def order_line_changes(self, quantity: str) -> dict[str, dict[str, str]]:
        """By how much a quantity of the order lines fell, per order and article."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for i, line in self.after.order_lines.items():
            change = self.before.order_lines[i][quantity] - line[quantity]
            if abs(change) > 0.0001:
                ref = self.after.orders[line["order_id"]]["client_order_ref"]
                found[ref][self._article(line)] = plain(change)
        return dict(found)

    def _article(self, line: dict[str, Any]) -> str:
        books = self.after
        same = [
            x
            for x in books.order_lines.values()
            if (x["order_id"], x["product_id"]) == (line["order_id"], line["product_id"])
        ]
        sku = books.products[line["product_id"]]
        return sku if len(same) == 1 else f"{sku}@{money(line['price_unit'])}"

    def new_customers(self) -> list[dict[str, str]]:
        """Contacts that were not there before, with all they say."""
        countries = self.after.tables.rows("res.country", [], "code")
        new = [p for i, p in self.after.partners.items() if i not in self.before.partners]
        shown = ("name", "email", "phone", "vat", "ref", "street", "street2", "zip", "city")
        return [
            {k: p[k] for k in shown if p[k]} | {"country": countries[p["country_id"]]["code"]} for p in new
        ]

    def changed_customers(self) -> dict[str, dict[str, Any]]:
        """What changed on contacts that were there before, as (old, new)."""
        found: dict[str, dict[str, Any]] = {}
        for i, old in self.before.partners.items():
            new = self.after.partners[i]
            changes = {k: (old[k], new[k]) for k in old if old[k] != new[k]}
            if changes:
                found[old["name"]] = changes
        return found
