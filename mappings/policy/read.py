"""TOML in, policy out; every mistake in the file at once, each with its place and in plain words."""

import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from odoo_rma.mappings.money import Decimal
from odoo_rma.mappings.policy import Policy


class NotAPolicy(ValueError):
    """The text is no policy; `mistakes` says why, one line each."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(" ".join(mistakes))


def read_policy(text: str) -> Policy:
    """Read a policy.

    Raises:
        NotAPolicy: it is not TOML, or something in it is not as docs/policy.md says.

    """
    try:
        # Amounts as the decimals that were written; a float would already be another number.
        content = tomllib.loads(text, parse_float=Decimal)
    except RecursionError:
        raise NotAPolicy(["It is nested too deeply."]) from None
    except tomllib.TOMLDecodeError as error:
        raise NotAPolicy([f'It is not TOML: {error}. Texts stand in quotes: method = "voucher".']) from None
    try:
        return Policy.model_validate(content)
    except ValidationError as error:
        raise NotAPolicy([_in_words(dict(detail), content) for detail in _told_once(error)]) from None


def _told_once(error: ValidationError) -> list[Mapping[str, Any]]:
    """Of a value that fits neither of two types (date or day of every year), keep the last complaint."""
    said: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for detail in error.errors(include_url=False):
        place = tuple(step for step in detail["loc"] if not _names_a_type(step))
        said[place] = {**detail, "loc": place}
    return list(said.values())


def _names_a_type(step: object) -> bool:
    return isinstance(step, str) and (step == "date" or "[" in step)


def _in_words(detail: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    place = _place(detail["loc"], content)
    if detail["type"] == "extra_forbidden":
        return f"{place} is not a known key.{_meant(detail['loc'])}"
    if detail["type"] == "missing":
        return f"{place} is missing."
    if said := _PLAINLY.get(detail["type"]):
        return f"{place} {said.format(**detail.get('ctx', {}))}, but is {_shown(detail['input'])}."
    problem = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if isinstance(detail["input"], (dict, list, BaseModel)):
        return f"{place}: {problem}."
    return f"{place} {problem}, but is {_shown(detail['input'])}."


_PLAINLY = {
    "string_pattern_mismatch": "has to fit {pattern}",
    "model_type": 'has to be a table, such as {{ en = "…", zh = "…" }}',
    "tuple_type": "has to be a list",
}
"""How the field says what pydantic says in the words of Python."""


def _shown(value: object) -> str:
    return str(value)[:60] if isinstance(value, Decimal) else repr(value)[:60]


def _place(path: Sequence[str | int], content: Any) -> str:
    """Write where it is, with the rule's name in place of its number: `windows.standard.days`."""
    steps = []
    for step in path:
        content = content[step] if _has(content, step) else None
        named = content.get("name") if isinstance(step, int) and isinstance(content, dict) else None
        steps.append(str(named or (step + 1 if isinstance(step, int) else step)))
    return ".".join(steps) or "The policy"


def _has(content: Any, step: str | int) -> bool:
    if isinstance(content, dict):
        return step in content
    return isinstance(content, list) and isinstance(step, int) and step < len(content)


def _meant(path: Sequence[str | int]) -> str:
    model: type[BaseModel] = Policy
    for step in path[:-1]:
        model = _inner(model, step) if isinstance(step, str) else model
    near = get_close_matches(str(path[-1]), list(model.model_fields), 1, 0.5)
    return f" Did you mean {near[0]}?" if near else f" Known keys: {', '.join(model.model_fields)}."


def _inner(model: type[BaseModel], step: str) -> type[BaseModel]:
    kind = model.model_fields[step].annotation if step in model.model_fields else None
    kinds = [kind, *get_args(kind)]
    return next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), model)
