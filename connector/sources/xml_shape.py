"""Gives an RMA read from XML the shape of the canonical model.

XML knows neither lists nor types: one line looks like a record, two like a list, and a value may be an attribute or an
element. The model says which fields are lists, so one line and many read alike: `<lines><line/></lines>`, `<line/>`
repeated, or `<lines/>` repeated.
"""

from typing import Any

from pydantic import BaseModel

from odoo_rma.connector.sources.fields import Shape, shapes
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma

__all__ = ["to_shape"]

# Declarations of XML itself, not of the document.
_FRAME = ("@xmlns", "@xsi:", "@xml:")
_ANY_ITEM = "item"
_SINGULARS = {"replaces": "line"}


def to_shape(element: Any) -> tuple[dict[str, Any], tuple[Issue, ...]]:
    """Turn one `<rma>` as xmltodict gives it (with every element as a list) into plain data of the model's shape.

    Returns:
        The data, and what could not be told apart (a field given twice).

    """
    issues: list[Issue] = []
    data = _record(element, Rma, "", issues)
    return (data if isinstance(data, dict) else {"#text": data}), tuple(issues)


def _record(element: Any, record: type[BaseModel] | None, path: str, issues: list[Issue]) -> Any:
    # A missing record type stands for an unknown part: it is kept, so that the model can refuse it by name.
    if not isinstance(element, dict):
        return {} if element is None else element
    known = shapes(record) if record else {}
    result: dict[str, Any] = {}
    for field, values in _named(element).items():
        name, shape = _field(field, known)
        place = f"{path}.{name}" if path else name
        if shape.many:
            result.setdefault(name, []).extend(_items(name, values, shape, place, issues))
        elif (value := _single(values, shape, place, issues)) is not None:
            result[name] = value
    return result


def _named(element: dict[str, Any]) -> dict[str, list[Any]]:
    """Join attributes and elements of the same name; prefixes are dropped."""
    named: dict[str, list[Any]] = {}
    for key, value in element.items():
        if key.startswith(_FRAME):
            continue
        name = key.lstrip("@").rpartition(":")[2]
        named.setdefault(name, []).extend(value if isinstance(value, list) else [value])
    return named


def _field(name: str, known: dict[str, Shape]) -> tuple[str, Shape]:
    if name in known:
        return name, known[name]
    for plural, shape in known.items():
        if shape.many and name == _singular(plural):
            return plural, shape
    return name, Shape(False, None)


def _singular(plural: str) -> str:
    return _SINGULARS.get(plural, plural.removesuffix("s"))


def _items(name: str, values: list[Any], shape: Shape, path: str, issues: list[Issue]) -> list[Any]:
    items: list[Any] = []
    for value in values:
        items += _unwrapped(name, value)
    given = [item for item in items if item is not None]
    if not shape.record:
        return [_text(item) for item in given]
    return [_record(item, shape.record, f"{path}.{place}", issues) for place, item in enumerate(given, 1)]


def _unwrapped(name: str, value: Any) -> list[Any]:
    # `<lines>` that holds nothing but `<line>` elements is a wrapper, and so is an empty one.
    if not isinstance(value, dict):
        return [_text(value)]
    inner = _named(value)
    if not inner:
        return []
    if set(inner) <= {_singular(name), _ANY_ITEM} and all(isinstance(inner[key], list) for key in inner):
        return [item for items in inner.values() for item in items]
    return [value]


def _single(values: list[Any], shape: Shape, path: str, issues: list[Issue]) -> Any:
    given = [value for value in map(_text, values) if value is not None]
    if len(given) > 1:
        issues.append(
            Issue(
                "given_twice",
                f"{path.rpartition('.')[2]} is given {len(given)} times.",
                "Give it once.",
                path,
            )
        )
    if not given:
        return None
    return _record(given[0], shape.record, path, issues) if isinstance(given[0], dict) else given[0]


def _text(value: Any) -> Any:
    """Unpack a plain value: trimmed text, or nothing for an empty element."""
    if isinstance(value, dict):
        inner = {key: part for key, part in value.items() if not key.startswith(_FRAME)}
        if not inner:
            return None
        return _text(inner["#text"][0]) if set(inner) == {"#text"} else value
    return (value.strip() or None) if isinstance(value, str) else value
