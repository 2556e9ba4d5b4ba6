"""Which records a domain picks."""

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from memory.database import Database, held
from memory.schema import ABSENT, MODELS, NO_MODELS, field_of
from odoo_rma.connector.errors import NotOffered, Refused

Test = Callable[[int], bool]

COMPARED = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}


def search(
    db: Database, model: str, domain: Sequence[Any], *, order: str = "id", everyone: bool = False
) -> list[int]:
    """Give the records that match, archived ones only where the domain speaks of them or `everyone` is wanted."""
    known(model)
    terms = list(domain)
    if "active" in MODELS[model] and not everyone and not _speaks_of_active(terms):
        terms = ["&", ("active", "=", True), *_joined(terms)] if terms else [("active", "=", True)]
    terms = _joined(terms)
    test = _test(db, model, terms)
    return _sorted(db, model, [record for record in _candidates(db, model, terms) if test(record)], order)


def known(model: str) -> None:
    """Make sure that the double has a model.

    Raises:
        NotOffered: Odoo does not have it either.
        NotImplementedError: Odoo may have it.

    """
    if model in NO_MODELS:
        raise NotOffered(f"the model '{model}' does not exist")
    if model not in MODELS:
        raise NotImplementedError(f"the double has no model {model}")


def known_field(model: str, name: str) -> None:
    """Make sure that a field is known.

    Raises:
        Refused: Odoo does not have it either.
        NotImplementedError: Odoo may have it.

    """
    if name in ABSENT.get(model, ()):
        raise Refused(f"ValueError: Invalid field '{name}' on '{model}'")
    field_of(model, name)


def _speaks_of_active(terms: Sequence[Any]) -> bool:
    return any(not isinstance(t, str) and t[0] == "active" for t in terms)


def _joined(terms: list[Any]) -> list[Any]:
    """Write the "and" between terms that stand side by side."""
    missing = 1
    for term in terms:
        missing += {"&": 1, "|": 1, "!": 0}[term] if isinstance(term, str) else -1
    return ["&"] * -missing + terms if terms else terms


def _test(db: Database, model: str, terms: list[Any]) -> Test:
    if not terms:
        return lambda _record: True
    rest = iter(terms)

    def take() -> Test:
        term = next(rest)
        if term == "&":
            one, other = take(), take()
            return lambda record: one(record) and other(record)
        if term == "|":
            first, second = take(), take()
            return lambda record: first(record) or second(record)
        if term == "!":
            inner = take()
            return lambda record: not inner(record)
        return _term(db, model, *term)

    return take()


def _candidates(db: Database, model: str, terms: Sequence[Any]) -> Iterable[int]:
    """Give, by id, the records that may match: those that the indexes name for the terms, or all there are."""
    few = _few(db, model, iter(terms)) if terms else None
    return db.tables[model] if few is None else sorted(set(few))


def _few(db: Database, model: str, terms: Iterator[Any]) -> Sequence[int] | None:
    term = next(terms)
    if term == "!":
        _few(db, model, terms)
        return None
    if term in ("&", "|"):
        one, other = _few(db, model, terms), _few(db, model, terms)
        if one is None or other is None:
            return None if term == "|" else other if one is None else one
        return [*one, *other] if term == "|" else min(one, other, key=len)
    path, how, wanted = term
    among = [wanted] if how == "=" else list(wanted) if how == "in" else [False]
    return None if any(v is False for v in among) else _having(db, model, path, among)


def _having(db: Database, model: str, path: str, among: Sequence[Any]) -> Sequence[int] | None:
    """Give the records of which the end of this path is among these values, where indexes know it."""
    name, _, rest = path.partition(".")
    field = MODELS[model].get(name)
    if field is None:
        return None
    if rest and field.target not in MODELS:
        return None
    if rest:
        linked = _having(db, field.target, rest, among)
        if linked is None:
            return None
        among = linked
    if field.stored:
        return [record for value in among for record in db.having(model, name, value)]
    if field.mirrors:
        links = (db.row(field.target, record)[field.mirrors] for record in db.ids(field.target, among))
        return [owner for link in links for owner in held(link) if owner]
    return _having(db, model, field.path, among) if field.path else None


def _term(db: Database, model: str, path: str, how: str, wanted: Any) -> Test:
    known_field(model, path.partition(".")[0])
    if how in ("=", "in"):
        among = set(wanted) if how == "in" else {wanted}
        return lambda record: any(_alike(v, among) for v in _values(db, model, record, path))
    if how in ("!=", "not in"):
        without = set(wanted) if how == "not in" else {wanted}
        if "." in path:  # there is one that is not
            return lambda record: any(not _alike(v, without) for v in db.follow(model, record, path))
        return lambda record: not any(_alike(v, without) for v in _values(db, model, record, path))
    if how in COMPARED:
        compare = COMPARED[how]
        return lambda record: any(
            v is not False and compare(v, wanted) for v in _values(db, model, record, path)
        )
    raise NotImplementedError(f"the double does not know the operator {how!r}")


def _values(db: Database, model: str, record: int, path: str) -> list[Any]:
    if "." not in path and path in MODELS[model] and MODELS[model][path].stored:
        value = db.tables[model][record][path]
        return list(value) or [False] if isinstance(value, tuple) else [value]
    return db.follow(model, record, path) or [False]


def _alike(value: Any, wanted: set[Any]) -> bool:
    # In Python False is 0; in Odoo it is "nothing", and a number that is 0 is something.
    return value in wanted and (value is not False or any(w is False for w in wanted))


def _sorted(db: Database, model: str, ids: list[int], order: str) -> list[int]:
    for part in reversed([p.strip() for p in order.split(",")]):
        name, _, way = part.partition(" ")
        known_field(model, name)
        ids = sorted(ids, key=lambda r: db.tables[model][r][name], reverse=way.strip() == "desc")
    return ids
