"""The client over a transport that only writes down what it is asked."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import stamina

from odoo_rma.connector.errors import AccessRefused, Busy, Refused, RmaError, Unknown, Unreachable
from odoo_rma.connector.odoo import connection, loading, methods
from odoo_rma.connector.odoo.client import Server
from odoo_rma.connector.odoo.connection import Connection
from odoo_rma.connector.retry import with_retries

SERVER = Server("https://erp.example.com", "db", (19, 0), "json2", 2, "bot", 1)
Answer = Callable[[str, str, Any, dict[str, Any]], Any]


class Scripted:
    """A transport whose answers come from a function."""

    name = "scripted"

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.sent: list[tuple[str, str, Any, dict[str, Any]]] = []

    def login(self) -> int:
        return 2

    def send(self, model: str, method: str, ids: Sequence[int] | None, arguments: Any) -> Any:
        self.sent.append((model, method, ids, dict(arguments)))
        return self.answer(*self.sent[-1])

    def close(self) -> None:
        pass


def client(answer: Answer) -> tuple[Connection, Scripted]:
    transport = Scripted(answer)
    return Connection(transport, SERVER, context={"allowed_company_ids": [1]}), transport


def table(size: int) -> Answer:
    """A model with the ids 1 to `size`."""

    def answer(model: str, _method: str, _ids: Any, asked: dict[str, Any]) -> Any:
        if model == "res.users":
            return [{"id": 2, "login": "bot"}]
        wanted = set(range(1, size + 1))
        for _name, operator, value in asked["domain"]:
            wanted = {each for each in wanted if (each > value if operator == ">" else each in value)}
        return [{"id": each} for each in sorted(wanted)][: asked.get("limit") or None]

    return answer


def loaded(ids: Any, *messages: dict[str, Any]) -> Answer:
    return lambda *_: {"ids": ids, "messages": list(messages)}


def fails(error: RmaError) -> Answer:
    def answer(*_: Any) -> Any:
        raise error

    return answer


@pytest.mark.parametrize("size", [0, 1, 1999, 2000, 2001, 4000])
def test_big_results_come_in_pages_and_whole(size: int) -> None:
    odoo, _ = client(table(size))
    assert [row["id"] for row in odoo.search_read("sale.order", [], ["id"])] == list(range(1, size + 1))


def test_long_lists_are_cut_and_nothing_comes_twice() -> None:
    odoo, transport = client(table(9000))
    wanted = [*range(9000, 0, -2), 2, 4]
    rows = odoo.search_read("sale.order", [("id", "in", wanted)], ["id"])
    assert [row["id"] for row in rows] == list(range(2, 9001, 2))
    assert all(
        len(terms[0][2]) <= connection.CHUNK for *_, asked in transport.sent[1:] if (terms := asked["domain"])
    )


def test_an_alternative_is_never_cut() -> None:
    odoo, transport = client(lambda *_: [])
    odoo.search_read("sale.order", ["|", ("id", "in", list(range(5000))), ("name", "=", "x")], ["id"])
    assert len(transport.sent[-1][3]["domain"][1][2]) == 5000


def test_without_bare_reads_a_search_and_a_read_do_the_same() -> None:
    def fourteen(_model: str, method: str, ids: Any, asked: dict[str, Any]) -> Any:
        if method == "search_read":
            raise Refused("TypeError: search_read() got an unexpected keyword argument 'load'")
        return [3, 1, 2] if method == "search" else [{"id": each, "partner_id": 7} for each in sorted(ids)]

    odoo, _ = client(fourteen)
    rows = odoo.search_read("sale.order", [], ["partner_id"], order="name", limit=3)
    assert [row["id"] for row in rows] == [3, 1, 2]


@pytest.mark.parametrize(("look", "which"), [("read", [7]), ("search_read", [("id", "=", 7)])])
def test_what_may_not_be_read_is_named_in_words_that_hold_for_every_version(look: str, which: Any) -> None:
    def closed(model: str, *_: Any) -> Any:
        if model == "res.users":
            return []
        raise AccessRefused("You are not allowed to access 'Transfer'. Allowed are: Inventory/User.")

    odoo, _ = client(closed)
    with pytest.raises(AccessRefused, match=r"may not read stock\.picking.*Inventory/User"):
        getattr(odoo, look)("stock.picking", which, ["name"])


def test_every_call_works_in_one_company_and_is_counted() -> None:
    odoo, transport = client(lambda *_: True)
    odoo.call("stock.picking", "button_validate", [1], context={"skip_backorder": True})
    odoo.call("stock.picking", "search_count", domain=[])
    assert transport.sent[0][3]["context"] == {"allowed_company_ids": [1], "skip_backorder": True}
    assert (odoo.calls, odoo.writes) == (2, 1)


@pytest.mark.parametrize(
    ("model", "method", "ids"),
    [
        ("res.partner", "_write", [1]),
        ("res.partner", "anything_else", [1]),
        ("res.partner", "unlink; drop", [1]),
        ("res/partner", "read", [1]),
        ("../jsonrpc", "read", [1]),
        ("account.move", "action_post", None),
    ],
)
def test_a_call_that_cannot_be_meant_is_not_sent(model: str, method: str, ids: Any) -> None:
    odoo, transport = client(lambda *_: True)
    with pytest.raises(ValueError, match=r"."):
        odoo.call(model, method, ids)
    assert transport.sent == []


def test_load_is_create_only_whatever_the_context_says() -> None:
    odoo, transport = client(loaded([5]))
    assert odoo.load("res.partner", ["id", "name"], [["__rma__.a", "A"]], {"mode": "init", "tz": "UTC"}) == [
        5
    ]
    context = transport.sent[0][3]["context"]
    assert context == {"mode": "update", "noupdate": True, "tz": "UTC", "allowed_company_ids": [1]}


def test_rows_without_id_belong_to_the_row_above() -> None:
    rows = [["__rma__.a", "A", "__rma__.a.1"], ["", "", "__rma__.a.2"], ["__rma__.b", "B", ""]]
    odoo, _ = client(loaded([5, 6]))
    assert odoo.load("res.partner", ["id", "name", "child_ids/id"], rows) == [5, 6]


@pytest.mark.parametrize("answer", [[5], [5, 6, 7], False, None, "yes"])
def test_a_load_that_counts_otherwise_is_never_success(answer: Any) -> None:
    with pytest.raises(Unknown):
        loading.loaded_ids({"ids": answer, "messages": []}, 2)
    with pytest.raises(Unknown):
        loading.loaded_ids(answer, 2)


def test_a_refused_load_says_why_and_which_row() -> None:
    messages = [
        {"type": "warning", "message": "by the way", "rows": {"from": 0, "to": 0}},
        {"type": "error", "message": "No such country", "rows": {"from": 4, "to": 5}, "record": 2},
        {"type": "error", "message": "No such state", "rows": {"from": 3, "to": 3}},
    ]
    with pytest.raises(Refused, match="No such country; No such state") as caught:
        loading.loaded_ids({"ids": False, "messages": messages}, 2)
    assert (type(caught.value), caught.value.row) == (Refused, 3)


@pytest.mark.parametrize(
    "words",
    [
        "could not serialize access due to concurrent update\n",
        "deadlock detected\nDETAIL: …",
        'duplicate key value violates unique constraint "ir_model_data_module_name_uniq_index"',
    ],
)
def test_a_load_that_was_outrun_is_busy(words: str) -> None:
    with pytest.raises(Busy):
        loading.loaded_ids({"ids": False, "messages": [{"type": "error", "message": words}]}, 1)


def test_a_load_without_external_ids_is_a_mistake() -> None:
    odoo, transport = client(loaded([1]))
    for fields, rows in ((["name"], [["A"]]), (["id", "name"], [["", "A"]])):
        with pytest.raises(ValueError, match=r"id"):
            odoo.load("res.partner", fields, rows)
    assert odoo.load("res.partner", ["id", "name"], []) == []
    assert transport.sent == []


def test_ours_is_found_among_several_where_names_may_be_read() -> None:
    def answer(model: str, method: str, _ids: Any, _asked: dict[str, Any]) -> Any:
        if method == "get_external_id":
            return {"1": "__rma__.a", "2": "__import__.b", "3": ""}
        return [{"id": 9, "name": "late.b", "res_id": 2}] if model == "ir.model.data" else []

    odoo, _ = client(answer)
    assert odoo.external_ids("res.partner", [1, 2, 3]) == {1: "__rma__.a", 2: "__rma__.late.b"}


def test_names_are_found_one_by_one_without_the_right_to_search_them() -> None:
    def answer(model: str, method: str, _ids: Any, asked: dict[str, Any]) -> Any:
        if method == "search_read" and model == "ir.model.data":
            raise AccessRefused("no")
        if method == "check_object_reference":
            found = {"a": ["res.partner", 7], "hidden": ["res.partner", False]}
            if asked["xml_id"] not in found:
                raise Refused("ValueError: External ID not found in the system")
            return found[asked["xml_id"]]
        return []

    odoo, transport = client(answer)
    names = ["__rma__.a", "__rma__.hidden", "__rma__.gone", "base.main_company"]
    assert odoo.find(names) == {"__rma__.a": 7}
    odoo.find(names)
    assert [method for _, method, *_ in transport.sent].count(
        "search_read"
    ) == 2  # one is the look at ourselves


@pytest.mark.parametrize(
    ("method", "arguments", "repeatable"),
    [
        ("search_read", {}, True),
        ("load", {}, True),
        ("write", {"vals": {"quantity": 2, "picked": True, "note": None}}, True),
        ("write", {"vals": {"line_ids": [(0, 0, {})]}}, False),
        ("create", {"vals_list": [{}]}, False),
        ("action_post", {}, False),
        ("message_post", {"body": "x"}, False),
    ],
)
def test_what_may_be_repeated(method: str, arguments: dict[str, Any], repeatable: bool) -> None:
    assert methods.is_repeatable(method, arguments) is repeatable


@pytest.mark.parametrize(
    ("error", "repeatable", "tries"),
    [
        (Unreachable(), False, 4),
        (Busy(), False, 4),
        (Unknown(), True, 4),
        (Unknown(), False, 1),
        (Refused(), True, 1),
    ],
)
def test_the_last_error_is_raised_after_a_few_tries(error: RmaError, repeatable: bool, tries: int) -> None:
    seen = []

    def work() -> None:
        seen.append(1)
        raise error

    with stamina.set_testing(True, attempts=4), pytest.raises(type(error)) as caught:
        with_retries(work, repeatable=repeatable)
    assert (caught.value, len(seen)) == (error, tries)


def test_the_server_may_say_how_long_to_wait(caplog: pytest.LogCaptureFixture) -> None:
    busy = Unreachable("too many requests")
    busy.retry_after = 0.01
    outcomes: list[RmaError | None] = [busy, None]

    def work() -> str:
        if (error := outcomes.pop(0)) is not None:
            raise error
        return "done"

    assert with_retries(work, repeatable=False) == "done"
    assert "Trying again in 0.0 s: too many requests" in caplog.text
