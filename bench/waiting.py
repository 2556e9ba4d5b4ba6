"""What returns cost that wait for their goods: each run looks at them, or they rest. On a real Odoo 19, by the installed command.

    .venv/bin/python bench/waiting.py [--returns 1000] [--json FILE]

First each return gets its transfer. The run after that looks at all of them once more, as every run did before returns could
rest. Then they rest, and at last the goods of one of them come in, in Odoo.
"""

import json
import tempfile
from pathlib import Path

import click
from company import Admin, Company, company
from growth import BATCH, FIRST, Row, must, run, sold_last_month, table, warm_up

from odoo_rma.connector.settings import save

AWAKE, AT_REST, ONE_CAME = "all looked at", "all at rest", "one came in"


def measure(shop: Company, size: int) -> list[Row]:
    """Let so many returns wait for their goods, and run again and again."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = shop.settings(folder, batch=BATCH)
        save(settings, folder / "odoo-rma.toml")
        numbers = shop.take(size)
        shop.send(folder, [shop.announced(n) for n in numbers])
        first = run(shop, settings, folder, size, FIRST)
        must(first["counts"]["done"] == size, first)
        awake = run(shop, settings, folder, size, AWAKE)
        must(awake["counts"]["unchanged"] == size and not awake["writes"], awake)
        rest = run(shop, settings, folder, size, AT_REST)
        must(not any(rest["counts"].values()), rest)
        receive(Admin(shop.env), shop.ref(numbers[size // 2]))
        came = run(shop, settings, folder, size, ONE_CAME)
        must(sum(came["counts"].values()) == 1, came)
        return [first, awake, rest, came]


def receive(admin: Admin, ref: str) -> None:
    """Let the warehouse validate the transfer of one return."""
    (order,) = admin("sale.order", "search", [("client_order_ref", "=", ref)])
    back = [("sale_id", "=", order), ("picking_type_code", "=", "incoming")]
    admin("stock.picking", "button_validate", admin("stock.picking", "search", back))


@click.command()
@click.option("--returns", default=1000, show_default=True, help="How many wait.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Where to write them.")
def main(returns: int, file: Path | None) -> None:
    """Print the figures."""
    with company(returns + BATCH) as shop:
        sold_last_month(shop)
        warm_up(shop)
        rows = measure(shop, returns)
    click.echo(table(rows))
    if file:
        file.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
