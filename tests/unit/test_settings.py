"""The settings: where they come from, what is refused and in which words, and that their page is complete."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.null import Keyring as NoKeyring
from pydantic import BaseModel

from odoo_rma.connector import settings as module
from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.redact import redact
from odoo_rma.connector.settings import (
    AccountingSettings,
    AlertSettings,
    CrmSettings,
    ExchangeSettings,
    InspectionSettings,
    MatchingSettings,
    MessageSettings,
    OdooSettings,
    PaymentSettings,
    RunSettings,
    Settings,
    SourceSettings,
    StoreServer,
    WorkerSettings,
    load,
    save,
    store_secret,
)
from odoo_rma.mappings.ownership import Fact, Side

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
TABLES: dict[str, type[BaseModel]] = {
    "[odoo]": OdooSettings,
    "[sources.NAME]": SourceSettings,
    "[matching]": MatchingSettings,
    "[inspection]": InspectionSettings,
    "[accounting]": AccountingSettings,
    "[payments]": PaymentSettings,
    "[exchange]": ExchangeSettings,
    "[messages]": MessageSettings,
    "[crm]": CrmSettings,
    "[alerts]": AlertSettings,
    "[run]": RunSettings,
    "[workers]": WorkerSettings,
}
SMALL = '[odoo]\nurl = "https://erp.example.com"\ndatabase = "d"\nlogin = "l"\n'
SHOP = '[sources.shop]\npath = "in"\n'


class Memory(KeyringBackend):
    """A keyring that forgets with the test."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Broken(Memory):
    """A keyring whose daemon is gone."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise ConnectionError("no bus")

    def get_password(self, service: str, username: str) -> str | None:
        raise ConnectionError("no bus")


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep this machine's own settings, variables and keyring out of the tests."""
    for name in list(module.os.environ):
        if name.startswith("ODOO_RMA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module.platformdirs, "user_config_path", lambda _: tmp_path / "user")
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    yield
    keyring.set_keyring(before)


def write(path: Path, text: str = SMALL) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_is_looked_for_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = write(tmp_path / "user" / "odoo-rma.toml", SMALL.replace('"d"', '"user"'))
    assert load().odoo.database == "user"
    write(tmp_path / "odoo-rma.toml", SMALL.replace('"d"', '"here"'))
    assert load().odoo.database == "here"
    monkeypatch.setenv("ODOO_RMA_CONFIG", str(user))
    assert load().odoo.database == "user"
    named = write(tmp_path / "named.toml", SMALL.replace('"d"', '"named"'))
    assert load(named).odoo.database == "named"


def test_paths_are_taken_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "etc" / "odoo-rma.toml", SMALL + SHOP + '[run]\nstore = "/var/x.sqlite"\n')
    (tmp_path / "else").mkdir()
    monkeypatch.chdir(tmp_path / "else")
    settings = load(file)
    assert settings.sources["shop"].path == tmp_path / "etc" / "in"
    assert settings.run.store == Path("/var/x.sqlite").resolve()


def test_a_default_path_stands_beside_the_file_as_well(tmp_path: Path) -> None:
    settings = load(write(tmp_path / "etc" / "odoo-rma.toml", SMALL + "[sources.shop]\n"))
    assert settings.sources["shop"].path == tmp_path / "etc" / "rma"
    assert settings.run.store == tmp_path / "etc" / "odoo-rma.sqlite"


def test_the_environment_counts_more_than_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "odoo-rma.toml", SMALL + "[sources.Shop]\n")
    monkeypatch.setenv("ODOO_RMA_ODOO__URL", "https://other.example.com")
    monkeypatch.setenv("ODOO_RMA_ODOO__TIMEOUT", "7.5")
    monkeypatch.setenv("ODOO_RMA_SOURCES__SHOP__OWNERS__RECEIPT", "erp")
    monkeypatch.setenv("ODOO_RMA_MATCHING__ORDER_FIELDS", '["origin"]')
    settings = load(file)
    assert (settings.odoo.url, settings.odoo.timeout) == ("https://other.example.com", 7.5)
    assert settings.sources["Shop"].owner(Fact.RECEIPT) is Side.ERP
    assert settings.matching.order_fields == ("origin",)


def test_the_environment_alone_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in {"URL": "https://e.example.com", "DATABASE": "d", "LOGIN": "l"}.items():
        monkeypatch.setenv(f"ODOO_RMA_ODOO__{key}", value)
    assert load().odoo.login == "l"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[odoo\n", ["not TOML", "line 1"]),
        (SMALL + 'datbase = "x"\n', ["odoo.datbase is not a known key", "Did you mean database?"]),
        (
            SMALL + "[sources.shop]\nfolder = 1\n",
            ["sources.shop.folder is not a known key", "Known keys: type, path"],
        ),
        ('[odoo]\nurl = "https://x"\nlogin = "l"\n', ["odoo.database is missing"]),
        (SMALL + "timeout = -1\n", ["odoo.timeout should be greater than 0", "-1"]),
        (SMALL + '[run]\nbatch = "many"\n', ["run.batch", "'many'"]),
        (SMALL + '[workers]\npull = "hourly"\n', ["workers.pull", "five fields", "'hourly'"]),
        (SMALL + "run = 5\n", ["run"]),
        (SMALL + '[sources."a b"]\n', ["sources.a b"]),
        (SMALL + "[sources.a]\n[sources.b]\n", ["the sources a and b share the folder"]),
        (SMALL + '[sources.a]\nowners = { refund = "erp" }\n', ["sources.a", "each side would wait"]),
        (SMALL + '[sources.a]\nowners = { credit_note = "rma" }\n', ["turns round credit_note"]),
        (SMALL + '[sources.a]\nowners = { receipt = "us" }\n', ["sources.a.owners.receipt", "'us'"]),
        (SMALL + 'password = "hunter2"\n', ["odoo.password is a secret", "ODOO_RMA_PASSWORD"]),
        (SMALL + '[secrets]\napi_key = "hunter2"\n', ["secrets.api_key is a secret", "ODOO_RMA_API_KEY"]),
        (
            SMALL + '[sources.shop.options]\napi_key = "hunter2"\n',
            ["sources.shop.options.api_key is a secret", "ODOO_RMA_SOURCES__SHOP__OPTIONS__API_KEY"],
        ),
        ("", ["odoo-rma.toml is empty", "odoo-rma init"]),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(BadSettings) as refused:
        load(write(tmp_path / "odoo-rma.toml", text))
    message = str(refused.value)
    assert [word for word in words if word not in message] == []
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ODOO_RMA_ODOO__URI", "x", "odoo.uri is not a known key. Did you mean url?"),
        ("ODOO_RMA_ODO__URL", "x", "odo is not a known key. Did you mean odoo?"),
        ("ODOO_RMA_ODOO__URL__X", "x", "url is a value, not a table"),
        ("ODOO_RMA_MATCHING__ORDER_FIELDS", "[name", "is not JSON"),
        ("ODOO_RMA_SECRETS__PASSWORD", "x", "Set"),
    ],
)
def test_a_slip_in_a_variable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=re.escape(words) if words != "Set" else "ODOO_RMA_PASSWORD"):
        load(write(tmp_path / "odoo-rma.toml"))


def test_a_missing_file_that_was_asked_for_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSettings, match=r"no settings file .*gone\.toml"):
        load(tmp_path / "gone.toml")
    monkeypatch.setenv("ODOO_RMA_CONFIG", str(tmp_path / "gone2.toml"))
    with pytest.raises(BadSettings, match=r"gone2\.toml"):
        load()


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odoo-rma.toml").write_bytes(b'[odoo]\nurl = "\xff"\n')
    with pytest.raises(BadSettings, match="cannot be read"):
        load()


def test_secrets_come_from_the_environment_before_the_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "odoo-rma.toml")
    memory = Memory()
    keyring.set_keyring(memory)
    odoo = load().odoo
    store_secret(odoo, "password", "from the keyring")
    store_secret(odoo, "api_key", "key in the keyring")
    assert ("odoo-rma", "l@https://erp.example.com/d#password") in memory.kept
    monkeypatch.setenv("ODOO_RMA_PASSWORD", "from the environment")
    secrets = load().secrets
    assert secrets.password and secrets.password.get_secret_value() == "from the environment"
    assert secrets.api_key and secrets.api_key.get_secret_value() == "key in the keyring"


def test_a_machine_without_a_keyring_is_fine(tmp_path: Path) -> None:
    write(tmp_path / "odoo-rma.toml")
    keyring.set_keyring(Broken())
    settings = load()
    assert settings.secrets.password is None
    with pytest.raises(BadSettings, match="Set ODOO_RMA_PASSWORD in the environment"):
        store_secret(settings.odoo, "password", "hunter2")


def test_a_secret_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODOO_RMA_PASSWORD", "hunter2")
    settings = load(write(tmp_path / "odoo-rma.toml"))
    save(settings, tmp_path / "copy.toml")
    shown = repr(settings) + str(settings) + settings.model_dump_json() + (tmp_path / "copy.toml").read_text()
    assert "hunter2" not in shown


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    settings = load(write(tmp_path / "odoo-rma.toml", example()))
    save(settings, tmp_path / "copy.toml")
    assert load(tmp_path / "copy.toml") == settings
    text = (tmp_path / "copy.toml").read_text("utf-8")
    assert 'path = "returns/shop"' in text  # relative to the file, so that the folder can be moved
    assert "# Largest file accepted.\n# max_bytes = 20000000\n" in text
    assert not list(tmp_path.glob(".*.tmp"))


def test_an_existing_file_is_overwritten_only_when_asked(tmp_path: Path) -> None:
    file = write(tmp_path / "odoo-rma.toml")
    settings = load(file)
    with pytest.raises(BadSettings, match="exists already"):
        save(settings, file)
    assert file.read_text("utf-8") == SMALL
    save(settings, file, overwrite=True)
    assert load(file) == settings


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    settings = load(write(tmp_path / "odoo-rma.toml"))
    with pytest.raises(BadSettings, match=r"copy\.toml cannot be written"):
        save(settings, tmp_path / "no such folder" / "copy.toml")


def example() -> str:
    found = re.search(r"<!-- example: toml -->\n```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def test_the_example_on_the_page_is_valid_and_full(tmp_path: Path) -> None:
    settings = load(write(tmp_path / "odoo-rma.toml", example()))
    assert set(settings.sources) == {"shop", "marketplace"}
    for name, table in TABLES.items():
        missing = [key for key in table.model_fields if key != "options" and f"{key} = " not in example()]
        assert missing == [], name


def default(field: object) -> str:
    value = field.get_default(call_default_factory=True)  # type: ignore[attr-defined]
    if field.is_required():  # type: ignore[attr-defined]
        return "needed"
    if value is None or value == {}:
        return "–"
    if isinstance(value, tuple):
        return ", ".join(f"`{part}`" for part in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def table(title: str, model: type[BaseModel]) -> str:
    meaning = str(model.__doc__).partition(": ")[2]
    rows = [
        f"### `{title}`",
        "",
        meaning[:1].upper() + meaning[1:],
        "",
        "| Key | Default | Meaning |",
        "|---|---|---|",
    ]
    rows += [
        f"| `{name}` | {default(field)} | {field.description} |" for name, field in model.model_fields.items()
    ]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("title", TABLES)
def test_every_key_stands_on_the_page_as_it_is(title: str) -> None:
    wanted = table(title, TABLES[title])
    assert wanted in PAGE.read_text("utf-8"), "write the tables again: python tests/unit/test_settings.py"


def test_a_mail_password_is_not_sent_unprotected(tmp_path: Path) -> None:
    bare = '[alerts]\nmail_to = ["a@b.c"]\nmail_host = "mail.example.com"\nmail_user = "rma"\nmail_tls = "none"\n'
    with pytest.raises(BadSettings, match="unprotected"):
        load(write(tmp_path / "odoo-rma.toml", SMALL + bare))
    here = bare.replace("mail.example.com", "localhost")
    assert load(write(tmp_path / "odoo-rma.toml", SMALL + here)).alerts.mail_user == "rma"


@pytest.mark.parametrize(
    "address", ["hooks.example.com/x", "ftp://hooks.example.com", "http://hooks.example.com/x"]
)
def test_a_webhook_has_a_safe_address(tmp_path: Path, address: str) -> None:
    with pytest.raises(BadSettings, match="https"):
        load(write(tmp_path / "odoo-rma.toml", SMALL + f'[alerts]\nwebhook_url = "{address}"\n'))


def test_the_secrets_of_alerts_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ODOO_RMA_MAIL_PASSWORD", "m")
    monkeypatch.setenv("ODOO_RMA_WEBHOOK_SECRET", "w")
    secrets = load(write(tmp_path / "odoo-rma.toml")).secrets
    assert (secrets.mail, secrets.webhook) == ("m", "w")
    with pytest.raises(BadSettings, match="ODOO_RMA_WEBHOOK_SECRET"):
        load(write(tmp_path / "odoo-rma.toml", SMALL + '[alerts]\nwebhook_secret = "w"\n'))


SERVER = '[run]\nstore = "postgresql://rma@db.example.com/returns?sslmode=verify-full"\n'


def test_a_store_on_a_server_is_an_address_and_no_path(tmp_path: Path) -> None:
    settings = load(write(tmp_path / "odoo-rma.toml", SMALL + SERVER))
    assert settings.run.store == StoreServer("postgresql://rma@db.example.com/returns?sslmode=verify-full")
    save(settings, tmp_path / "copy.toml")
    assert load(tmp_path / "copy.toml") == settings


def test_its_password_comes_from_where_secrets_come_from_and_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "odoo-rma.toml", SMALL + SERVER)
    monkeypatch.setenv("ODOO_RMA_STORE_PASSWORD", "hunter2-canary")
    settings = load(file)
    assert isinstance(settings.run.store, StoreServer)
    assert settings.run.store.password == "hunter2-canary"
    monkeypatch.setenv(
        "ODOO_RMA_RUN__STORE", "postgresql://rma:of-the%20address@db.example.com/returns?schema=b2b"
    )
    given = load(file)
    assert given.run.store == StoreServer("postgresql://rma@db.example.com/returns", "b2b", "of-the address")
    for one in (settings, given):
        save(one, tmp_path / "copy.toml", overwrite=True)
        shown = repr(one) + str(one) + one.model_dump_json() + (tmp_path / "copy.toml").read_text()
        assert "canary" not in shown and "of-the" not in shown
    assert redact("hunter2-canary of-the address of-the%20address") == "[secret] [secret] [secret]"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://rma:hunter2@db/returns", "ODOO_RMA_STORE_PASSWORD"),
        ("postgres://db/returns?password=hunter2", "ODOO_RMA_STORE_PASSWORD"),
        ("postgresql://rma:hun#ter2@db/returns", "%23"),
        ("postgresql://rma:hun/ter2@db/returns", "%2F"),
        ("postgresql://rma:hun?ter2@db/returns", "%3F"),
        ("postgresql://db/returns?schema=Ours", "small letters"),
        ("postgresql://db/returns?schema=pg_temp", "small letters"),
    ],
)
def test_a_password_in_the_address_is_refused_in_the_file_and_not_repeated(
    tmp_path: Path, address: str, words: str
) -> None:
    with pytest.raises(BadSettings) as refused:
        load(write(tmp_path / "odoo-rma.toml", f'{SMALL}[run]\nstore = "{address}"\n'))
    assert words in str(refused.value)
    assert "hun" not in str(refused.value)


def test_the_page_has_every_table() -> None:
    assert {name.strip("[]").partition(".")[0] for name in TABLES} | {"secrets"} == set(Settings.model_fields)


if __name__ == "__main__":
    tables = "\n".join(table(title, model) for title, model in TABLES.items())
    page = re.sub(
        r"(<!-- fields -->\n).*?(<!-- /fields -->)",
        lambda m: f"{m[1]}\n{tables}\n{m[2]}",
        PAGE.read_text("utf-8"),
        flags=re.DOTALL,
    )
    PAGE.write_text(page, encoding="utf-8")
    sys.exit()
