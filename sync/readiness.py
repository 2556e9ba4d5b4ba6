"""Would a run start? What the settings name is looked for where a run looks for it: in Odoo, and on this machine."""

from collections.abc import Iterator
from contextlib import closing

from odoo_rma.connector.checked import Check
from odoo_rma.connector.errors import RmaError
from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import Settings
from odoo_rma.connector.sources.base import Checkable
from odoo_rma.connector.sources.registry import can_be_checked, open_source
from odoo_rma.sync.clock import Clock, utc_now
from odoo_rma.sync.reference import Reference
from odoo_rma.sync.rehearsal import rehearsal
from odoo_rma.sync.rules import company_rules


def readiness(settings: Settings, client: OdooClient, *, clock: Clock = utc_now) -> Iterator[Check]:
    """Check the settings, the sources that can be asked, and the store; nothing is written."""
    try:
        reference = Reference(client)
        company_rules(settings, client, reference, reference.today(clock))
    except RmaError as error:
        yield Check("settings", ok=False, detail=str(error), what_to_do="Correct the settings, or make it.")
    else:
        yield Check("settings", ok=True, detail="all that they name is there")
    yield from source_checks(settings)
    try:
        with rehearsal(settings.run.store):
            yield Check("store", ok=True, detail=str(settings.run.store))
    except RmaError as error:
        yield Check("store", ok=False, detail=str(error), what_to_do="Correct run.store, or move it away.")


def source_checks(settings: Settings) -> Iterator[Check]:
    """Look at the sources that can be asked whether all is well with them."""
    for name, own in settings.sources.items():
        try:
            if not can_be_checked(name, own):
                continue
            with closing(open_source(name, own)) as source:
                if isinstance(source, Checkable):
                    yield from source.check()
        except RmaError as error:
            yield Check(f"source {name}", ok=False, detail=str(error), what_to_do="Correct its settings.")
