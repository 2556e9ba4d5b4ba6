"""The free table `options` of a source, read into the record that the source's kind asks for."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

import keyring
from pydantic import BaseModel, SecretStr, ValidationError

from odoo_rma.connector.errors import BadSettings

__all__ = ["read_options", "secret_of"]

T = TypeVar("T", bound=BaseModel)

_KEYRING = "odoo-rma"


def read_options(model: type[T], name: str, options: Mapping[str, Any], *, page: str) -> T:
    """Validate the options of the source `name`; `page` of the docs lists them.

    Raises:
        BadSettings: unknown, missing or wrong ones; all of them are named, values of secrets are not shown.

    """
    try:
        return model.model_validate(dict(options))
    except ValidationError as error:
        said = [_in_words(detail, model, name) for detail in error.errors(include_url=False)]
        raise BadSettings(f"{' '.join(said)} {page} lists every key.") from None


def secret_of(name: str, kind: str, given: SecretStr | None) -> str:
    """Give a source's secret: the one from the environment, else the one in the keyring.

    Raises:
        BadSettings: there is none.

    """
    secret = (given.get_secret_value() if given else "") or _from_keyring(f"sources.{name}.{kind}") or ""
    if not secret:
        raise BadSettings(
            f"The source {name} has no secret: set ODOO_RMA_SOURCES__{name.upper()}__OPTIONS__{kind.upper()} in the "
            f"environment, or store it with `keyring set {_KEYRING} sources.{name}.{kind}`."
        )
    if not (secret.isascii() and secret.isprintable() and " " not in secret):
        raise BadSettings(f"The {kind} of the source {name} holds characters that none has; copy it again.")
    return secret


def _from_keyring(entry: str) -> str | None:
    try:
        return keyring.get_password(_KEYRING, entry)
    except Exception:  # noqa: BLE001 - no keyring is the normal case on a server, and backends raise what they like
        return None


def _in_words(detail: Any, model: type[BaseModel], name: str) -> str:
    path = [str(step) for step in detail["loc"]]
    key = ".".join(["sources", name, "options", *path])
    if detail["type"] == "missing":
        return f"{key} is missing."
    if detail["type"] == "extra_forbidden":
        near = get_close_matches(path[-1], list(model.model_fields), 1, 0.6)
        hint = f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(model.model_fields)}."
        return f"{key} is not a known key. {hint}"
    problem = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    value = detail["input"]
    shown = "a table" if isinstance(value, (dict, BaseModel)) else repr(value)[:60]
    return f"{key} {problem}, but is {shown}."
