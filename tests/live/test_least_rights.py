"""The user with the documented rights may do what is documented, and is refused everything else.

That these rights are enough is shown by the whole sample, which is carried out with them (test_sample.py). Here: its
groups are those of docs/odoo-access.md; of every model that Odoo has, it may read, write, create and delete what was
looked at and written down in tests/live/permitted, and no other; and without any one of its groups, `check` says so.
`ODOO_RMA_TAKE_RIGHTS=1` writes it down anew.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from live.rights import User, pinned, write_down
from live.test_client_contract import log_in

from odoo_rma.connector.odoo.check import check

PAGE = Path(__file__).parents[2] / "docs" / "odoo-access.md"
ONE_ROW = re.compile(r"^\| (?P<name>[^|]+) \| `(?P<id>\w+\.\w+)` \|", re.MULTILINE)
EVERYBODY = "base.group_user"
OWN_GROUP = {19: "Gift cards for returns", 14: "Cost of returned goods"}
"""With one right, for what of Odoo's own groups only an administrator's permits."""
ON_SCREEN = {
    "mail.group_mail_notification_type_inbox"
}  # where Odoo shows a user its messages; permits nothing


@pytest.fixture(
    scope="module",
    params=[pytest.param("odoo19", marks=pytest.mark.live), pytest.param("odoo14", marks=pytest.mark.live14)],
)
def user(request: pytest.FixtureRequest) -> User:
    return User(request.getfixturevalue(request.param))


def documented() -> dict[str, str]:
    """Read which groups the page asks for: external id to what Odoo's screens call it."""
    return {m["id"]: m["name"] for m in ONE_ROW.finditer(PAGE.read_text("utf-8"))}


def test_its_groups_are_those_of_the_page_and_no_others(user: User) -> None:
    own = OWN_GROUP[user.version]
    assert len(documented()) == 3
    assert user.groups() - ON_SCREEN == user.implied({EVERYBODY, *documented()}) | {own}


def test_it_may_do_what_was_looked_at_and_nothing_else(user: User) -> None:
    rights = user.rights()
    assert len(rights) > 200
    if os.environ.get("ODOO_RMA_TAKE_RIGHTS"):
        write_down(rights, user.version)
    assert rights == pinned(user.version)


def test_one_group_more_would_be_noticed(user: User) -> None:
    more = "base.group_partner_manager"
    with user.with_group(*user.ids({more})):
        assert more in user.groups() - user.implied({EVERYBODY, *documented()})
        assert user.rights().items() - pinned(user.version).items()


def test_without_any_one_of_its_groups_check_names_what_is_missing(user: User) -> None:
    # On Odoo 14 it is the same code and the same names, and every look takes long.
    groups = {**(documented() if user.new else {}), OWN_GROUP[user.version]: "odoo-access.md"}
    for group, name in groups.items():
        with user.without_group(*user.ids({group})):
            looked = check(log_in(user.env, "odoorpc"), gift_cards=user.new)
            missing = [one for one in looked if "may not" in one.detail and not one.ok]
            assert any(name in one.what_to_do for one in missing), group


SETTINGS = [
    ("res.users", "create", {"name": "Somebody", "login": "somebody"}),
    ("res.users", "write", {"name": "Somebody else"}),
    ("res.groups", "write", {"name": "Everything"}),
    ("res.groups", "create", {"name": "Everything"}),
    ("ir.model.access", "write", {"perm_unlink": True}),
    ("ir.rule", "write", {"active": False}),
    ("ir.actions.server", "create", {"name": "x", "model_id": 1, "state": "code", "code": "pass"}),
    ("ir.cron", "write", {"active": False}),
    ("ir.module.module", "write", {"state": "to install"}),
    ("ir.config_parameter", "read", ["key", "value"]),
    ("ir.config_parameter", "write", {"value": "x"}),
    ("ir.mail_server", "create", {"name": "x", "smtp_host": "mail.example"}),
    ("ir.ui.view", "write", {"arch": "<data/>"}),
    ("ir.model", "create", {"name": "x", "model": "x_x"}),
    ("ir.model.fields", "write", {"field_description": "x"}),
    ("res.config.settings", "create", {}),
    ("res.company", "write", {"name": "Another"}),
    ("res.company", "create", {"name": "Another"}),
    ("res.currency", "write", {"active": False}),
    ("res.currency.rate", "create", {"currency_id": 1, "rate": 2.0}),
]
BOOKS = [
    ("account.journal", "write", {"name": "x"}),
    ("account.journal", "create", {"name": "x", "code": "X", "type": "sale"}),
    ("account.account", "write", {"name": "x"}),
    ("account.account", "unlink", None),
    ("account.tax", "write", {"amount": 0.0}),
    ("account.tax", "create", {"name": "x", "amount": 0.0}),
    ("account.fiscal.position", "create", {"name": "x"}),
    ("account.payment.term", "create", {"name": "x"}),
]
ARTICLES = [
    ("product.template", "create", {"name": "x"}),
    ("product.template", "write", {"list_price": 1.0}),
    ("product.product", "write", {"standard_price": 1.0}),
    ("product.product", "unlink", None),
    ("product.category", "write", {"name": "x"}),
    ("product.pricelist", "write", {"name": "x"}),
    ("product.pricelist.item", "create", {"fixed_price": 1.0}),
    ("uom.uom", "write", {"name": "x"}),
]
HOUSE = [
    ("stock.warehouse", "write", {"name": "x"}),
    ("stock.location", "write", {"name": "x"}),
    ("stock.picking.type", "write", {"name": "x"}),
    ("stock.rule", "write", {"name": "x"}),
    ("stock.warehouse", "unlink", None),
]
DELETING = [("sale.order", "unlink", None), ("res.partner", "unlink", None), ("account.tax", "unlink", None)]
TRIED = {"settings": SETTINGS, "books": BOOKS, "articles": ARTICLES, "house": HOUSE, "deleting": DELETING}


@pytest.mark.parametrize("what", TRIED)
def test_it_is_refused_what_others_have_to_decide(user: User, what: str) -> None:
    let = [(model, method) for model, method, more in TRIED[what] if not refused(user, model, method, more)]
    assert not let


def refused(user: User, model: str, method: str, more: Any) -> bool:
    """Try to do something that would be done if it were let: on a record that is there, with values that are right."""
    if method == "create":
        return user.refused(model, method, None, vals_list=[more])
    ids = user.admin.call(model, "search", [], limit=1, context={"active_test": False})
    assert ids, model
    named = {"write": {"vals": more}, "read": {"fields": more}, "unlink": {}}
    return user.refused(model, method, ids, **named[method])


def test_it_cannot_give_itself_more(user: User) -> None:
    (everything,) = user.ids({"base.group_system"})
    assert user.refused("res.users", "write", [user.id], vals={user.groups_field: [(4, everything)]})
