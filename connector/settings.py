"""Reads and writes the settings: `odoo-rma.toml`, overridden by `ODOO_RMA_…` in the environment.

Secrets never come from the file: they stand in the environment or in the keyring.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import keyring
import platformdirs
import tomlkit
from pydantic import BaseModel, SecretStr, ValidationError
from tomlkit.items import Table

from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.settings_alerts import AlertSettings, MailTls
from odoo_rma.connector.settings_model import (
    SECRETS,
    AccountingSettings,
    ChargesBy,
    MatchingSettings,
    OdooSettings,
    RunSettings,
    Secrets,
    Settings,
    SourceName,
    SourceSettings,
    Transport,
    WorkerSettings,
)
from odoo_rma.connector.settings_part import Part
from odoo_rma.connector.settings_process import (
    CrmSettings,
    ExchangePrice,
    ExchangeSettings,
    InspectionSettings,
    MessageSettings,
    PaymentSettings,
)
from odoo_rma.connector.settings_store import StorePlace, StoreServer, is_server, store_place

__all__ = [
    "FILE_NAME",
    "AccountingSettings",
    "AlertSettings",
    "ChargesBy",
    "CrmSettings",
    "ExchangePrice",
    "ExchangeSettings",
    "InspectionSettings",
    "MailTls",
    "MatchingSettings",
    "MessageSettings",
    "OdooSettings",
    "Part",
    "PaymentSettings",
    "RunSettings",
    "Secrets",
    "Settings",
    "SourceName",
    "SourceSettings",
    "StorePlace",
    "StoreServer",
    "Transport",
    "WorkerSettings",
    "find",
    "load",
    "save",
    "store_secret",
]

FILE_NAME = "odoo-rma.toml"

_PREFIX = "ODOO_RMA_"
_KEYRING = "odoo-rma"
_NOT_IN_THE_FILE = (
    "Secrets never come from the file. Remove it there and set {} in the environment, or let "
    "`odoo-rma init` put it into the keyring."
)

SecretKind = Literal["password", "api_key"]


def find(path: Path | None = None) -> Path | None:
    """Find the settings file: the given one, `ODOO_RMA_CONFIG`, `./odoo-rma.toml`, the user's configuration folder.

    Raises:
        BadSettings: a file that was asked for is not there.

    """
    named = path or (Path(given) if (given := os.environ.get(f"{_PREFIX}CONFIG")) else None)
    if named:
        if not named.is_file():
            raise BadSettings(f"There is no settings file {named}. Correct the path, or run `odoo-rma init`.")
        return named
    places = (Path(FILE_NAME), platformdirs.user_config_path("odoo-rma") / FILE_NAME)
    return next((place for place in places if place.is_file()), None)


def load(path: Path | None = None) -> Settings:
    """Read the settings.

    Args:
        path: the file; looked for (see `find`) when left out.

    Raises:
        BadSettings: no settings, or wrong ones; the message names file, key, problem and the way out.

    """
    file = find(path)
    content = _read(file) if file else {}
    _no_secrets(content, file)
    _override(content, os.environ)
    _no_secrets({table: content[table] for table in ("odoo", "secrets") if table in content}, file)
    if not content and file:
        raise BadSettings(f"{file} is empty. Run `odoo-rma init --force`, or see docs/settings.md.")
    if not content:
        raise BadSettings(
            f"There are no settings: neither {FILE_NAME} here nor in {platformdirs.user_config_path('odoo-rma')}, and "
            f"nothing in the environment. Run `odoo-rma init`, or name the file with {_PREFIX}CONFIG."
        )
    _resolve(content, file.parent if file else Path())
    try:
        settings = Settings.model_validate(content)
    except ValidationError as error:
        raise BadSettings(_in_words(error, file)) from None
    secrets, run = _secrets(settings.odoo), settings.run
    if isinstance(run.store, StoreServer):
        run = run.model_copy(update={"store": run.store.with_password(secrets.store)})
    return settings.model_copy(update={"secrets": secrets, "run": run})


def save(settings: Settings, path: Path, *, overwrite: bool = False) -> None:
    """Write the settings as a file that a person can read: what is set, and every default as a comment.

    Raises:
        BadSettings: the file exists and may not be overwritten, or it cannot be written.

    """
    if path.exists() and not overwrite:
        raise BadSettings(f"{path} exists already. Move it away, or ask for it to be overwritten.")
    document = tomlkit.document()
    document.add(tomlkit.comment("Settings of odoo-rma; docs/settings.md explains every key."))
    document.add(
        tomlkit.comment("Secrets do not belong here: ODOO_RMA_PASSWORD, ODOO_RMA_API_KEY, or the keyring.")
    )
    for name in Settings.model_fields:
        if name == "secrets":
            continue
        document.add(tomlkit.nl())
        document.add(name, _table(getattr(settings, name), path.parent))
    fresh = path.with_name(f".{path.name}.tmp")
    try:
        fresh.write_text(tomlkit.dumps(document), encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):  # a read-only disk refuses this as well
            fresh.unlink(missing_ok=True)
        raise BadSettings(f"{path} cannot be written: {error.strerror}.") from error


def store_secret(odoo: OdooSettings, kind: SecretKind, value: str) -> None:
    """Put a password or an API key into the keyring.

    Raises:
        BadSettings: there is no working keyring on this machine.

    """
    try:
        keyring.set_password(_KEYRING, _entry(odoo, kind), value)
    except Exception as error:  # noqa: BLE001 - backends raise what they like
        raise BadSettings(
            f"The keyring of this machine does not take the secret ({type(error).__name__}). "
            f"Set {_PREFIX}{kind.upper()} in the environment instead."
        ) from None


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except RecursionError:
        raise BadSettings(f"{file} is not usable: lists in it are nested too deeply.") from None
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f'{file} is not TOML: {error}. Texts stand in quotes: url = "https://…".') from None
    except UnicodeDecodeError:
        raise BadSettings(f"{file} cannot be read: it is not UTF-8 text.") from None
    except OSError as error:
        raise BadSettings(f"{file} cannot be read: {error.strerror}.") from None


def _no_secrets(content: Mapping[str, Any], file: Path | None, *path: str) -> None:
    for name, inner in content.items():
        if isinstance(inner, dict):
            _no_secrets(inner, file, *path, name)
        elif (*path, name) == ("run", "store"):
            _no_password(inner, file)
        elif name in SECRETS:
            variable = _PREFIX + (name if path[:1] != ("sources",) else "__".join((*path, name))).upper()
            raise BadSettings(
                f"{file}: {'.'.join((*path, name))} is a secret. " + _NOT_IN_THE_FILE.format(variable)
            )


def _no_password(store: Any, file: Path | None) -> None:
    place = store_place(store) if isinstance(store, str) else None
    if isinstance(place, StoreServer) and place.password:
        told = _NOT_IN_THE_FILE.format(f"{_PREFIX}STORE_PASSWORD (or PGPASSWORD)")
        raise BadSettings(f"{file}: the address in run.store holds a password. {told}")


def _override(content: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Lay `ODOO_RMA_<TABLE>__<KEY>` over the file; names without `__` are no settings."""
    for variable, value in sorted(environment.items()):
        if not variable.startswith(_PREFIX) or "__" not in variable:
            continue
        *tables, key = variable.removeprefix(_PREFIX).split("__")
        place = content
        for table in tables:
            place = place.setdefault(_known(table, place), {})
            if not isinstance(place, dict):
                raise BadSettings(f"{variable} in the environment: {table.lower()} is a value, not a table.")
        place[_known(key, place)] = _value(variable, value)


def _known(name: str, place: Mapping[str, Any]) -> str:
    # The environment knows no small letters: a name of the file counts whatever its case.
    return next((known for known in place if known.lower() == name.lower()), name.lower())


def _value(variable: str, text: str) -> Any:
    if not text.lstrip().startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise BadSettings(
            f'{variable} in the environment is not JSON: {error}. Write a list as ["name"].'
        ) from None


def _resolve(content: dict[str, Any], base: Path) -> None:
    run = content.setdefault("run", {})
    _resolve_key(run, "store", RunSettings, base)
    if isinstance(run, dict) and "policy" in run:  # by default there is none
        _resolve_key(run, "policy", RunSettings, base)
    messages = content.get("messages")
    if isinstance(messages, dict) and "templates" in messages:
        _resolve_key(messages, "templates", MessageSettings, base)
    sources = content.get("sources")
    for source in sources.values() if isinstance(sources, dict) else ():
        _resolve_key(source, "path", SourceSettings, base)


def _resolve_key(table: Any, key: str, model: type[BaseModel], base: Path) -> None:
    # What is no table or no text is left for the model to complain about.
    if isinstance(table, dict):
        value = table.get(key, str(model.model_fields[key].default))
        if key == "store" and isinstance(value, str) and is_server(value):
            table[key] = store_place(value)
        elif isinstance(value, str):
            table[key] = str((base / Path(value).expanduser()).resolve())


def _in_words(error: ValidationError, file: Path | None) -> str:
    said = []
    for detail in error.errors(include_url=False):
        path = [str(step) for step in detail["loc"]]
        key = ".".join(path) or "the settings"
        if detail["type"] == "extra_forbidden":
            said.append(f"{key} is not a known key.{_meant(path)}")
        elif detail["type"] == "missing":
            said.append(f"{key} is missing.")
        else:
            problem = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
            is_table = isinstance(detail["input"], (dict, BaseModel))
            # What is wrong within a table says so itself; that it is a table is only news where it should not be one.
            found = (
                "" if is_table and detail["type"] == "value_error" else f", but is {_shown(detail['input'])}"
            )
            said.append(f"{key} {problem.rstrip('.')}{found}.")
    place = f"{file} (and the environment)" if file else "The environment"
    return f"{place}: {' '.join(said)} docs/settings.md lists every key."


def _shown(value: Any) -> str:
    return "a table" if isinstance(value, (dict, BaseModel)) else repr(value)[:60]


def _meant(path: list[str]) -> str:
    model: type[BaseModel] = Settings
    for step in path[:-1]:
        if step == "sources":
            model = SourceSettings
        elif (field := model.model_fields.get(step)) and isinstance(field.annotation, type):
            model = field.annotation
    near = get_close_matches(path[-1], list(model.model_fields), 1, 0.6)
    return f" Did you mean {near[0]}?" if near else f" Known keys: {', '.join(model.model_fields)}."


def _secrets(odoo: OdooSettings) -> Secrets:
    found = {kind: os.environ.get(_PREFIX + kind.upper()) or _from_keyring(odoo, kind) for kind in SECRETS}
    return Secrets(**{kind: SecretStr(value) for kind, value in found.items() if value})


def _from_keyring(odoo: OdooSettings, kind: str) -> str | None:
    try:
        return keyring.get_password(_KEYRING, _entry(odoo, kind))
    except Exception:  # noqa: BLE001 - no keyring is the normal case on a server, and backends raise what they like
        return None


def _entry(odoo: OdooSettings, kind: str) -> str:
    return f"{odoo.login}@{odoo.url}/{odoo.database}#{kind}"


def _table(part: BaseModel | Mapping[str, Any], base: Path) -> Table:
    table = tomlkit.table()
    if not isinstance(part, BaseModel):
        for name, inner in part.items():
            table.add(name, _table(inner, base))
        return table
    plain = part.model_dump(mode="json", exclude_none=True)
    for name, field in type(part).model_fields.items():
        value, default = getattr(part, name), field.get_default(call_default_factory=True)
        table.add(tomlkit.comment(field.description or name))
        written = _written(plain.get(name), value, base)
        if field.is_required() or value != default:
            table.add(name, written)
        else:
            table.add(tomlkit.comment(f"{name} =" if value is None else _line(name, written)))
    return table


def _written(plain: Any, value: Any, base: Path) -> Any:
    if isinstance(value, Path) and value.is_absolute() and value.is_relative_to(base.resolve()):
        return value.relative_to(base.resolve()).as_posix()
    if isinstance(plain, dict):  # in one line, because a table of its own would swallow the keys after it
        inline = tomlkit.inline_table()
        inline.update(plain)
        return inline
    return plain


def _line(name: str, value: Any) -> str:
    return tomlkit.dumps({name: value}).strip()
