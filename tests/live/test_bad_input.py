"""What an admin gets wrong with a real Odoo: a clear message, the right exit code, nothing lost, no traceback.

What needs no Odoo (settings, disks, the form of files) stands in tests/faults/test_cli_*.py.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from live.books import Tables
from office import Office, article
from office.disks import small_disk
from office.odoo_state import differences, odoo_state

from odoo_rma.sandbox import Env, Sandbox

pytestmark = pytest.mark.live

BARE = f"bare-{os.getpid()}"  # two runs in one checkout do not meet
BUSY = f"busy-{os.getpid()}"
PASSWORDS = {"ODOO_RMA_PASSWORD": "rma"}


@pytest.fixture
def office(tmp_path: Path, odoo19: Env) -> Office:
    """One RMA waits in the inbox: half of order S-1001 comes back."""
    office = Office(tmp_path / "office", odoo19, sources={"shop": {}})
    office.drop("one.json", article("R-1"))
    return office


@pytest.fixture(scope="module")
def bare(sandbox19: Sandbox) -> Iterator[Env]:
    """An Odoo 19 database without any of the modules."""
    env = sandbox19.env(BARE)
    sandbox19.drop(BARE)
    arguments = ["admin", BARE, False, "en_US", "admin", "admin"]
    params = {"service": "db", "method": "create_database", "args": arguments}
    made = httpx.post(f"{env.url}/jsonrpc", json={"jsonrpc": "2.0", "params": params}, timeout=300)
    assert made.json().get("result") is True, made.text
    yield env
    sandbox19.drop(BARE)


@pytest.fixture
def unchanged(odoo19: Env) -> Iterator[None]:
    """Nothing in Odoo changes during the test."""
    before = Tables(odoo19).marks()
    yield
    assert Tables(odoo19).marks() == before


def known(office: Office, rma: str = "R-1") -> list[str]:
    """Say whether the store knows an RMA, or its file still lies in the inbox."""
    listed = office.run("show", rma, "--json")
    return [rma] if listed.code == 0 else office.lying("inbox")


@pytest.mark.usefixtures("unchanged")
class TestTheWayIn:
    """Each fails with 1, and a run with the right settings sees the RMA: a dry run plans it, so nothing is written."""

    @pytest.fixture(autouse=True)
    def goes_on_when_corrected(self, office: Office) -> Iterator[None]:
        yield
        planned = office.run("sync", "--dry-run", "--json")
        planned.says(0)
        assert [(r["id"], r["outcome"]) for r in planned.data["results"]] == [("R-1", "planned")]

    @pytest.mark.parametrize("command", ["sync", "check"])
    def test_a_wrong_password(self, office: Office, command: str) -> None:
        ended = office.run(command, ODOO_RMA_API_KEY="", ODOO_RMA_PASSWORD="wrong")
        ended.is_plain()
        assert (ended.code, "Wrong password or API key for 'rma'" in ended.out + ended.err) == (1, True)

    @pytest.mark.parametrize("transport", ["json2", "odoorpc"])
    def test_a_wrong_key(self, office: Office, transport: str) -> None:
        ended = office.run("sync", "--transport", transport, ODOO_RMA_API_KEY="0" * 40)
        ended.says(
            1, "API key", *(["Make a new one in Odoo", "ODOO_RMA_API_KEY"] if transport == "json2" else [])
        )

    def test_no_secret_at_all(self, office: Office) -> None:
        office.run("sync", ODOO_RMA_API_KEY="").says(1, "no secret", "ODOO_RMA_API_KEY", "odoo-rma init")

    def test_somebody_elses_key(self, office: Office) -> None:
        office.run("sync", ODOO_RMA_ODOO__LOGIN="manager").says(1, "the API key belongs to", "manager")

    @pytest.mark.parametrize("secret", [{}, {**PASSWORDS, "ODOO_RMA_API_KEY": ""}])
    def test_a_wrong_database(self, office: Office, secret: dict[str, str]) -> None:
        ended = office.run("sync", ODOO_RMA_ODOO__DATABASE="no-such-shop", **secret)
        ended.says(1, "there is no database 'no-such-shop'", office.env.url)

    def test_an_odoo_without_the_modules(self, office: Office, bare: Env) -> None:
        admin = {"ODOO_RMA_ODOO__DATABASE": bare.database, "ODOO_RMA_ODOO__LOGIN": "admin"}
        secrets = {"ODOO_RMA_API_KEY": "", "ODOO_RMA_PASSWORD": "admin"}
        office.run("sync", **admin, **secrets).says(1, "lacks", "install in Odoo", "account", "stock", "sale")
        checked = office.run("check", **admin, **secrets)
        checked.is_plain()
        assert (checked.code, "Install in Odoo: account" in checked.out) == (1, True)

    def test_a_user_without_rights(self, office: Office) -> None:
        nobody = {"ODOO_RMA_ODOO__LOGIN": "noaccess", "ODOO_RMA_API_KEY": "", "ODOO_RMA_PASSWORD": "noaccess"}
        office.run("sync", **nobody).says(
            1, "may not read", "stock.picking", "Inventory/User", "odoo-rma check"
        )
        checked = office.run("check", **nobody)
        checked.is_plain()
        assert checked.code == 1
        assert "give the user 'noaccess' the group “Inventory / User”" in checked.out


@pytest.mark.usefixtures("unchanged")
class TestWhatTheSettingsName:
    """`check` and a run look at the same: what stops a run is not ok, in the same words."""

    @pytest.mark.parametrize(
        ("named", "words"),
        [
            ({"ODOO_RMA_RUN__POLICY": "nope.toml"}, ["no policy", "nope.toml", "policy init"]),
            ({"ODOO_RMA_MESSAGES__CHANNEL": "pigeon"}, ["'pigeon'", "email"]),
            ({"ODOO_RMA_MESSAGES__TEMPLATES": "nowhere"}, ["nowhere", "no folder"]),
            (
                {"ODOO_RMA_MESSAGES__FEEDBACK_URL": "https://x.example/?t={token}"},
                ["ODOO_RMA_FEEDBACK_SECRET"],
            ),
            ({"ODOO_RMA_INSPECTION__LOCATIONS": '{"quarantine": "Nowhere"}'}, ["no location", "Nowhere"]),
            ({"ODOO_RMA_PAYMENTS__JOURNALS": '{"stripe": "NOPE"}'}, ["NOPE"]),
            (
                {
                    "ODOO_RMA_PAYMENTS__PROGRAMS": '{"gift_card": "Nothing"}',
                    "ODOO_RMA_PAYMENTS__JOURNALS": '{"gift_card": "GIFT"}',
                },
                ["Nothing"],
            ),
        ],
    )
    def test_what_is_not_there_is_told_by_both(
        self, office: Office, named: dict[str, str], words: list[str]
    ) -> None:
        told = {"ODOO_RMA_MESSAGES__SINCE": "2026-11-01", **named}
        office.run("sync", **told).says(1, *words)
        checked = office.run("check", "--json", **told)
        assert checked.code == 1
        [wrong] = [one for one in checked.data if not one["ok"]]
        assert wrong["name"] == "settings"
        assert not [word for word in words if word.lower() not in wrong["detail"].lower()], wrong

    def test_a_store_that_is_none(self, office: Office) -> None:
        office.store.write_text("not a database " * 100)
        checked = office.run("check", "--json")
        assert [one["name"] for one in checked.data if not one["ok"]] == ["store"]
        office.store.unlink()
        assert office.run("check").code == 0
        assert not office.store.exists()


class TestWhatComesIn:
    """Each waits in quarantine with its reason and the way out; the run ends with 3, and the good ones go through."""

    @pytest.mark.usefixtures("unchanged")
    @pytest.mark.parametrize(
        ("sent", "code", "words"),
        [
            (article("Q-1", order="S-4711"), "unknown_order", ["S-4711"]),
            (article("Q-2", sku="UNICORN"), "unknown_sku", ["UNICORN"]),
            (article("Q-3", line={"requested": 1_000_000}), "over_return", ["1000000", "TENT-2P"]),
            (article("Q-4", line={"requested": -1}), "unreadable", ["negative", "-1"]),
            (article("Q-5", line={"requested": "1e30"}), "unreadable", ["1e30"]),
            (article("Q-6", line={"qty": 1}), "unreadable", ["qty is not a known field"]),
        ],
    )
    def test_a_record_that_cannot_be_carried_out(
        self, tmp_path: Path, odoo19: Env, sent: dict[str, object], code: str, words: list[str]
    ) -> None:
        office = Office(tmp_path / "office", odoo19, sources={"shop": {}})
        office.drop("one.json", sent)
        ended = office.run("sync")
        ended.says(3)
        assert not [word for word in [str(sent["id"]), *words] if word not in ended.out], ended.out
        [entry] = office.run("quarantine", "list", "--json").data
        assert (entry["key"], entry["code"]) == (sent["id"], code)
        assert entry["issues"][0]["way_out"]

    def test_a_bad_file_does_not_hold_up_the_good_one(self, office: Office) -> None:
        office.drop("broken.json", '[{"id": "R-2", "order"')
        office.drop("huge.xml", "", size=1 << 30)
        ended = office.run("sync")
        ended.says(3)
        assert "broken.json" in ended.out and "huge.xml" in ended.out
        assert office.run("sync", "--rma", "R-1", "--json").data["counts"]["unchanged"] == 1

    def test_a_corrected_one_goes_through(self, tmp_path: Path, odoo19: Env) -> None:
        office = Office(tmp_path / "office", odoo19, sources={"shop": {}})
        office.drop("one.json", article("R-7", order="S-4711"))
        office.run("sync").says(3)
        office.drop("two.json", article("R-7", order="S-1002", sku="BOOT-42", revision=2, customer=BEN))
        office.run("sync").says(0)
        assert office.quarantine() == {}

    def test_the_same_number_with_other_content_waits_and_the_first_one_stands(
        self, tmp_path: Path, odoo19: Env
    ) -> None:
        office = Office(tmp_path / "office", odoo19, sources={"shop": {}})
        office.drop("one.json", article("R-8", order="S-1002", sku="MUG", customer=BEN))
        office.run("sync").says(0)
        before = odoo_state(odoo19)
        office.drop(
            "two.json", article("R-8", order="S-1002", sku="MUG", customer=BEN, line={"requested": 2})
        )
        ended = office.run("sync")
        ended.says(3)
        assert "conflict" in ended.out and "R-8" in ended.out
        assert differences(before, odoo_state(odoo19)) == []

    def test_an_rma_that_nobody_knows(self, office: Office) -> None:
        office.run("sync").says(0)
        office.run("sync", "--rma", "R-0815").says(1, "R-0815", "check the number")


WILD = (
    "%",
    "S-10%",
    "S_1083",
    "' OR 1=1 --",
    '["id", "!=", 0]',
    "../S-1083",
    "s-1083",
    "S\u20111083",
    "*",
    "False",
)
"""What a search might take for a pattern, a condition, a path or another name of an order that is there."""


class TestBadOnesAmongGoodOnes:
    """Of twenty returns three are bad, two of them so that only Odoo knows; tests/faults/test_poison.py has a thousand."""

    @pytest.mark.usefixtures("unchanged")
    def test_a_reference_finds_the_order_that_is_called_so_or_none(self, tmp_path: Path, odoo19: Env) -> None:
        office = Office(tmp_path / "office", odoo19, sources={"shop": {}})
        office.drop("wild.json", [article(f"{n} {text}", order=text) for n, text in enumerate(WILD)])
        office.run("sync").says(3)
        found = office.quarantine()
        assert len(found) == len(WILD)
        assert {why.partition(":")[0] for (why,) in found.values()} == {"unknown_order"}, found

    def test_each_bad_one_is_named_and_all_others_are_done(self, tmp_path: Path, odoo19: Env) -> None:
        office = Office(tmp_path / "office", odoo19, sources={"shop": {"credit_note_on": "receipt"}})
        tables = Tables(odoo19)
        sent = [_came_back(tables, reference) for reference in PAID]
        unknown = {**sent[5], "id": "R-unknown", "order": {"name": "S-4711"}}
        _archive_the_account(tables, PAID[9])
        _count_back(tables, "GPS-0008")
        serial = _came_back(tables, "S-1097", lots=[{"name": "GPS-0008", "quantity": 1}])
        wild = sent[0]["id"] = "R-1' OR 1=1 --%_.../\u9000\u8d27"
        office.drop("all.json", [*sent[:5], unknown, *sent[5:], serial])
        ended = office.run("sync", "--json")
        assert ended.code == 3, ended.err
        outcomes = {r["id"]: r["outcome"] for r in ended.data["results"]}
        bad = {f"R-{PAID[9]}": "is archived", "R-unknown": "S-4711", "R-S-1097": "already been assigned"}
        assert {name for name, outcome in outcomes.items() if outcome != "done"} == bad.keys()
        assert outcomes[wild] == "done"
        waiting = office.quarantine()
        assert waiting.keys() == {f"shop/{name}" for name in bad}
        assert all(words in waiting[f"shop/{name}"][0] for name, words in bad.items()), waiting
        assert office.run("sync", "--json").data["writes"] == 0


PAID = ("S-1083", "S-1084", "S-1086", "S-1089", "S-1092", "S-1093", "S-1094", "S-1095", "S-1100")
PAID += ("S-1102", "S-1103", "S-1107", "S-1108", "S-1109", "S-1110", "S-1111", "S-1112")


def _came_back(tables: Tables, reference: str, **more: object) -> dict[str, object]:
    """One piece of an order came back."""
    (sold,) = tables.rows(
        "sale.order.line", [("order_id.client_order_ref", "=", reference)], "product_id", "order_partner_id"
    ).values()
    (product,) = tables.rows("product.product", [("id", "=", sold["product_id"])], "default_code").values()
    (buyer,) = tables.rows("res.partner", [("id", "=", sold["order_partner_id"])], "name", "email").values()
    customer = {"name": buyer["name"], "email": buyer["email"]}
    line = {"received": 1, **more}
    return article(f"R-{reference}", reference, product["default_code"], customer=customer, line=line)


def _archive_the_account(tables: Tables, reference: str) -> None:
    """The account that an invoice was booked on is given up."""
    sold = [("sale_line_ids.order_id.client_order_ref", "=", reference)]
    lines = tables.rows("account.move.line", sold, "move_id")
    values = {"name": "Old sales", "code": "400999", "account_type": "income"}
    account = tables.call("account.account", "create", values)
    tables.call("account.move.line", "write", list(lines), {"account_id": account})
    tables.call("account.account", "write", [account], {"active": False})


def _count_back(tables: Tables, serial: str) -> None:
    """Somebody puts a serial number into stock by an inventory."""
    (lot,) = tables.rows("stock.lot", [("name", "=", serial)], "product_id").values()
    (house,) = tables.rows("stock.warehouse", [("code", "=", "WH")], "lot_stock_id").values()
    values = {"location_id": house["lot_stock_id"], "product_id": lot["product_id"], "lot_id": lot["id"]}
    values["inventory_quantity"] = 1.0
    quant = tables.call("stock.quant", "create", values, context={"inventory_mode": True})
    tables.call("stock.quant", "action_apply_inventory", [quant])


BEN = {"name": "Ben Okafor", "email": "ben.okafor@mail.example"}


class TestTheRun:
    """What happens to a run from outside."""

    @pytest.fixture
    def busy(self, tmp_path: Path, sandbox19: Sandbox) -> Iterator[Office]:
        """A shop of its own, and the whole sample to do."""
        office = Office(tmp_path / "busy", sandbox19.reset(BUSY), batch=10)
        office.take_sample()
        yield office
        sandbox19.drop(BUSY)

    def test_a_second_run_is_told_at_once_and_ctrl_c_ends_the_first(self, busy: Office) -> None:
        first = busy.start("sync")
        while first.poll() is None and not Tables(busy.env).call("ir.model.data", "search_count", OURS):
            pass
        busy.wait(busy.start("sync"), 5).says(4, "another run is at work", f"process {first.pid}")
        first.send_signal(signal.SIGINT)
        busy.wait(first, 10).says(130, "stopped", "nothing is lost", "run it again")
        busy.run("sync").says(3)
        assert busy.run("sync", "--json").data["writes"] == 0

    def test_the_disk_of_the_store_fills_up_in_the_middle(self, busy: Office, tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk") as disk:
            office = Office(busy.folder, busy.env, batch=10, store_folder=disk.folder)
            office.run("sync", "--dry-run").says(3)
            disk.leave(200_000)
            office.run("sync", limits=disk.limits).says(1, "the store", str(office.store), "disk")
            disk.make_room()
            office.run("sync").says(3)
            assert office.run("sync", "--json").data["writes"] == 0


OURS = [("module", "=", "__rma__")]
