"""Connect: check the address, ask for the version, choose the transport, log in."""

from importlib.metadata import version as installed_version
from typing import Any

from pydantic import SecretStr

from odoo_rma.connector import redact
from odoo_rma.connector.address import checked_address
from odoo_rma.connector.errors import BadSettings, LoginRefused, NoServer, Unknown, Unreachable
from odoo_rma.connector.odoo import replies
from odoo_rma.connector.odoo.client import OdooClient, Row, Server
from odoo_rma.connector.odoo.connection import Connection
from odoo_rma.connector.odoo.json2_transport import Json2Transport
from odoo_rma.connector.odoo.odoorpc_transport import OdoorpcTransport
from odoo_rma.connector.odoo.transport import Transport
from odoo_rma.connector.settings import OdooSettings, Secrets
from odoo_rma.connector.settings import Transport as Choice
from odoo_rma.connector.wire import Reply, Wire

FIRST_VERSION = (14, 0)
FIRST_JSON2 = (19, 0)
FIRST_PLAIN_ERRORS = (16, 0)
FIRST_ANSWER_SECONDS = 20.0


def connect(settings: OdooSettings, secrets: Secrets) -> OdooClient:
    """Log in to the Odoo of the settings.

    Raises:
        BadSettings: the address, the secrets, the company or the forced transport cannot work.
        NoServer: nobody answers there, or not an Odoo.
        LoginRefused: Odoo does not take the login, the secret or the database.

    """
    password, key = _plain(secrets.password), _plain(secrets.api_key)
    redact.register(password, key)
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise BadSettings("The API key holds characters that no API key has; copy it again.")
    if not (settings.database.isascii() and settings.database.isprintable()):
        raise BadSettings("odoo.database must be plain ASCII.")
    url = checked_address(
        settings.url, setting="odoo.url", allow_http=settings.allow_http, gives_away="password"
    )
    version = _version(url, settings)
    transport = _transport(url, settings, version, password, key)
    try:
        uid = transport.login()
        me, company = _who(transport, uid, settings)
        server = Server(url, settings.database, version, transport.name, uid, settings.login, company)
        # Every call works in one company, and counts days as the user does.
        context = {"allowed_company_ids": [company], **({"tz": me["tz"]} if me["tz"] else {})}
        return Connection(transport, server, context=context)
    except (Unknown, Unreachable) as error:
        transport.close()
        raise NoServer(
            f"The login to {settings.database!r} got no proper answer (is that the database?): {error}"
        ) from None
    except BaseException:
        transport.close()
        raise


def _plain(secret: SecretStr | None) -> str | None:
    return (secret.get_secret_value() or None) if secret else None


def _version(url: str, settings: OdooSettings) -> tuple[int, int]:
    """Ask who answers, before any secret is sent."""
    wire = Wire(url, timeout=min(settings.timeout, FIRST_ANSWER_SECONDS), verify_tls=settings.verify_tls)
    try:
        version = _asked(wire)
    except (Unknown, Unreachable) as error:
        raise NoServer(f"{error} Check odoo.url and the network, and that Odoo runs there.") from None
    finally:
        wire.close()
    if version < FIRST_VERSION:
        raise NoServer(f"{url} is Odoo {version[0]}.{version[1]}; 14.0 and up are served.")
    return version


def _asked(wire: Wire) -> tuple[int, int]:
    body = b'{"jsonrpc": "2.0", "method": "call", "params": {}, "id": 1}'
    reply = wire.send("POST", "/web/webclient/version_info", body, {"Content-Type": "application/json"})
    if 300 <= reply.status < 400:
        raise NoServer(
            f"{wire.url} redirects to {reply.headers.get('location', '?')}; put that address into odoo.url."
        )
    found = _numbers(reply, "result", "server_version_info")
    if not found and reply.status < 500:
        found = _numbers(wire.send("GET", "/json/version"), "version_info")
    if not found:
        raise NoServer(f"{wire.url} answers (HTTP {reply.status}), but not as an Odoo does. Check odoo.url.")
    return found


def _numbers(reply: Reply, *path: str) -> tuple[int, int] | None:
    value: Any = replies.parse(reply)
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, list) or len(value) < 2:
        return None
    # Odoo Online calls its version "saas~18".
    major = str(value[0]).rpartition("~")[2]
    return (int(major), int(value[1])) if major.isdigit() and str(value[1]).isdigit() else None


def _transport(
    url: str, settings: OdooSettings, version: tuple[int, int], password: str | None, key: str | None
) -> Transport:
    wire = Wire(url, timeout=settings.timeout, verify_tls=settings.verify_tls)
    agent = f"odoo-rma/{installed_version('odoo-rma')}"
    if _takes_json2(settings.transport, version, key) and key:
        return Json2Transport(wire, database=settings.database, api_key=key, agent=agent)
    secret = key or password
    if not secret:
        raise BadSettings(
            "No secret: set ODOO_RMA_API_KEY or ODOO_RMA_PASSWORD, or store one with `odoo-rma init`."
        )
    return OdoorpcTransport(
        wire,
        database=settings.database,
        login=settings.login,
        secret=secret,
        agent=agent,
        needs_session=version < FIRST_PLAIN_ERRORS,
    )


def _takes_json2(choice: Choice, version: tuple[int, int], key: str | None) -> bool:
    if choice is Choice.ODOORPC:
        return False
    possible = version >= FIRST_JSON2 and key is not None
    if choice is Choice.JSON2 and not possible:
        why = (
            "needs an API key"
            if version >= FIRST_JSON2
            else f"needs Odoo 19; this is {version[0]}.{version[1]}"
        )
        raise BadSettings(f"odoo.transport = 'json2' {why}. Use 'auto' or 'odoorpc'.")
    return possible


def _who(transport: Transport, uid: int, settings: OdooSettings) -> tuple[Row, int]:
    [me] = transport.send("res.users", "read", [uid], {"fields": ["login", "company_id", "tz"], "load": None})
    if me["login"] != settings.login:
        raise LoginRefused(f"The API key belongs to {me['login']!r}, not to {settings.login!r}.")
    return me, me["company_id"] if settings.company is None else _company(transport, settings.company)


def _company(transport: Transport, name: str) -> int:
    rows = transport.send("res.company", "search_read", None, {"domain": [], "fields": ["name"]})
    found: list[int] = [row["id"] for row in rows if row["name"] == name]
    if len(found) != 1:
        seen = ", ".join(repr(row["name"]) for row in rows)
        raise BadSettings(f"odoo.company is {name!r}; the user sees {seen}.")
    return found[0]
