"""A server the user names: it is checked and described, never seeded, reset or stopped."""

from __future__ import annotations

import os
from dataclasses import dataclass

import httpx

from odoo_rma.sandbox.env import Env
from odoo_rma.sandbox.errors import NotOurServer, SandboxError
from odoo_rma.sandbox.status import Status
from odoo_rma.sandbox.steps import Report, silent

SECONDS = 20


@dataclass(frozen=True)
class NamedServer:
    """An Odoo that is there already.

    Attributes:
        url: its address.
        database: the database to work in.
        login: the user's login.
        password: the user's password.
        api_key: the user's key for JSON-2, if there is one.
    """

    url: str
    database: str
    login: str
    password: str
    api_key: str | None = None

    @classmethod
    def given(cls, url: str | None, database: str | None, login: str | None) -> NamedServer | None:
        """The server named by these options or, where one is missing, by the environment; None if there is none.

        Raises:
            SandboxError: an address is given, and something else is missing.
        """
        values = {
            "url": url or os.environ.get("ODOO_RMA_SANDBOX_URL"),
            "database": database or os.environ.get("ODOO_RMA_SANDBOX_DATABASE"),
            "login": login or os.environ.get("ODOO_RMA_SANDBOX_LOGIN"),
            "password": os.environ.get("ODOO_RMA_PASSWORD"),
        }
        if not values["url"]:
            return None
        missing = [name for name, value in values.items() if not value]
        if missing:
            raise SandboxError(
                f"To use the Odoo at {values['url']}, its {' and '.join(missing)} must be given too: --database and "
                "--login, and the password in the environment variable ODOO_RMA_PASSWORD."
            )
        filled = {name: str(value) for name, value in values.items()}
        filled["url"] = filled["url"].rstrip("/")
        return cls(**filled, api_key=os.environ.get("ODOO_RMA_API_KEY"))

    def up(self, report: Report = silent) -> Env:
        """Check that it answers and lets us in."""
        report(f"Checking the Odoo at {self.url}", None)
        return self.env()

    def down(self, *, purge: bool = False) -> bool:
        """Refused: it is not ours."""
        raise self._not_ours("delete" if purge else "stop")

    def reset(self, database: str | None = None) -> Env:
        """Refused: it is not ours."""
        raise self._not_ours(f"reset {database or self.database} on")

    def drop(self, database: str) -> None:
        """Refused: it is not ours."""
        raise self._not_ours(f"drop {database} on")

    def env(self, database: str | None = None) -> Env:
        """How to reach it, after having tried."""
        version = self._version()
        name = database or self.database
        self._log_in(name)
        return Env(
            url=self.url,
            database=name,
            login=self.login,
            password=self.password,
            api_key=self.api_key,
            version=version,
        )

    def status(self) -> Status:
        """What can be seen of it from outside."""
        try:
            major = int(self._version().split(".")[0])
        except SandboxError:
            return Status(way="named", name=self.url, version=0, running=False)
        return Status(
            way="named", name=self.url, version=major, running=True, url=self.url, databases=(self.database,)
        )

    def _version(self) -> str:
        told = self._json2("/json/version") or self._call("common", "version", [])
        if isinstance(told, dict) and "version_info" in told:
            return ".".join(str(part) for part in told["version_info"][:2])
        if isinstance(told, dict) and "server_serie" in told:
            return str(told["server_serie"])
        raise SandboxError(f"What answers at {self.url} is not an Odoo.")

    def _log_in(self, database: str) -> None:
        if self.api_key and self._json2("/json/2/res.users/context_get", database) is not None:
            return
        if not self._call("common", "login", [database, self.login, self.password]):
            raise SandboxError(
                f"The Odoo at {self.url} does not let {self.login} into the database {database}: check "
                "--database, --login and ODOO_RMA_PASSWORD."
            )

    def _json2(self, path: str, database: str | None = None) -> object:
        """What the API of 19 and later answers; None where it is not offered, or refuses."""
        try:
            if database is None:
                answer = httpx.get(self.url + path, timeout=SECONDS)
            else:
                headers = {"Authorization": f"bearer {self.api_key}", "X-Odoo-Database": database}
                answer = httpx.post(self.url + path, headers=headers, json={}, timeout=SECONDS)
            given: object = answer.json() if answer.is_success else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return None
        return given

    def _call(self, service: str, method: str, arguments: list[str]) -> object:
        params = {"service": service, "method": method, "args": arguments}
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        try:
            answer = httpx.post(f"{self.url}/jsonrpc", json=body, timeout=SECONDS).json()
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise SandboxError(f"No Odoo answers at {self.url}: {problem}") from problem
        except ValueError as problem:
            raise SandboxError(f"What answers at {self.url} is not an Odoo.") from problem
        if not isinstance(answer, dict) or "result" not in answer:
            data = answer.get("error", {}).get("data", {}) if isinstance(answer, dict) else {}
            reason = data.get("message", "no reason given").strip().splitlines()[-1]
            raise SandboxError(f"The Odoo at {self.url} refuses: {reason}")
        result: object = answer["result"]
        return result

    def _not_ours(self, what: str) -> NotOurServer:
        return NotOurServer(
            f"This would {what} {self.url}, which is your own server: the sandbox leaves it alone."
        )
