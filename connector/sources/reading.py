"""From plain data to a canonical RMA, or to the reasons why not. Shared by the sources and by `quarantine retry`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from odoo_rma.connector.sources.base import Incoming
from odoo_rma.connector.sources.words import issues_of, show
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import Decimal

__all__ = ["IN_ERP", "MAX_ITEM", "SEND_AGAIN", "UNCLEAR", "Broken", "Piece", "read_document"]

MAX_ITEM = 4_000_000
"""Bytes that one RMA may take; more is no RMA."""

IN_ERP = "in_erp"
"""The part of an RMA that only `odoo-rma` writes, into the outbox of a file source."""

SEND_AGAIN = "Correct it at the source and put the file into the inbox again."
"""The way out of most broken files."""

UNCLEAR = "unclear"
"""The part of a document in which a source keeps the issues that only it can see: as `Issue.as_dict` gives them."""

_ISSUES = TypeAdapter(list[Issue])

# SUBSTITUTE, the control character meant for this: it can be stored, and the model refuses it like any other.
_HALF_CHARACTER = dict.fromkeys(range(0xD800, 0xE000), "\x1a")


@dataclass(frozen=True, slots=True)
class Piece:
    """One item of a file, before anybody asks whether it is an RMA. `issues` say what is wrong with its form.

    When the form is so broken that there is no data, the document is `{"unreadable": <how it begins>}`.
    """

    number: int
    line: int
    document: dict[str, Any]
    issues: tuple[Issue, ...] = ()


_NO_DATA = Issue(
    "not_an_rma", "This could not be read as data, so there is nothing to read again.", SEND_AGAIN
)


class Broken(Exception):
    """The file cannot be read beyond this point."""

    def __init__(self, code: str, message: str, way_out: str, where: str = "") -> None:
        self.issue = Issue(code, message, way_out, where)
        super().__init__(message)


def read_document(
    document: Mapping[str, Any], *, source: str, origin: str, issues: tuple[Issue, ...] = ()
) -> Incoming:
    """Validate one document of a source.

    Args:
        document: what the source sent, as plain data; decimals as text or `Decimal`, never `float`.
        source: name of the configured source; a document that names another one is refused.
        origin: where it was found, for people.
        issues: what is already known to be wrong with it.

    """
    if set(document) == {"unreadable"}:
        # Its form was broken already: what the model misses in it would only hide the reason.
        return Incoming(origin=origin, document=_plain(document), issues=issues or (_NO_DATA,))
    given = _present(document)
    given.pop(IN_ERP, None)  # what we wrote ourselves, come back
    found = [*issues, *_unclear(given)]
    named = given.pop("source", source)
    if named != source:
        found.append(_other_source(named, source))
    rma = None
    try:
        rma = Rma.model_validate({**given, "source": source})
    except ValidationError as error:
        found += issues_of(error)
    plain = _plain(document)
    return Incoming(
        origin=origin,
        document=plain,
        id=rma.id if rma else _readable_id(plain),
        rma=None if found else rma,
        issues=tuple(found),
    )


def _unclear(given: dict[str, Any]) -> list[Issue]:
    """Take out what the source itself could not tell, so that reading it again does not forget it."""
    try:
        issues = _ISSUES.validate_python(given.get(UNCLEAR))
    except ValidationError:
        return []  # then it is a field like any other: not known, if it is there at all
    del given[UNCLEAR]
    return issues


def _other_source(named: object, source: str) -> Issue:
    return Issue(
        "other_source",
        f"The document says that it comes from the source {show(named)}, but it came in through {show(source)}.",
        "Move it to the folder of its own source, or leave `source` out.",
        "source",
    )


def _present(document: Mapping[str, Any]) -> dict[str, Any]:
    # null says the same as leaving the field out.
    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: clean(inner) for name, inner in value.items() if inner is not None}
        return [clean(inner) for inner in value] if isinstance(value, list) else value

    return {name: clean(value) for name, value in document.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_plain(str(name)): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.translate(_HALF_CHARACTER) if isinstance(value, str) else value


def _readable_id(document: dict[str, Any]) -> str | None:
    value = document.get("id")
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    text = str(value).strip()
    return text if 0 < len(text) <= 200 and text.isprintable() else None
