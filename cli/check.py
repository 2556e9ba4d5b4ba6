"""`odoo-rma check`."""

import sys
from typing import TYPE_CHECKING

import click

from odoo_rma.cli.output import print_json, print_table
from odoo_rma.cli.session import Session, json_option, pass_session, transport_option
from odoo_rma.connector.errors import Stop
from odoo_rma.connector.settings import Settings
from odoo_rma.sync.report import Exit

if TYPE_CHECKING:
    from odoo_rma.connector.checked import Check


@click.command()
@transport_option
@json_option
@pass_session
def check(session: Session, transport: str | None, as_json: bool) -> None:
    """Check that all is there that is needed.

    Connection, version, rights, modules, journals and operation types; what the settings name: journals, locations,
    programs, templates, the return policy; and the store. Each is ok, or it says what to do.

    \b
    Examples:
      odoo-rma check
      odoo-rma check --transport odoorpc --json
    """
    checks = _checks(session.settings(transport=transport))
    if as_json:
        print_json(checks)
    else:
        rows = [(c["name"], "ok" if c["ok"] else "not ok", c["detail"], c["what_to_do"]) for c in checks]
        print_table(("check", "result", "found", "what to do"), rows)
    sys.exit(Exit.DONE if all(c["ok"] for c in checks) else Exit.FAILED)


def _checks(settings: Settings) -> list[dict[str, object]]:
    # The Odoo client is loaded only here.
    from odoo_rma.connector.odoo.check import check as check_odoo  # noqa: PLC0415
    from odoo_rma.connector.odoo.connect import connect  # noqa: PLC0415
    from odoo_rma.sync.readiness import readiness  # noqa: PLC0415

    try:
        client = connect(settings.odoo, settings.secrets)
    except Stop as error:
        return [{"name": "connection", "ok": False, "detail": str(error), "what_to_do": ""}]
    try:
        found = [
            *check_odoo(client, gift_cards=bool(settings.payments.programs)),
            *readiness(settings, client),
        ]
        return [_as_dict(one) for one in found]
    finally:
        client.close()


def _as_dict(one: "Check") -> dict[str, object]:
    return {"name": one.name, "ok": one.ok, "detail": one.detail, "what_to_do": one.what_to_do}
