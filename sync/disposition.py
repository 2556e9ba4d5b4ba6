"""Carry out what concerns what becomes of goods that came back."""

from collections.abc import Iterable, Mapping

from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.odoo.client import OdooClient, Row
from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.disposition_rules import DispositionRule, InspectionRules, Warehouse
from odoo_rma.mappings.vocabulary import Disposition
from odoo_rma.sync.batch import Batch
from odoo_rma.sync.reference import Reference


def rules(settings: Settings, client: OdooClient, reference: Reference) -> InspectionRules:
    """Look up in Odoo the locations that the settings name, and the warehouses they stand in.

    Raises:
        BadSettings: a location is not there, or there are several of that name in one warehouse.

    """
    own = settings.inspection
    made = tuple(DispositionRule(r.disposition, r.conditions, r.reasons, r.skus) for r in own.rules)
    if not own.locations:
        return InspectionRules(made)
    warehouses = _warehouses(client, reference.company.id)
    found = InspectionRules(made, own.locations, {}, warehouses)
    rows = _locations(client, reference.company.id, set(own.locations.values()))
    locations = {d: _places(d, name, rows, found) for d, name in own.locations.items()}
    return InspectionRules(made, own.locations, locations, warehouses)


def _warehouses(client: OdooClient, company: int) -> dict[int, Warehouse]:
    fields = ("code", "view_location_id", "lot_stock_id", "int_type_id", "in_type_id")
    rows = client.search_read("stock.warehouse", [("company_id", "=", company)], fields)
    return {
        r["id"]: Warehouse(
            r["id"],
            r["code"],
            r["view_location_id"],
            r["lot_stock_id"],
            r["int_type_id"] or 0,
            r["in_type_id"] or 0,
        )
        for r in rows
    }


def _locations(client: OdooClient, company: int, names: set[str]) -> list[Row]:
    domain = ["|", ("company_id", "=", False), ("company_id", "=", company), ("usage", "!=", "view")]
    named = ["|", ("complete_name", "in", sorted(names)), ("name", "in", sorted(names))]
    return client.search_read(
        "stock.location", [*domain, *named], ["name", "complete_name", "parent_path", "usage"]
    )


def _places(
    disposition: Disposition, name: str, rows: Iterable[Row], found: InspectionRules
) -> Mapping[int, int]:
    """Give the location per warehouse, 0 standing for all: a full name is one place, a bare name one per warehouse."""
    usage = "inventory" if disposition is Disposition.SCRAP else "internal"
    fit = [r for r in rows if r["usage"] == usage]
    exact = [r for r in fit if r["complete_name"] == name]
    if exact:
        return {0: exact[0]["id"]}
    places: dict[int, int] = {}
    for row in (r for r in fit if r["name"] == name):
        warehouse = found.warehouse_of(path(row))
        if warehouse in places:
            raise BadSettings(
                f"[inspection] locations: {name} stands more than once in a warehouse; give its full name."
            )
        places[warehouse] = row["id"]
    if not places:
        kind = "scrap location" if usage == "inventory" else "location for goods"
        raise BadSettings(f"[inspection] locations: there is no {kind} named {name} in Odoo.")
    return places


def path(location: Row) -> tuple[int, ...]:
    """Give the ids from the top down to a location read with its `parent_path`."""
    return tuple(int(x) for x in (location["parent_path"] or "").split("/") if x)


def carry_out(batch: Batch) -> None:
    """Do what the plans say about what becomes of goods that came back."""
