"""What the canonical model looks like from outside: its fields, by name and by path."""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from odoo_rma.mappings.model import Rma

__all__ = ["Shape", "nearest", "record_at", "shapes"]


@dataclass(frozen=True, slots=True)
class Shape:
    """Whether a field holds many values, and which record each of them is (None: a plain value)."""

    many: bool
    record: type[BaseModel] | None


@cache
def shapes(record: type[BaseModel]) -> dict[str, Shape]:
    """Give the shape of every field of a record."""
    return {name: _shape(field.annotation) for name, field in record.model_fields.items()}


def _shape(annotation: Any) -> Shape:
    if get_origin(annotation) is tuple:
        return Shape(True, _shape(get_args(annotation)[0]).record)
    if get_origin(annotation) is Annotated:
        return _shape(get_args(annotation)[0])
    inner = [a for a in get_args(annotation) if a not in (NoneType, ...)]
    if len(inner) == 1:  # `X | None`
        return _shape(inner[0])
    is_record = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return Shape(False, annotation if is_record else None)


def record_at(path: tuple[int | str, ...]) -> type[BaseModel]:
    """Give the record that a path (`("lines", 1, "sku")`) leads through last."""
    record: type[BaseModel] = Rma
    for step in path:
        shape = shapes(record).get(step) if isinstance(step, str) else None
        if shape and shape.record:
            record = shape.record
    return record


def nearest(name: str, known: list[str]) -> str:
    """Give the known name that was probably meant, or nothing."""
    wanted = name.lower().replace("-", "_")
    for candidate in known:
        if candidate in (wanted, f"{wanted}s") or candidate.replace("_", "") == wanted.replace("_", ""):
            return candidate
    return next(iter(get_close_matches(wanted[:60], known, 1, 0.6)), "")
