"""What people mistype after the commands for the whole return: told at once, in plain words, and nothing is changed."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from office import Ended, Office, article

from odoo_rma.cli.main import main
from odoo_rma.connector.errors import Refused
from odoo_rma.mappings.feedback_token import sign
from odoo_rma.sandbox import Env

NOBODY = "http://127.0.0.1:9"
CASE = ("policy", "explain", "--sku", "MUG", "--reason", "late", "--condition", "used")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    env = Env(
        url=NOBODY, database="erp", login="", password="", api_key=None, version="19.0", rma_api_key="k" * 40
    )
    office = Office(tmp_path / "office", env, sources={"shop": {}})
    office.drop("one.json", article("R-1"))
    return office


def here(office: Office, *arguments: str) -> Ended:
    """Run `odoo-rma` in this process: a new one for each word would take minutes."""
    ended = CliRunner().invoke(main, ["--config", str(office.settings), *arguments])
    return Ended(ended.exit_code, ended.stdout, ended.stderr)


@pytest.mark.parametrize(
    "command",
    [
        ("customer", " "),
        ("show", ""),
        ("sync", "--rma", ""),
        ("quarantine", "show", ""),
        ("quarantine", "retry", ""),
        ("quarantine", "drop", "", "--yes"),
        ("quarantine", "resolve", "R-1", "--order", " ", "--yes"),
        ("messages", "preview", "refunded", "--rma", ""),
        ("messages", "preview", "refunded", "--lang", ""),
        (*CASE, "--order", ""),
        (*CASE, "--order", "S-1", "--channel", ""),
    ],
)
def test_a_name_that_is_empty(office: Office, command: tuple[str, ...]) -> None:
    here(office, *command).says(2, "usage: ", "it is empty")


@pytest.mark.parametrize("name", ["x" * 201, "\x1b[31mS-1", "S-1\nS-2"])
@pytest.mark.parametrize("command", [("customer",), ("show",), (*CASE, "--order")])
def test_a_name_that_is_none(office: Office, command: tuple[str, ...], name: str) -> None:
    ended = here(office, *command, name)
    ended.says(2, "more than 200 letters, or some that cannot be printed")
    assert "\x1b" not in ended.err


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1969-12-31", "2026-02-30", "tomorrow", ""])
@pytest.mark.parametrize("command", [(*CASE, "--order", "S-1", "--on"), ("feedback", "report", "--since")])
def test_a_day_that_is_none(office: Office, command: tuple[str, ...], day: str) -> None:
    here(office, *command, day).says(2, command[-1], day)


@pytest.mark.parametrize("quantity", ["0", "-1", "1000001", "1e400", "NaN", "many", ""])
def test_a_quantity_that_is_none(office: Office, quantity: str) -> None:
    here(office, *CASE, "--order", "S-1", "--quantity", quantity).says(2, "--quantity", quantity)


def test_a_source_that_nobody_knows(office: Office) -> None:
    here(office, "quarantine", "list", "--source", "shpo").says(1, "no source is called shpo", "shop")
    here(office, "quarantine", "list", "--source", "shop").says(0)


def test_what_waits_of_a_source_that_is_gone_from_the_settings_is_still_listed(office: Office) -> None:
    office.drop("two.json", article("R-2", line={"requested": -1}))
    office.run("sync")
    office.settings.write_text(office.settings.read_text().replace("sources.shop", "sources.store"))
    assert [e["key"] for e in here(office, "quarantine", "list", "--source", "shop", "--json").data] == [
        "R-2"
    ]


@pytest.mark.parametrize("command", ["drop", "resolve"])
def test_where_nobody_can_answer_nothing_is_changed(office: Office, command: str) -> None:
    office.drop("two.json", article("R-2", line={"requested": -1}))
    office.run("sync")
    office.run("quarantine", command, "R-2").says(2, "nothing was changed", "add --yes")
    assert list(office.quarantine()) == ["shop/R-2"]


def test_a_retry_that_does_not_reach_odoo_says_that_it_is_still_to_do(office: Office) -> None:
    office.run("sync")
    office.run("quarantine", "retry", "R-1").says(1, "not looked at: shop/R-1", "the next sync", NOBODY)


def test_a_language_that_has_no_text_is_told(office: Office) -> None:
    here(office, "messages", "preview", "refunded", "--lang", "fr").says(0, "no text in fr")
    for known in ("zh", "zh_TW", "en_GB"):
        assert here(office, "messages", "preview", "refunded", "--lang", known).err == ""


@pytest.mark.parametrize(
    "content", [b"a = " + b"[" * 5000, b"currency = '\xff'"], ids=["too deep", "not UTF-8"]
)
def test_a_policy_or_a_settings_file_that_cannot_be_read(office: Office, content: bytes) -> None:
    policy = office.folder / "p.toml"
    policy.write_bytes(content)
    here(office, "policy", "check", str(policy)).says(1, str(policy))
    office.settings.write_bytes(content)
    here(office, "messages", "check").says(1, str(office.settings))


def test_a_policy_that_is_not_there_is_named_and_nothing_else(office: Office) -> None:
    ended = here(office, "policy", "check", "nope.toml")
    ended.says(1, "there is no policy nope.toml", "policy init")
    assert "no return policy is named" not in ended.err.lower()


@pytest.mark.parametrize("code", ["", "EURO", 'E"R', "€"])
def test_a_currency_that_is_none_makes_no_policy(office: Office, code: str) -> None:
    file = office.folder / "p.toml"
    here(office, "policy", "init", "strict", "--currency", code, "-o", str(file)).says(2, "--currency", "EUR")
    assert not file.exists()


def test_a_policy_without_a_file_name(office: Office) -> None:
    here(office, "policy", "init", "strict", "-o", "").says(1, "needs a file name")


def test_a_policy_with_a_text_for_a_title_is_told_how_one_is_written(office: Office) -> None:
    policy = office.folder / "p.toml"
    policy.write_text('currency = "EURO"\nshop = "Nordwind"\nwindows = 3\n')
    here(office, "policy", "check", str(policy)).says(
        1, "currency has to fit", "shop has to be a table, such as { en = ", "windows has to be a list"
    )


@pytest.mark.parametrize("score", ["0", "6", "five", "", "4.5"])
def test_a_score_that_is_none(office: Office, score: str) -> None:
    key = sign("shop", "R-1", "a secret")
    here(office, "feedback", "record", key, "--score", score).says(2, "--score")


def test_a_comment_that_was_pasted_is_kept_without_what_nobody_sees(office: Office) -> None:
    key = sign("shop", "R-1", "a secret")
    secret = {"ODOO_RMA_FEEDBACK_SECRET": "a secret"}
    office.run(
        "feedback", "record", key, "--score", "2", "--comment", "\x1b[1mBad\x07\n👨‍👩‍👧", **secret
    ).says(0)
    [answer] = here(office, "feedback", "report", "--json").data["answers"]
    assert answer["comment"] == "[1mBad\n👨‍👩‍👧"


@pytest.mark.parametrize(
    "command",
    [("feedback", "record", "KEY", "--score", "2", "--comment"), ("quarantine", "drop", "R-1", "--note")],
)
def test_a_text_that_is_too_long(office: Office, command: tuple[str, ...]) -> None:
    here(office, *command, "x" * 5001).says(2, command[-1], "5,001 letters", "5,000")


def test_words_from_outside_do_not_reach_the_terminal_as_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names in Odoo stand in error messages; on a terminal click would let their escape sequences through."""

    def refuse(*_: object, **__: object) -> None:
        raise Refused("2 contacts have it:\n  7 \x1b[2J\x1b]0;owned\x07")

    monkeypatch.setattr("odoo_rma.cli.session.Session.settings", refuse)
    ended = CliRunner().invoke(main, ["customer", "x@example.com"], color=True)
    assert ended.exit_code == 1
    assert "7 ·[2J·]0;owned·" in ended.output
