"""The Odoo in memory finds by its indexes what it would find by looking at every record."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from memory import domains
from memory.company import fresh_odoo
from memory.database import Database, held
from memory.domains import search
from memory.schema import MODELS

from odoo_rma.connector.errors import RmaError

DB = fresh_odoo().db
ODD = [False, True, 0, 1, "", 10**9]


def paths(model: str, depth: int = 2) -> Iterator[str]:
    """Every field of a model, and every field of what it links to."""
    for name, field in MODELS[model].items():
        yield name
        if depth > 1 and field.target in MODELS:
            yield from (f"{name}.{rest}" for rest in paths(field.target, depth - 1))


def values(db: Database, model: str, path: str) -> list[Any]:
    """What some of the records have there."""
    some = list(db.tables[model])[:40]
    return [v for record in some for one in db.follow(model, record, path) for v in held(one)]


def by_looking_at_all(model: str, domain: list[Any]) -> list[int]:
    with patch.object(domains, "_few", lambda *_: None):
        return search(DB, model, domain, everyone=True)


FULL = [model for model in MODELS if DB.tables[model]]


@st.composite
def asked(draw: st.DrawFn) -> tuple[str, list[Any]]:
    """A model, and what is asked of it: one term, or several joined in some way."""
    model = draw(st.sampled_from(FULL))

    def term() -> tuple[str, str, Any]:
        path = draw(st.sampled_from(list(paths(model))))
        there = [*values(DB, model, path), *ODD]
        if draw(st.booleans()):
            return path, draw(st.sampled_from(["=", "!="])), draw(st.sampled_from(there))
        some = st.lists(st.sampled_from(there), max_size=3)
        return path, draw(st.sampled_from(["in", "not in"])), draw(some)

    join = draw(st.sampled_from([[], ["&"], ["|"], ["!"], ["|", "!"], ["&", "!", "|"]]))
    return model, [*join, *(term() for _ in range(1 + sum(x != "!" for x in join)))]


@given(asked())
def test_indexes_change_no_answer(question: tuple[str, list[Any]]) -> None:
    model, domain = question
    try:
        wanted = by_looking_at_all(model, domain)
    except (NotImplementedError, KeyError, RmaError):  # what it does not know it does not make up
        return
    assert search(DB, model, domain, everyone=True) == wanted


def test_every_field_finds_by_each_of_its_values() -> None:
    asked_for = 0
    for model in FULL:
        for path in paths(model):
            try:
                there = {v for v in values(DB, model, path) if v is not False}
                for value in sorted(there, key=repr)[:3]:
                    domain = [(path, "in", [value])]
                    assert search(DB, model, domain, everyone=True) == by_looking_at_all(model, domain)
                    asked_for += 1
            except NotImplementedError:
                continue
    assert asked_for > 500
