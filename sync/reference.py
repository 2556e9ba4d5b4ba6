"""What Odoo's configuration says: company, currencies, taxes, operation types, locations, accounts. Read once a run."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo_rma.connector.channels.base import Channel
from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import AccountingSettings
from odoo_rma.mappings.credit_lines import CreditRules
from odoo_rma.mappings.crm_rules import CrmRules
from odoo_rma.mappings.erp import Company, PickingType, Rounding, Tax
from odoo_rma.mappings.money import ONE, Decimal, from_odoo
from odoo_rma.mappings.seen.disposition import Place


def day(value: str | bool | None) -> date | None:
    """Read a date as Odoo writes it; False is none."""
    return date.fromisoformat(value) if isinstance(value, str) else None


def moment(value: str | bool | None) -> datetime | None:
    """Read a time as Odoo writes it, in UTC without saying so; False is none."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else None


def _zone(name: str | bool) -> tzinfo:
    """Give the user's time zone: days are counted as the people in Odoo count them."""
    try:
        return ZoneInfo(name) if isinstance(name, str) and name else UTC
    except ZoneInfoNotFoundError:
        return UTC


def path(location: Mapping[str, Any]) -> tuple[int, ...]:
    """Give the ids from the top down to a location read with its `parent_path`."""
    return tuple(int(x) for x in (location["parent_path"] or "").split("/") if x)


class Reference:
    """Configuration read from one Odoo, kept for a run."""

    def __init__(self, client: OdooClient) -> None:
        self._client = client
        currencies = client.search_read("res.currency", [], ["name", "rounding"])
        self.currencies = {r["id"]: r["name"] for r in currencies}
        self.units = {r["name"]: from_odoo(r["rounding"]) for r in currencies}
        self.uoms = self._uoms()
        self.quantity_step = ONE.scaleb(-client.can.quantity_digits)
        self.currency_ids = {name: i for i, name in self.currencies.items()}
        self.company = self._company()
        self.countries = {r["code"]: r["id"] for r in client.search_read("res.country", [], ["code"])}
        self.languages = frozenset(r["code"] for r in client.search_read("res.lang", [], ["code"]))
        user = client.read("res.users", [client.server.uid], ["partner_id", "tz"])[0]
        self.author_id: int = user["partner_id"]
        self.zone = _zone(user["tz"])
        self.crm = CrmRules()
        self.channel: Channel | None = None  # where customers are told: what they were told is then read, too
        self.types: dict[int, PickingType] = {}
        self.taxes: dict[int, Tax] = {}
        self.places: dict[int, Place] = {}

    def today(self, clock: Callable[[], datetime]) -> date:
        """Give the day it is for the people in Odoo."""
        return clock().astimezone(self.zone).date()

    def unit_of(self, currency: str) -> Decimal:
        """Give the smallest amount of a currency, as Odoo rounds it."""
        return self.units[currency]

    def _uoms(self) -> dict[int, Decimal]:
        """Read how much of its reference each unit of measure is."""
        can = self._client.can
        archived = [
            "|",
            ("active", "=", True),
            ("active", "=", False),
        ]  # still on orders, as dozens are on 19
        rows = self._client.search_read("uom.uom", archived, [can.uom_ratio])
        return {r["id"]: from_odoo(r[can.uom_ratio]) for r in rows}

    def _company(self) -> Company:
        client = self._client
        fields = ("name", "currency_id", "tax_calculation_rounding_method", *client.can.lock_dates)
        row = client.read("res.company", [client.server.company], fields)[0]
        return Company(
            id=row["id"],
            name=row["name"],
            currency=self.currencies[row["currency_id"]],
            rounding=Rounding(
                globally=row["tax_calculation_rounding_method"] == "round_globally",
                base_per_line=client.can.tax_base_per_line,
            ),
            locked_until=client.can.locked_until(row),
        )

    def load_types(self, ids: Iterable[int]) -> None:
        """Read operation types and the types their returns have."""
        new = sorted(set(ids) - self.types.keys())
        while new:
            fields = ("code", "return_picking_type_id", "default_location_dest_id")
            for r in self._client.read("stock.picking.type", new, fields):
                self.types[r["id"]] = PickingType(
                    r["id"], r["code"], r["return_picking_type_id"] or 0, r["default_location_dest_id"] or 0
                )
            new = sorted(
                {t.return_type_id for t in self.types.values() if t.return_type_id} - self.types.keys()
            )

    def load_places(self, ids: Iterable[int]) -> None:
        """Read locations."""
        if new := sorted(set(ids) - self.places.keys()):
            for r in self._client.read("stock.location", new, ["complete_name", "parent_path", "usage"]):
                self.places[r["id"]] = Place(r["id"], r["complete_name"], path(r), r["usage"])

    def is_customers(self, location: int) -> bool:
        """Tell whether what lies in a location that was read is at a customer's."""
        return location in self.places and self.places[location].usage == "customer"

    def load_taxes(self, ids: Iterable[int]) -> None:
        """Read the taxes of the invoice lines."""
        new = sorted(set(ids) - self.taxes.keys())
        if not new:
            return
        fields = ("name", "amount_type", "amount", "price_include", "include_base_amount")
        for r in self._client.read("account.tax", new, fields):
            self.taxes[r["id"]] = Tax(
                id=r["id"],
                name=r["name"],
                kind=r["amount_type"],
                amount=from_odoo(r["amount"]),
                included=bool(r["price_include"]),
                simple=r["amount_type"] == "percent" and not r["include_base_amount"],
            )

    def credit_rules(self, settings: AccountingSettings, today: date) -> CreditRules:
        """Turn codes and names in the settings into ids.

        Raises:
            BadSettings: an account, a journal or a tax is not in Odoo.

        """
        codes = {*settings.charge_accounts.values(), *filter(None, [settings.rounding_account])}
        accounts = self._ids("account.account", "code", codes)
        names = {t for own in settings.charge_taxes.values() for t in own}
        taxes = self._ids("account.tax", "name", names, [("type_tax_use", "=", "sale")])
        journals = self._ids("account.journal", "code", set(filter(None, [settings.journal])))
        self.load_taxes(taxes.values())
        return CreditRules(
            today=today,
            post=settings.post,
            journal_id=journals.get(settings.journal or "", 0),
            charge_accounts={k: accounts[c] for k, c in settings.charge_accounts.items()},
            charge_taxes={k: tuple(taxes[t] for t in own) for k, own in settings.charge_taxes.items()},
            rounding_account=accounts.get(settings.rounding_account or "", 0),
            reconciles_itself=self._client.can.reconciles_on_post,
        )

    def _ids(
        self, model: str, field: str, wanted: set[str], extra: Sequence[object] = ()
    ) -> Mapping[str, int]:
        if not wanted:
            return {}
        rows = self._client.search_read(model, [(field, "in", sorted(wanted)), *extra], [field])
        found = {r[field]: r["id"] for r in rows}
        missing = sorted(wanted - found.keys())
        if missing:
            raise BadSettings(f"[accounting] names what Odoo does not have in {model}: {', '.join(missing)}.")
        return found
