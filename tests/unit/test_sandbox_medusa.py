"""The Medusa beside the sandbox's Odoo, with stand-ins for `node` and `npm`; PostgreSQL is real."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from odoo_rma.sandbox import HostUnfit, Medusa, NamedServer, NotOurServer, Sandbox, SandboxError, StepFailed
from odoo_rma.sandbox.folders import Cache
from odoo_rma.sandbox.medusa.node import is_new_enough
from odoo_rma.sandbox.medusa.program import APP, command_path
from odoo_rma.sandbox.medusa.shop import left_out, shop_data
from odoo_rma.sandbox.snapshot import SEED

NODE = """#!{python}
import http.server, json, os, pathlib, sys
given = sys.argv[1:]
if given == ["--version"]:
    print("{version}")
    raise SystemExit
with open("{calls}", "a") as calls:
    calls.write(" ".join(given[1:]) + " " + os.environ["DATABASE_URL"].rpartition("/")[2] + "\\n")
verb = given[1]
if verb == "{broken}":
    raise SystemExit("error: it does not work")
if verb == "db:migrate":
    print("MODULE: order")
elif verb == "exec":
    shop, output = json.loads(pathlib.Path(given[3]).read_text()), pathlib.Path(given[4])
    print("SEED 1/2 orders")
    (output / "manifest.json").write_text(json.dumps({{"orders": shop["orders"]}}))
    keys = {{"login": "a@b.example", "password": "p", "api_key": "sk_1", "publishable_key": "pk_1"}}
    (output / "credentials.json").write_text(json.dumps(keys))
elif verb == "start":
    class Health(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/health" else 404)
            self.end_headers()
    http.server.HTTPServer((given[3], int(given[5])), Health).serve_forever()
"""
NPM = """#!/bin/sh
echo "npm $@" >> {calls}
echo "npm http fetch GET 200 something"
{script}
"""
FETCH = "mkdir -p node_modules/@medusajs/cli && touch node_modules/@medusajs/cli/cli.js"


class Machine:
    """A machine with a `node` and an `npm` that only pretend, and a cache folder."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.calls_file = folder / "bin", folder / "calls"
        self.bin.mkdir()
        self.cache = Cache(folder / "c")
        self.has()

    @property
    def path(self) -> str:
        """Where programs are looked for."""
        return f"{self.bin}:/usr/bin:/bin"

    def has(self, version: str = "v22.12.0", script: str = FETCH, broken: str = "") -> None:
        """What this machine's programs are, and do."""
        calls = self.calls_file
        for name, text in {
            "node": NODE.format(python=sys.executable, calls=calls, version=version, broken=broken),
            "npm": NPM.format(calls=calls, script=script),
        }.items():
            (self.bin / name).write_text(text)
            (self.bin / name).chmod(0o755)

    def calls(self, verb: str) -> list[str]:
        """The calls that began with this word."""
        return self.called(self.calls_file, verb)

    @staticmethod
    def called(file: Path, verb: str) -> list[str]:
        """The same from the file they were noted in."""
        return [line for line in file.read_text().splitlines() if line.startswith(verb)]


@pytest.fixture
def machine(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine where nothing is there yet."""
    made = Machine(short_path)
    monkeypatch.setenv("PATH", made.path)
    return made


@pytest.fixture
def medusa(machine: Machine) -> Iterator[Medusa]:
    made = Medusa("t", machine.cache)
    yield made
    made.down(purge=True)


@pytest.fixture(scope="module")
def prepared() -> Iterator[Medusa]:
    """A Medusa that runs, for the tests that only look at it."""
    with TemporaryDirectory(prefix="rma-") as folder, pytest.MonkeyPatch.context() as patch:
        machine = Machine(Path(folder))
        made = Medusa("t", machine.cache)
        patch.setenv("PATH", machine.path)
        made.up()
        yield made
        made.down(purge=True)


def listening(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").status_code == 200
    except httpx.HTTPError:
        return False


def test_it_is_fetched_and_seeded_once_and_later_only_started(machine: Machine, medusa: Medusa) -> None:
    said: list[str] = []
    env = medusa.up(lambda message, _fraction: said.append(message))
    assert listening(env.url)
    assert (env.api_key, env.publishable_key, env.login) == ("sk_1", "pk_1", "a@b.example")
    assert json.loads(env.manifest.read_text())["orders"][0]["reference"] == "S-1001"
    assert "Installing Medusa's packages: 1" in said
    assert "Seeding Medusa's shop: orders" in said
    medusa.down()
    assert not listening(env.url)
    again = medusa.up()
    assert again == env  # its port, too
    assert len(machine.calls("npm")) == len(machine.calls("exec")) == len(machine.calls("db:migrate")) == 1
    assert len(machine.calls("start")) == 2


def test_a_second_instance_is_a_copy(prepared: Medusa) -> None:
    first, other = prepared.env(), Medusa("other", prepared.cache)
    try:
        second = other.up()
        assert second.url != first.url
        assert listening(first.url)
        assert listening(second.url)
        assert len(Machine.called(prepared.cache.root.parent / "calls", "exec")) == 1
    finally:
        assert other.down(purge=True)
    assert listening(first.url)
    assert not other.exists()


def test_it_starts_once_and_is_known_again_by_another_command(prepared: Medusa) -> None:
    before = prepared.status()
    assert before.pid is not None
    prepared.up()
    assert Medusa("t", prepared.cache).status().pid == before.pid


def test_nothing_is_told_to_anybody(prepared: Medusa) -> None:
    given = Path(f"/proc/{prepared.status().pid}/environ").read_bytes().split(b"\0")
    assert b"MEDUSA_DISABLE_TELEMETRY=true" in given
    assert b"DO_NOT_TRACK=1" in given
    (install,) = Machine.called(prepared.cache.root.parent / "calls", "npm")
    assert "--ignore-scripts" in install
    assert "--no-audit" in install


def test_a_reset_brings_the_clean_shop_back(prepared: Medusa) -> None:
    medusa, env = prepared, prepared.env()
    with medusa._postgres.session("shop") as cursor:
        cursor.execute("CREATE TABLE spoilt (x int)")
    assert medusa.reset().url == env.url
    with medusa._postgres.session("shop") as cursor:
        cursor.execute("SELECT to_regclass('spoilt')")
        assert cursor.fetchone() == (None,)
    assert listening(env.url)


def test_a_port_that_somebody_has_taken_is_left_to_him(prepared: Medusa) -> None:
    url = prepared.env().url
    prepared.down()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(url.rpartition(":")[2])))
        taken.listen()
        assert prepared.up().url != url


def test_a_changed_shop_makes_the_instance_afresh_on_its_port(
    medusa: Medusa, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = medusa.up()
    less = {**shop_data(), "orders": []}
    monkeypatch.setattr("odoo_rma.sandbox.medusa.snapshot.shop_data", lambda: less)
    said: list[str] = []
    assert medusa.up(lambda message, _fraction: said.append(message)).url == env.url
    assert any("changed" in message for message in said)
    assert json.loads(env.manifest.read_text())["orders"] == []
    snapshots = list((medusa.cache.root / "snapshots").glob("medusa-shop-*"))
    assert len(snapshots) == 2  # another checkout may still need the first


def test_a_snapshot_whose_dates_have_run_away_is_made_anew(machine: Machine, medusa: Medusa) -> None:
    medusa.up()
    medusa.down(purge=True)
    (made,) = (machine.cache.root / "snapshots").glob("medusa-shop-*/made.json")
    os.utime(made, (0, 0))
    medusa.up()
    assert len(machine.calls("exec")) == 2


def test_without_node_it_says_what_to_install(machine: Machine, medusa: Medusa) -> None:
    (machine.bin / "node").unlink()
    (machine.bin / "npm").unlink()
    with pytest.MonkeyPatch.context() as alone:
        alone.setenv("PATH", str(machine.bin))
        with pytest.raises(HostUnfit, match=r"node and npm cannot be found.*Install Node\.js 22"):
            medusa.up()


def test_an_old_node_is_named(machine: Machine, medusa: Medusa) -> None:
    machine.has(version="v18.20.1")
    with pytest.raises(HostUnfit, match=r"needs Node\.js 20\.19.*v18\.20\.1"):
        medusa.up()


@pytest.mark.parametrize(
    ("version", "good"),
    [("v20.18.3", False), ("v20.19.0", True), ("v21.9.0", False), ("v22.11.0", False), ("v24.1.0", True)],
)
def test_medusa_wants_certain_versions(version: str, good: bool) -> None:
    assert is_new_enough(version) is good


def test_when_npm_fails_its_log_is_named_and_nothing_half_stays(machine: Machine, medusa: Medusa) -> None:
    machine.has(script="echo 'npm error code ENOTFOUND'; exit 1")
    with pytest.raises(StepFailed, match=r"(?s)install the packages of Medusa.*ENOTFOUND.*npm-medusa\.log"):
        medusa.up()
    assert list((machine.cache.root / "packages").iterdir()) == []
    machine.has()
    assert listening(medusa.up().url)


@pytest.mark.parametrize(
    ("verb", "step"), [("db:migrate", "make Medusa's tables"), ("exec", "seed Medusa's shop")]
)
def test_a_set_up_that_fails_keeps_its_log_and_can_be_repeated(
    machine: Machine, medusa: Medusa, verb: str, step: str
) -> None:
    machine.has(broken=verb)
    with pytest.raises(StepFailed) as failed:
        medusa.up()
    assert failed.value.step == step
    assert "it does not work" in failed.value.reason
    assert failed.value.log is not None
    assert failed.value.log.exists()
    machine.has()
    assert listening(medusa.up().url)


def test_a_medusa_that_dies_tells_its_last_words(machine: Machine, medusa: Medusa) -> None:
    machine.has(broken="start")
    with pytest.raises(StepFailed, match=r"(?s)start Medusa.*it does not work.*medusa\.log"):
        medusa.up()
    with pytest.raises(SandboxError, match="up --with medusa"):
        medusa.env()


def test_beside_an_odoo_of_the_users_own_it_has_no_place() -> None:
    named = Sandbox(server=NamedServer("http://127.0.0.1:9", "live", "me", "secret"))
    with pytest.raises(NotOurServer):
        Medusa.beside(named)


def test_the_keys_are_for_their_owner_alone(prepared: Medusa) -> None:
    assert (prepared.folder / "credentials.json").stat().st_mode & 0o077 == 0


def test_the_project_finds_the_shared_packages(prepared: Medusa) -> None:
    assert command_path(prepared.folder).exists()
    assert (prepared.folder / "node_modules").resolve().parent.parent == prepared.cache.root / "packages"


def test_what_is_fetched_has_exact_versions_and_no_address() -> None:
    wanted = json.loads((APP / "package.json").read_text())["dependencies"]
    assert {name for name in wanted if not name.startswith("@medusajs/")} == set()
    assert all(version[0].isdigit() for version in wanted.values())
    assert "http" not in (APP / "package.json").read_text()
    assert not (APP / "package-lock.json").exists()


# ── the shop ──

SHOP = shop_data()
EXPECTED = {
    order["ref"]: order for order in json.loads((SEED / "expected.json").read_text("utf-8"))["orders"]
}


def total_in_medusa(order: dict[str, Any]) -> Decimal:
    """What Medusa makes of the order, by its own rules: no rounding, taxes of a line added up."""
    total = Decimal(0)
    for line in [*order["items"], *order["shipping"]]:
        amount = Decimal(line.get("unit_price") or line["amount"]) * Decimal(line.get("quantity", 1))
        amount -= Decimal(line.get("discount") or 0)
        rate = sum((Decimal(r) for r in line["tax_rates"].values()), Decimal(0)) / 100
        total += amount if line["tax_included"] else amount * (1 + rate)
    return total


def test_every_order_is_worth_what_its_invoices_are_worth() -> None:
    for order in SHOP["orders"]:
        bills = EXPECTED[order["reference"]]["invoices"]
        invoiced = sum(Decimal(bill["total"]) for bill in bills)
        rounded = max(len(order["items"]) + len(order["shipping"]), len(bills))
        assert abs(total_in_medusa(order) - invoiced) <= rounded * Decimal("0.005"), order["reference"]


def test_a_reference_names_one_order() -> None:
    references = [order["reference"] for order in SHOP["orders"]]
    assert len(references) == len(set(references)) == 112
    assert sum(Decimal(item["quantity"]) for order in SHOP["orders"] for item in order["items"]) == 1090


def test_what_a_webshop_cannot_know_is_left_out() -> None:
    reasons = {ref: left_out(order) for ref, order in EXPECTED.items()}
    assert reasons["S-1031"] == "credited by hand"
    assert reasons["S-1062"] == "returned by hand"
    assert reasons["S-1066"] == "ambiguous reference"
    assert reasons["S-1067"] == "cancelled"
    assert reasons["S-1038"] == "not delivered"
    assert reasons["S-1076"] == "no e-mail address"
    assert reasons["S-1071"] == "not sold by the piece"
    assert reasons["S-1060"] is None  # shipping is never delivered, and does not keep an order out


def test_shipping_is_a_way_of_shipping_and_no_article() -> None:
    order = next(o for o in SHOP["orders"] if o["reference"] == "S-1026")
    assert [method["amount"] for method in order["shipping"]] == ["7.90"]
    assert "SHIP" not in {item["sku"] for o in SHOP["orders"] for item in o["items"]}
    assert "SHIP" not in {product["sku"] for product in SHOP["products"]}


def test_the_stock_is_what_odoo_has_left() -> None:
    stock = {product["sku"]: product.get("stock") for product in SHOP["products"]}
    assert stock["BOOT-43"] == {"WH": "183", "HUB": "58"}
    assert stock["CAMP-KIT"] is None  # made of its components
    assert all(Decimal(left) >= 0 for places in stock.values() if places for left in places.values())


def test_a_customer_is_known_by_the_e_mail_address() -> None:
    addresses = [customer["email"].lower() for customer in SHOP["customers"]]
    assert len(addresses) == len(set(addresses))
    assert {order["email"].lower() for order in SHOP["orders"]} <= set(addresses)
