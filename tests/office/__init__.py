"""An admin's office for tests: a folder with files, a settings file, and the installed `odoo-rma` command."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from odoo_rma.sandbox import Env

COMMAND = Path(sys.executable).with_name("odoo-rma")
SAMPLE = Path(__file__).resolve().parents[2] / "sandbox" / "sample"
LONG_AGO = 1_700_000_000  # so that every file is whole, and the order of the files is that of their names
SECONDS = 300  # longer than anything here takes, on a machine with other work, too; what hangs fails

SOURCES: Mapping[str, Mapping[str, str]] = {
    "shop": {},
    "hub": {"credit_note_on": "receipt"},
    "desk": {"owners.receipt": "erp", "credit_note_on": "receipt"},
}


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What it printed as JSON."""
        return json.loads(self.out)

    def says(self, code: int, *words: str) -> None:
        """Make sure that it ended so, said these words on stderr, and nothing that only its author understands."""
        assert self.code == code, (self.code, self.out, self.err)
        assert not [word for word in words if word.lower() not in self.err.lower()], self.err
        self.is_plain()

    def is_plain(self) -> None:
        """Make sure that no traceback and no surprise was shown."""
        both = self.out + self.err
        assert "Traceback" not in both and "should not have happened" not in both, both


@dataclass(frozen=True)
class Office:
    """One folder from which `odoo-rma` is used. `secrets` stand in the environment, as they would on a server."""

    folder: Path
    env: Env
    batch: int = 50
    login: str = "rma"
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: SOURCES)
    secrets: Mapping[str, str] = field(default_factory=dict)
    store_folder: Path | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.settings.write_text(self._toml(), encoding="utf-8")
        for name in self.sources:
            self.inbox(name).mkdir(parents=True, exist_ok=True)

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.folder / "odoo-rma.toml"

    @property
    def store(self) -> Path:
        """The local store."""
        return (self.store_folder or self.folder) / "odoo-rma.sqlite"

    def inbox(self, source: str = "shop") -> Path:
        """Where the files of a source are dropped."""
        return self.folder / source / "inbox"

    def lying(self, place: str, source: str = "shop") -> list[str]:
        """Name the files in `inbox`, `done` or `refused`."""
        return sorted(path.name for path in (self.folder / source / place).iterdir())

    def take_sample(self) -> None:
        """Drop the whole sample."""
        for name in self.sources:
            for file in sorted((SAMPLE / name).iterdir()):
                self._age(Path(shutil.copy(file, self.inbox(name))))

    def drop(self, name: str, content: object, source: str = "shop", size: int = 0) -> Path:
        """Drop one file: text as it is, anything else as JSON; made longer with nothing where a size is given."""
        path = self.inbox(source) / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        if size:
            os.truncate(path, size)
        return self._age(path)

    def run(self, *arguments: str, limits: Any = None, **environ: str) -> Ended:
        """Run `odoo-rma` to its end."""
        process = self.start(*arguments, limits=limits, **environ)
        return self.wait(process)

    def start(self, *arguments: str, limits: Any = None, **environ: str) -> "subprocess.Popen[str]":
        """Start `odoo-rma`; `limits` is called in its process first."""
        return subprocess.Popen(
            [COMMAND, "--config", self.settings, *arguments],
            cwd=self.folder,
            env=self._environment(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=limits,  # noqa: PLW1509 (nothing else runs in these tests)
        )

    @staticmethod
    def wait(process: "subprocess.Popen[str]", seconds: float = SECONDS) -> Ended:
        """Wait until a command has ended; one that hangs is ended by force and fails the test."""
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        return Ended(process.returncode, out, err)

    def quarantine(self) -> dict[str, list[str]]:
        """Give why each RMA waits: `source/id` to the codes and messages."""
        entries = self.run("quarantine", "list", "--json").data
        return {
            f"{e['source']}/{e['key']}": [f"{i['code']}: {i['message']}" for i in e["issues"]]
            for e in entries
        }

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        mine = {name: value for name, value in os.environ.items() if not name.startswith("ODOO_RMA_")}
        secrets = self.secrets or {"ODOO_RMA_API_KEY": self.env.rma_api_key or ""}
        keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
        return {**mine, **keyring, **secrets, **more}

    def _toml(self) -> str:
        odoo = {"url": self.env.url, "database": self.env.database, "login": self.login}
        tables: dict[str, Mapping[str, object]] = {
            "odoo": odoo,
            "run": {"store": str(self.store), "batch": self.batch},
        }
        tables |= {f"sources.{name}": {"path": name, **more} for name, more in self.sources.items()}
        return "\n".join(
            "\n".join([f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items()), ""])
            for name, table in tables.items()
        )

    @staticmethod
    def _age(path: Path) -> Path:
        os.utime(path, (LONG_AGO, LONG_AGO))
        return path


def article(rma_id: str, order: str = "S-1001", sku: str = "TENT-2P", **more: Any) -> dict[str, Any]:
    """One piece of one article that was authorized and has not come back yet, as a source would send it."""
    line = {"id": "1", "sku": sku, "requested": 1, **more.pop("line", {})}
    return {
        "id": rma_id,
        "authorization": "authorized",
        "order": {"name": order},
        "customer": {"name": "Alice Moreau", "email": "alice.moreau@mail.example"},
        "currency": "USD",
        "lines": [line],
        **more,
    }
