"""`odoo-rma schema`."""

import click

from odoo_rma.cli.output import print_json
from odoo_rma.mappings.model import Rma


@click.command()
def schema() -> None:
    """Print the JSON Schema of an RMA.

    For those who write a source, or check files before they are sent.

    \b
    Examples:
      odoo-rma schema > rma.schema.json
    """
    print_json(Rma.model_json_schema() | {"$schema": "https://json-schema.org/draft/2020-12/schema"})
