"""The Admin API of the Medusa in memory: lists with filters, and the calls that change something."""

import json
import re
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from webshop.shop import No, Row, WebShop

KEY = "sk_canary_of_the_tests"
_SINGLE = {"orders": "order", "returns": "return", "claims": "claim", "exchanges": "exchange"}


class Door:
    """Answers for a shop at `url`. `asked` are the calls so far; `before` and `instead` let a test interfere."""

    def __init__(self, shop: WebShop, server: HTTPServer) -> None:
        self.shop, self.url = shop, server.url_for("").rstrip("/")
        self.asked: list[str] = []
        self.before: Callable[[str], None] = lambda _: None
        """Called with every call before it is answered, such as `GET returns`."""
        self.lost: str = ""
        """The next call that this pattern fits is carried out, but its answer does not come."""
        self.misreported: str = ""
        """The next call that this pattern fits is carried out, and answered as refused."""
        self.cut = False
        """Whether nobody answers."""
        self.disorder = False
        """Whether lists come in another order, with a row twice."""
        self.key = KEY
        self.refuses: dict[str, tuple[int, str]] = {}
        """Calls, by pattern, that are answered with a status and a message."""
        self._one_at_a_time = threading.RLock()
        server.expect_request(re.compile("/.*")).respond_with_handler(self._answer)

    def writes(self) -> list[str]:
        """Give the calls that were to change something."""
        return [a for a in self.asked if not a.startswith("GET")]

    def _answer(self, request: Request) -> Response:
        if self.cut:
            return _reply(502, "<html>Bad gateway</html>")
        if request.authorization is None or request.authorization.username != self.key:
            return _reply(401, {"message": "Unauthorized"})
        path = request.path.removeprefix("/admin/")
        call = f"{request.method} {path}"
        self.asked.append(call)
        self.before(call)
        for pattern, (status, message) in self.refuses.items():
            if re.search(pattern, call):
                return _reply(status, {"type": "invalid_data", "message": message})
        query = parse_qsl(request.query_string.decode())
        body = json.loads(request.get_data() or b"{}", parse_float=Decimal)
        with self._one_at_a_time:
            try:
                content = self._done(request.method, path.split("/"), query, body)
            except No as no:
                return _reply(no.status, {"type": no.kind, "message": no.message})
        return self._told(call) or _reply(200, content)

    def _told(self, call: str) -> Response | None:
        """Give an answer other than what was done."""
        if self.lost and re.search(self.lost, call):
            self.lost = ""
            return _reply(502, "<html>Bad gateway</html>")
        if self.misreported and re.search(self.misreported, call):
            self.misreported = ""
            return _reply(400, {"type": "invalid_data", "message": "It did not work, it says."})
        return None

    def _done(self, method: str, path: list[str], query: list[tuple[str, str]], body: Row) -> Row:
        if method == "GET":
            return self._read(path, query)
        match (method, path):
            case "POST", ["returns", return_id, "receive"]:
                self.shop.begin_receive(return_id, body.get("internal_note", ""))
            case "DELETE", ["returns", return_id, "receive"]:
                self.shop.drop_receive(return_id)
            case "POST", ["returns", return_id, ("receive-items" | "dismiss-items") as how]:
                units = {i["id"]: Decimal(i["quantity"]) for i in body["items"]}
                self.shop.take(return_id, units, how == "dismiss-items")
            case "POST", ["returns", return_id, "receive", "confirm"]:
                self.shop.confirm_receive(return_id)
            case "POST", ["returns", return_id, "cancel"]:
                self.shop.cancel(return_id)
            case "POST", ["payments", payment_id, "refund"]:
                reason = body.get("refund_reason_id", "")
                self.shop.refund(payment_id, Decimal(str(body["amount"])), body.get("note", ""), reason)
            case "POST", ["orders", order_id]:
                self.shop.set_metadata(order_id, body["metadata"])
            case _:
                raise No(404, f"Cannot {method} {'/'.join(path)}", "not_found")
        return {"id": path[1]}

    def _read(self, path: list[str], query: list[tuple[str, str]]) -> Row:
        match path:
            case ["orders", order_id, "changes"]:
                return {"order_changes": [c for c in self.shop.changes if c["order_id"] == order_id]}
            case ["refund-reasons"]:
                return {"refund_reasons": [{"id": "refr_1", "code": "return", "label": "Return"}]}
            case [name, row_id]:
                found = self._table(name).get(row_id)
                if found is None:
                    raise No(404, f"{name} id not found: {row_id}", "not_found")
                return {_SINGLE[name]: found}
            case [name]:
                return self._list(name, query)
        raise No(404, "Not found", "not_found")

    def _table(self, name: str) -> dict[str, Row]:
        return dict(getattr(self.shop, name))

    def _list(self, name: str, query: list[tuple[str, str]]) -> Row:
        rows = list(self._table(name).values())
        asked = dict(query)
        for field in ("id", "order_id"):
            wanted = {v for k, v in query if k == f"{field}[]"}
            rows = [r for r in rows if not wanted or r[field] in wanted]
        if first := asked.get("updated_at[$gte]"):
            rows = [r for r in rows if r["updated_at"] >= first]
        by = asked.get("order", "id")
        rows.sort(key=lambda r: r[by.lstrip("-")], reverse=by.startswith("-"))
        offset, limit = int(asked.get("offset", 0)), int(asked.get("limit", 15))
        page = rows[offset : offset + limit]
        if "order.payment_collections" in asked.get("fields", ""):
            if "order" in asked:
                raise No(500, "An unknown error occurred.", "unknown_error")
            page = [{**r, "order": self.shop.orders[r["order_id"]]} for r in page]
        if self.disorder:
            page = [*reversed(page), *page[:1]]
        return {name: page, "count": len(rows), "offset": offset, "limit": limit}


def _reply(status: int, content: Any) -> Response:
    text = content if isinstance(content, str) else json.dumps(content, default=float)
    kind = "text/html" if isinstance(content, str) else "application/json"
    return Response(text, status=status, content_type=kind)
