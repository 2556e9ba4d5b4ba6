"""The same assertions over odoorpc and JSON-2 on Odoo 19, and over odoorpc on Odoo 14: the client's contract.

What concerns records holds for the Odoo in memory as well, which the fault tests run on; that half is among the fast
tests. Names carry the transport and a random part, so that the tests may run on one database in any order.
"""

import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from memory import connect_to
from memory.company import fresh_odoo
from pydantic import SecretStr

from odoo_rma.connector.errors import AccessRefused, BadSettings, LoginRefused, NotOffered, Refused
from odoo_rma.connector.odoo.capabilities import FIELDS
from odoo_rma.connector.odoo.check import check
from odoo_rma.connector.odoo.client import OdooClient, Row
from odoo_rma.connector.odoo.connect import connect
from odoo_rma.connector.settings import OdooSettings, Secrets
from odoo_rma.sandbox import Env

OVER = [
    pytest.param(("odoo19", "odoorpc"), marks=pytest.mark.live, id="odoorpc-19"),
    pytest.param(("odoo19", "json2"), marks=pytest.mark.live, id="json2-19"),
    pytest.param(("odoo14", "odoorpc"), marks=pytest.mark.live14, id="odoorpc-14"),
]
IN_MEMORY = pytest.param(None, id="memory")
LogIn = Callable[[], OdooClient]


def log_in(env: Env, transport: str, **changes: Any) -> OdooClient:
    """As the user with the least rights; by key where JSON-2 is meant, else by password."""
    key = env.rma_api_key if transport == "json2" else None
    given = {
        "url": env.url,
        "database": env.database,
        "login": env.rma_login,
        "transport": transport,
        "company": None,
    }
    odoo = OdooSettings.model_validate({**given, **{k: v for k, v in changes.items() if k in given}})
    password, key = changes.get("password", env.rma_password), changes.get("key", key)
    return connect(odoo, Secrets(password=password and SecretStr(password), api_key=key and SecretStr(key)))


@pytest.fixture(params=OVER)
def where(request: pytest.FixtureRequest) -> tuple[Env, str]:
    fixture, transport = request.param
    return request.getfixturevalue(fixture), transport


@pytest.fixture(params=[IN_MEMORY, *OVER])
def door(request: pytest.FixtureRequest) -> LogIn:
    """A way to log in, to a real Odoo or to the one in memory."""
    if request.param is None:
        in_memory = fresh_odoo()
        return lambda: connect_to(in_memory)
    fixture, transport = request.param
    env: Env = request.getfixturevalue(fixture)
    return lambda: log_in(env, transport)


@pytest.fixture
def odoo(door: LogIn) -> Iterator[OdooClient]:
    client = door()
    yield client
    client.close()


@pytest.fixture
def key() -> str:
    return f"__rma__.contract.{uuid.uuid4().hex}"


def partners(odoo: OdooClient, name: str) -> list[Row]:
    return odoo.search_read("res.partner", [("name", "=", name)], ["name", "parent_id", "child_ids"])


def test_who_answers(where: tuple[Env, str]) -> None:
    env, transport = where
    odoo = log_in(env, transport)
    assert (odoo.server.database, odoo.server.login, odoo.server.transport) == (
        env.database,
        env.rma_login,
        transport,
    )
    assert ".".join(map(str, odoo.server.version)) == env.version


def test_json2_is_taken_where_it_is_offered(where: tuple[Env, str]) -> None:
    env, _ = where
    expected = "json2" if env.rma_api_key else "odoorpc"
    assert log_in(env, "auto", key=env.rma_api_key).server.transport == expected


@pytest.mark.live
def test_a_key_serves_as_password_too(odoo19: Env) -> None:
    assert log_in(odoo19, "odoorpc", key=odoo19.rma_api_key, password=None).server.transport == "odoorpc"


@pytest.mark.live14
def test_json2_cannot_be_forced_on_fourteen(odoo14: Env) -> None:
    with pytest.raises(BadSettings, match="needs Odoo 19"):
        log_in(odoo14, "json2", key="x")


@pytest.mark.parametrize(
    "wrong", [{"database": "no-such-database"}, {"login": "nobody"}, {"password": "x", "key": "x"}]
)
def test_a_wrong_login_is_refused(where: tuple[Env, str], wrong: dict[str, str]) -> None:
    if where[1] == "odoorpc":
        wrong = {**wrong, "key": ""}
    with pytest.raises(LoginRefused):
        log_in(*where, **wrong)


def test_the_company_is_chosen_by_name(where: tuple[Env, str]) -> None:
    odoo = log_in(*where)
    [mine] = odoo.read("res.company", [odoo.server.company], ["name"])
    assert log_in(*where, company=mine["name"]).server.company == mine["id"]
    with pytest.raises(BadSettings, match=mine["name"]):
        log_in(*where, company="Nobody Ltd")


def test_load_makes_a_record_once_and_never_changes_it(odoo: OdooClient, key: str) -> None:
    fields = ["id", "name", "child_ids/id", "child_ids/name"]
    rows = [
        [key, key, f"{key}.1", f"{key} one"],
        ["", "", f"{key}.2", f"{key} two"],
        [f"{key}.b", f"{key}.b", "", ""],
    ]
    first = odoo.load("res.partner", fields, rows)
    assert odoo.load("res.partner", ["id", "name"], [[key, "changed"], [f"{key}.b", "changed"]]) == first
    [made] = partners(odoo, key)
    assert made["id"] == first[0]
    assert len(made["child_ids"]) == 2


def test_a_refused_load_leaves_nothing_and_names_the_row(odoo: OdooClient, key: str) -> None:
    rows = [[key, key, ""], [f"{key}.bad", "bad", "Nowhereland"]]
    with pytest.raises(Refused, match="Nowhereland") as caught:
        odoo.load("res.partner", ["id", "name", "country_id"], rows)
    assert caught.value.row == 1
    assert partners(odoo, key) == []


def test_racing_loads_make_each_record_once(door: LogIn, key: str) -> None:
    rows = [[f"{key}.{n}", key] for n in range(20)]
    clients = [door() for _ in range(4)]
    answers: list[list[int]] = []
    racers = [
        threading.Thread(
            target=lambda each=each: answers.append(each.load("res.partner", ["id", "name"], rows))
        )
        for each in clients
    ]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)
    assert len(partners(clients[0], key)) == 20


def test_external_ids_go_both_ways(odoo: OdooClient, key: str) -> None:
    [record] = odoo.load("res.partner", ["id", "name"], [[key, key]])
    assert odoo.external_ids("res.partner", [record]) == {record: key}
    assert odoo.find([key, f"{key}.absent", "base.main_company"]) == {key: record}


def test_many2one_values_are_bare(odoo: OdooClient, key: str) -> None:
    fields = ["id", "name", "child_ids/id", "child_ids/name"]
    [parent] = odoo.load("res.partner", fields, [[key, key, f"{key}.1", f"{key} one"]])
    [child] = odoo.search_read("res.partner", [("parent_id", "=", parent)], ["name", "parent_id"])
    assert child["parent_id"] == parent
    assert odoo.read("res.partner", [parent], ["parent_id"]) == [{"id": parent, "parent_id": False}]


def test_what_is_gone_is_left_out(odoo: OdooClient, key: str) -> None:
    [record] = odoo.load("res.partner", ["id", "name"], [[key, key]])
    assert odoo.read("res.partner", [record, 99_999_999], ["name"]) == [{"id": record, "name": key}]
    assert odoo.read("res.partner", [], ["name"]) == []
    assert odoo.external_ids("res.partner", []) == {}


def test_pages_and_order(odoo: OdooClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = odoo.search_read("res.partner", [], ["name"])
    monkeypatch.setattr("odoo_rma.connector.odoo.connection.PAGE", 2)
    monkeypatch.setattr("odoo_rma.connector.odoo.connection.CHUNK", 3)
    assert odoo.search_read("res.partner", [], ["name"]) == whole
    ids = [row["id"] for row in whole]
    assert odoo.search_read("res.partner", [("id", "in", ids)], ["name"]) == whole
    names = [row["name"] for row in odoo.search_read("res.partner", [], ["name"], order="id desc", limit=3)]
    assert names == [row["name"] for row in whole[:-4:-1]]


def test_odoo_says_no_in_its_own_words(odoo: OdooClient) -> None:
    with pytest.raises(NotOffered):
        odoo.call("no.such.model", "search_count", domain=[])
    with pytest.raises(NotOffered):
        odoo.call("res.partner", "button_validate", [1])
    with pytest.raises(Refused, match="no_such_field") as caught:
        odoo.search_read("res.partner", [], ["no_such_field"], limit=1)
    assert "Traceback" not in str(caught.value)
    with pytest.raises(AccessRefused, match=r"res\.users"):
        odoo.call("res.users", "create", vals_list=[{"name": "x", "login": "x"}])


def test_capabilities_name_what_is_there(odoo: OdooClient) -> None:
    can = odoo.can
    assert {"sale_stock", "stock_account"} <= can.modules
    picking = odoo.search_read(
        "stock.picking", [("state", "=", "done")], ["name", can.picking_moves], limit=1
    )
    moves = odoo.read(
        "stock.move", picking[0][can.picking_moves], ["sale_line_id", can.move_quantity, can.move_group]
    )
    assert moves[0][can.move_quantity] > 0
    line = odoo.search_read(
        "stock.move.line", [("state", "=", "done")], [can.move_line_quantity, "lot_id"], limit=1
    )
    assert line[0][can.move_line_quantity] > 0
    odoo.search_read(can.lot_model, [], ["name", "product_id"], limit=1)
    sold = odoo.search_read("sale.order.line", [], [can.sale_line_uom, can.sale_line_taxes], limit=1)
    assert isinstance(sold[0][can.sale_line_uom], int)
    invoiced = odoo.search_read(
        "account.move.line",
        [("move_id.move_type", "=", "out_invoice"), *can.product_lines()],
        ["quantity"],
        limit=1,
    )
    assert invoiced[0]["quantity"] > 0
    products = odoo.search_read("product.product", [], [can.storable_field])
    assert {can.is_storable(product) for product in products} == {True, False}
    [company] = odoo.read("res.company", [odoo.server.company], can.lock_dates)
    assert can.locked_until(company) is None
    odoo.search_read("account.move", [("state", "=", "posted")], [can.reversals, "auto_post"], limit=1)
    assert odoo.search_read("sale.order", can.confirmed_orders(), ["name"], limit=1)
    assert odoo.writes == 0


def test_probing_writes_nothing_and_happens_once(odoo: OdooClient) -> None:
    first, calls = odoo.can, odoo.calls
    assert odoo.can is first
    assert odoo.calls == calls >= len(FIELDS)
    assert odoo.writes == 0


def test_check_finds_nothing_to_do_for_the_user_we_recommend(where: tuple[Env, str]) -> None:
    found = {each.name: each for each in check(log_in(*where))}
    assert found.keys() >= {
        "connection",
        "transport",
        "rights",
        "modules",
        "company",
        "journals",
        "operation types",
    }
    assert [each for each in found.values() if not each.ok and each.name != "messages"] == []


def test_check_names_each_missing_right(where: tuple[Env, str]) -> None:
    odoo = log_in(where[0], "odoorpc", login="noaccess", password="noaccess", key=None)
    missing = [each for each in check(odoo) if not each.ok]
    assert any("create stock.picking" in each.detail and "Inventory" in each.what_to_do for each in missing)
    assert any("create account.move" in each.detail and "Billing" in each.what_to_do for each in missing)
