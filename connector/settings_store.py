"""Where the store is: a file on this machine, or a PostgreSQL database that several hosts share."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from pydantic import BeforeValidator, PlainSerializer

from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.redact import register

SCHEMA = "odoo_rma"
SCHEMES = ("postgresql://", "postgres://")

_SCHEMA = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,47}")


@dataclass(frozen=True, slots=True)
class StoreServer:
    """A PostgreSQL database, and the schema in it that is ours. Written out it holds no password."""

    url: str
    schema: str = SCHEMA
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        """Give the address as it stands in the settings."""
        if self.schema == SCHEMA:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}schema={self.schema}"

    def with_password(self, password: str) -> "StoreServer":
        """Take a password that was found elsewhere; one that stands in the address counts more."""
        register(password)
        return self if self.password else replace(self, password=password)


def store_place(text: str) -> "Path | StoreServer":
    """Read what `[run] store` says.

    Raises:
        BadSettings: an address that cannot be read; it is not repeated, for a password may stand in it.

    """
    if not is_server(text):
        return Path(text)
    parts = urlsplit(text)
    if parts.fragment or "@" in parts.path + parts.query:
        raise BadSettings(
            "run.store is an address that cannot be read: within its user and password, # / ? and @ are written "
            "as %23 %2F %3F and %40."
        )
    user, _, host = parts.netloc.rpartition("@")
    user, _, password = user.partition(":")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    password = unquote(password) or query.pop("password", "")
    schema = query.pop("schema", SCHEMA)
    if not _SCHEMA.fullmatch(schema):
        raise BadSettings(
            f"run.store names the schema {schema}; a name of small letters, digits and underscores is needed."
        )
    register(password)
    bare = f"{parts.scheme}://{user}@{host}" if user else f"{parts.scheme}://{host}"
    more = urlencode(query, quote_via=quote, safe="/")
    return StoreServer(bare + parts.path + (f"?{more}" if more else ""), schema, password)


def is_server(text: str) -> bool:
    """Tell whether a place is an address and not a path."""
    return text.startswith(SCHEMES)


def _read(value: Any) -> Any:
    return store_place(value) if isinstance(value, str) and is_server(value) else value


StorePlace = Path | StoreServer
StoreSetting = Annotated[StorePlace, BeforeValidator(_read), PlainSerializer(str)]
