"""The seed's own order of work; prints `SEED n/m what` as it goes."""

# ruff: noqa: TID251, B905  (loaded by path into Odoo's Python 3.9)

import json
import os
from typing import Any

from . import basics, orders
from .manifest import manifest
from .versions import api_key

HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
EVERY = 8


def run(env: Any, output: Any) -> Any:
    """Write the shop into Odoo, and credentials.json and manifest.json into `output`."""
    with open(os.path.join(HERE, "shop.json"), encoding="utf-8") as written:  # noqa: PTH118, PTH123
        shop = json.load(written)
    total = len(shop["orders"]) + EVERY
    env = env(context=dict(env.context, tracking_disable=True, mail_notrack=True, lang="en_US"))
    say(0, total, "company, products and stock")
    known = base_data(env, shop)
    made = orders.create(env, shop, known)
    say(EVERY, total, "confirming orders")
    for order in made:  # one by one, so that goods are reserved in this order by every version
        order.action_confirm()
    for number, (order, row) in enumerate(zip(made, shop["orders"])):
        if number % EVERY == 0:
            say(number + EVERY, total, "orders, deliveries and invoices")
        try:
            orders.play(env, order, row)
        except Exception as problem:
            raise RuntimeError(f"order {row['ref']} ({row['shape']}): {problem}") from problem
    env.invalidate_all() if hasattr(env, "invalidate_all") else env.cache.invalidate()
    write(output, "manifest.json", manifest(shop, made, known))
    write(output, "credentials.json", credentials(env, known))
    env.cr.commit()
    say(total, total, "done")


def base_data(env: Any, shop: Any) -> Any:
    """All that orders refer to, by the keys the data uses."""
    basics.company(env, shop)
    known = {
        "rows": {row["sku"]: row for row in shop["products"]},
        "warehouses": basics.warehouses(env, shop),
        "taxes": basics.taxes(env, shop),
        "pricelists": basics.pricelists(env, shop),
        "users": basics.users(env, shop),
        "partners": basics.partners(env, shop),
    }
    basics.journals(env, shop)
    basics.programs(env, shop)
    known["products"] = basics.products(env, shop, known["taxes"])
    basics.stock(env, shop, known["warehouses"], known["products"])
    return known


def credentials(env: Any, known: Any) -> Any:
    """What one needs to log in; the keys are in the template, so they hold in every copy of it."""
    admin, rma = env.ref("base.user_admin"), known["users"]["rma"]
    return {
        "login": "admin",
        "password": "admin",
        "api_key": api_key(env, admin),
        "version": env["ir.module.module"].search([("name", "=", "base")]).latest_version[:4],
        "rma_login": "rma",
        "rma_password": "rma",
        "rma_api_key": api_key(env, rma),
    }


def write(folder: Any, name: Any, content: Any) -> Any:
    """Write one JSON file that only its owner may read."""
    path = os.path.join(folder, name)  # noqa: PTH118
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as written:
        json.dump(content, written, indent=1, ensure_ascii=False)


def say(number: Any, total: Any, what: Any) -> Any:
    """Tell how far it is."""
    print(f"SEED {number}/{total} {what}", flush=True)  # noqa: T201
