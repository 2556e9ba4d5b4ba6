"""`odoo-rma init`: asks, tries, writes the file, and keeps the secret out of it."""

from pathlib import Path
from types import SimpleNamespace

import keyring
import pytest
from click.testing import CliRunner, Result
from keyring.errors import NoKeyringError

from odoo_rma.cli.main import main
from odoo_rma.connector.errors import LoginRefused
from odoo_rma.connector.settings import OdooSettings, Secrets, Settings

GIVEN = ["--url", "https://erp.example.com", "--database", "erp", "--login", "rma"]
SERVER = SimpleNamespace(version=(19, 0), transport="json2", login="rma")


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ODOO_RMA_API_KEY", "ODOO_RMA_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    seen: list[str | None] = []

    def connect(_odoo: OdooSettings, secrets: Secrets) -> SimpleNamespace:
        secret = secrets.api_key or secrets.password
        seen.append(secret.get_secret_value() if secret else None)
        return SimpleNamespace(server=SERVER, close=lambda: None)

    monkeypatch.setattr("odoo_rma.connector.odoo.connect.connect", connect)
    return seen


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    found: dict[str, str] = {}
    monkeypatch.setattr(keyring, "set_password", lambda _service, name, secret: found.update({name: secret}))
    return found


def init(*options: str, given: str = "") -> Result:
    return CliRunner().invoke(main, ["init", *options], input=given)


def written() -> str:
    return Path("odoo-rma.toml").read_text("utf-8")


def test_it_asks_tries_and_writes(tried: list[str | None], kept: dict[str, str]) -> None:
    result = init(given="https://erp.example.com\nerp\nrma\n\n\ns3cret\n")
    assert result.exit_code == 0, result.stderr
    assert "Odoo 19.0 answers over json2; logged in as rma." in result.stdout
    assert tried == ["s3cret"]
    assert list(kept.values()) == ["s3cret"]
    assert "keyring" in result.stdout
    assert "erp.example.com" in written()
    assert "s3cret" not in written() + result.stdout + result.stderr


def test_a_password_where_there_is_no_key(tried: list[str | None]) -> None:
    assert init(*GIVEN, given="\n\n\npassw0rd\n").exit_code == 0
    assert tried == ["passw0rd"]


def test_without_a_person_all_comes_from_options_and_environment(
    monkeypatch: pytest.MonkeyPatch, kept: dict[str, str]
) -> None:
    monkeypatch.setenv("ODOO_RMA_API_KEY", "s3cret")
    result = init("--non-interactive", *GIVEN, "--source", "hub", "--path", "drop", "--transport", "odoorpc")
    assert result.exit_code == 0, result.stderr
    assert kept == {}
    assert "set ODOO_RMA_API_KEY in the environment" in result.stdout
    assert "s3cret" not in written()
    for words in ("hub", "drop", "odoorpc"):
        assert words in written()


@pytest.mark.parametrize("options", [[], GIVEN])
def test_without_a_person_what_is_missing_is_named(options: list[str]) -> None:
    result = init("--non-interactive", *options)
    assert result.exit_code == 2
    assert (
        "--url is needed" if not options else "Set ODOO_RMA_API_KEY or ODOO_RMA_PASSWORD"
    ) in result.stderr
    assert not Path("odoo-rma.toml").exists()


def test_where_there_is_no_keyring_the_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise NoKeyringError("no backend")

    monkeypatch.setattr(keyring, "set_password", refuse)
    assert "set ODOO_RMA_API_KEY in the environment" in init(*GIVEN, given="\n\ns3cret\n").stdout


def test_a_login_that_fails_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise LoginRefused

    monkeypatch.setattr("odoo_rma.connector.odoo.connect.connect", refuse)
    result = init(*GIVEN, given="\n\ns3cret\n")
    assert (result.exit_code, "Odoo refuses the login" in result.stderr) == (1, True)
    assert not Path("odoo-rma.toml").exists()
    assert init(*GIVEN, "--no-test", given="\n\ns3cret\n").exit_code == 0


def test_an_existing_file_is_replaced_only_when_asked_to() -> None:
    Path("odoo-rma.toml").write_text("mine")
    assert init(*GIVEN, given="n\n").exit_code == 1
    assert written() == "mine"
    assert init(*GIVEN, "--force", given="\n\ns3cret\n").exit_code == 0
    assert written() != "mine"


def test_an_answer_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_data: object) -> Settings:
        return Settings(odoo=OdooSettings(url="", database="", login="", timeout=-1))

    monkeypatch.setattr(Settings, "model_validate", refuse)
    result = init(*GIVEN, given="\n\ns3cret\n")
    assert (result.exit_code, "timeout: Input should be greater than 0" in result.stderr) == (1, True)
