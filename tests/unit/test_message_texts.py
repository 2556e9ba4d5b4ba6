"""The texts that customers are sent: in their language, the shop's own before ours, nothing foreign taken for HTML."""

import json
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from click.testing import CliRunner, Result

from odoo_rma.cli.main import main
from odoo_rma.connector.channels.base import Outgoing
from odoo_rma.connector.channels.registry import open_channel
from odoo_rma.connector.errors import BadSettings
from odoo_rma.connector.settings import MessageSettings
from odoo_rma.mappings.message_sample import SAMPLE, samples
from odoo_rma.mappings.message_text import BadTemplate, Texts
from odoo_rma.mappings.vocabulary import MessageStep
from odoo_rma.sync.message_files import load_texts

RECEIVED = MessageStep.RECEIVED
TOML = """
[odoo]
url = "http://127.0.0.1:9"
database = "x"
login = "rma"
[messages]
since = 2026-11-01
templates = "texts"
"""


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("step", list(MessageStep))
def test_every_message_can_be_written_about_every_kind_of_return(step: MessageStep, language: str) -> None:
    for _, facts in samples(step):
        text = Texts().write(step, language, facts)
        assert text.subject
        assert text.body.startswith("<p>")
        assert "{{" not in text.subject + text.body


@pytest.mark.parametrize("step", list(MessageStep))
def test_english_and_chinese_say_the_same_facts(step: MessageStep) -> None:
    said = [Texts().write(step, language, SAMPLE).body for language in ("en", "zh")]
    facts = ("R-1001", "S-1001", "Hiking boot", "27.00 USD", "207.00 USD", "labels.example", "feedback?t=")
    assert [[f in s for f in facts] for s in said[:1]] == [[f in s for f in facts] for s in said[1:]]


def test_what_customers_and_sources_write_is_never_taken_for_html() -> None:
    facts = replace(SAMPLE, name="<script>x</script>", reasons=("<b>no</b>",), rma="<R> & co")
    text = Texts().write(MessageStep.DECLINED, "en", facts)
    assert "<script>" not in text.body
    assert "&lt;b&gt;no&lt;/b&gt;" in text.body
    assert text.subject == "About your return request <R> & co", "a subject is no HTML"


def test_a_subject_stays_on_one_line() -> None:
    text = Texts().write(RECEIVED, "en", replace(SAMPLE, rma="R\nBcc: everybody@example.com"))
    assert "\n" not in text.subject


def test_the_shops_own_text_counts_before_ours_and_the_rest_stays() -> None:
    texts = Texts(
        {"received.en.html": "Subject: Here!\n{% extends frame %}{% block text %}Got it.{% endblock %}"}
    )
    assert texts.write(RECEIVED, "en", SAMPLE).subject == "Here!"
    assert "Hello Alice Moreau" in texts.write(RECEIVED, "en", SAMPLE).body
    assert "您好" in texts.write(RECEIVED, "zh", SAMPLE).body


def test_the_shops_own_frame_is_around_our_texts() -> None:
    texts = Texts(
        {"frame.en.html": "<p>Hi!</p>{% macro goods(x) %}…{% endmacro %}{% block text %}{% endblock %}"}
    )
    body = texts.write(RECEIVED, "en", SAMPLE).body
    assert body.startswith("<p>Hi!</p>")
    assert "Your parcel is here" in body


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("fr_FR", "fr"),
        ("fr_BE", "fr_BE"),
        ("fr", "fr"),
        ("zh_HK", "zh"),
        ("en_GB", "en"),
        ("da_DK", "en"),
        ("", "en"),
    ],
)
def test_a_language_is_added_by_a_file(asked: str, found: str) -> None:
    texts = Texts({"received.fr.html": "Subject: a\nb", "received.fr_BE.html": "Subject: a\nb"})
    assert texts.write(RECEIVED, asked, SAMPLE).language == found


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("Hello", "the first line has to say “Subject: …”"),
        ("Subject:  \nx", "the first line has to say"),
        ("Subject: x\n{{ nobody }}", "'nobody' is undefined"),
        ("Subject: x\n\n{% if %}", "received.en.html, line 3"),
        ("Subject: x\n{{ refund.lines + 1 }}", "TypeError"),
        ("Subject: x\n{{ ''.__class__.__mro__ }}", "unsafe"),
        ("Subject: x\n{% for i in range(1000000000) %}{% endfor %}", "Range too big"),
        ("Subject: x\n{% include '/etc/passwd' %}", "there is no template /etc/passwd"),
    ],
)
def test_a_template_that_cannot_be_used_is_named(source: str, problem: str) -> None:
    with pytest.raises(BadTemplate, match=r"received\.en\.html") as refused:
        Texts({"received.en.html": source}).write(RECEIVED, "en", SAMPLE)
    assert problem in str(refused.value)


def test_a_mistake_in_the_frame_is_told_of_the_frame() -> None:
    with pytest.raises(BadTemplate, match=r"^frame\.en\.html, line 2: "):
        Texts({"frame.en.html": "<p>Hi</p>\n{% if %}"}).write(RECEIVED, "en", SAMPLE)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            (
                "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}"
                "{% endfor %}{% endfor %}{% endfor %}"
            ),
            "does not come to an end",
        ),
        (
            "{% macro two(n) %}{% if n %}{{ two(n - 1) }}{{ two(n - 1) }}{% endif %}{% endmacro %}{{ two(99) }}",
            "does not come to an end",
        ),
        ("{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}", "without end"),
        ("{% include 'received.en.html' %}", "without end"),
        ("{% extends 'received.en.html' %}", "without end"),
        ("{% for a in range(9999) %}{{ name.center(1000) }}{% endfor %}", "more than 1,000,000 letters"),
        ("{{ 'a' * 9999999999 }}", "only for multiplying numbers"),
        ("{{ range(9) | list * 9999999999 }}", "only for multiplying numbers"),
        ("{{ 9 ** 9999999999 }}", "only for multiplying numbers"),
    ],
)
def test_a_template_that_never_ends_is_stopped_at_once(body: str, problem: str) -> None:
    before = monotonic()
    with pytest.raises(BadTemplate, match=r"^received\.en\.html") as refused:
        Texts({"received.en.html": f"Subject: x\n{body}"}).write(RECEIVED, "en", SAMPLE)
    assert problem in str(refused.value)
    assert monotonic() - before < 10


def test_a_message_about_a_thousand_articles_is_written() -> None:
    many = replace(SAMPLE, received=SAMPLE.received[:1] * 1000)
    assert Texts().write(RECEIVED, "en", many).body.count(SAMPLE.received[0].title) == 1000


def test_numbers_may_be_multiplied_and_loops_know_their_length() -> None:
    body = "{% for item in received %}{{ loop.index }}/{{ loop.length }}:{{ item.quantity * 2 }}{% endfor %}"
    facts = replace(SAMPLE, received=SAMPLE.received[:1])
    written = Texts({"received.en.html": f"Subject: x\n{body}"}).write(RECEIVED, "en", facts).body
    assert written == f"1/1:{SAMPLE.received[0].quantity * 2}"


# ── the folder ──


def test_a_folder_of_templates_is_read(tmp_path: Path) -> None:
    (tmp_path / "received.de.html").write_text("\ufeffSubject: Da\nDa.", encoding="utf-8")
    (tmp_path / ".received.en.html.swp").write_text("x")
    (tmp_path / "notes.txt").write_text("x")
    assert load_texts(tmp_path).write(RECEIVED, "de_AT", SAMPLE).subject == "Da"


@pytest.mark.parametrize(
    "name", ["arrived.en.html", "received.html", "received.EN.html", "received.en-US.html"]
)
def test_a_misnamed_template_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("Subject: x\nx")
    with pytest.raises(BadSettings, match=r"STEP\.LANGUAGE\.html"):
        load_texts(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="no folder"):
        load_texts(tmp_path / "nowhere")


def test_a_template_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "received.en.html").write_bytes(b"Subject: \xff\xfe")
    with pytest.raises(BadSettings, match="not UTF-8"):
        load_texts(tmp_path)


# ── channels ──


def test_email_is_a_channel_and_a_slip_of_the_pen_is_named() -> None:
    assert open_channel(MessageSettings()).address == "email"
    with pytest.raises(BadSettings, match="Did you mean email"):
        open_channel(MessageSettings(channel="emial"))


def test_a_message_has_a_plain_text_for_channels_without_html() -> None:
    message = Outgoing("k", "+1", 1, 1, "en", "s", "<p>Tea &amp; <b>milk</b></p>")
    assert message.text == "Tea & milk"


@pytest.mark.parametrize("url", ["https://shop.example/feedback", "javascript:{token}", "{token}"])
def test_a_feedback_link_without_its_token_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"\{token\}"):
        MessageSettings(feedback_url=url)


# ── the commands ──


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings and own templates."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odoo-rma.toml").write_text(TOML)
    (tmp_path / "texts").mkdir()
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["messages", *words])


def test_list_says_what_is_told_and_where_each_text_stands(office: Path) -> None:
    (office / "texts/received.de.html").write_text("Subject: x\nx")
    said = run("list").stdout
    assert "de: " in said
    assert "from 2026-11-01 on" in said
    found = json.loads(run("list", "--json").stdout)
    assert [s["step"] for s in found["steps"]] == [s.value for s in MessageStep]
    assert all(s["on"] for s in found["steps"])


def test_list_says_that_nothing_is_told_where_it_is_off(office: Path) -> None:
    (office / "odoo-rma.toml").write_text(TOML.replace("since = 2026-11-01\n", ""))
    assert "Customers are told nothing" in run("list").stdout


def test_preview_prints_a_message_that_people_can_read(office: Path) -> None:
    said = run("preview", "refunded").stdout.splitlines()
    assert said[0] == "Your refund of 207.00 USD for return R-1001"
    assert "Restocking fee -20.00 USD" in said
    assert "<p>" in run("preview", "refunded", "--html").stdout
    assert json.loads(run("preview", "refunded", "--lang", "zh", "--json").stdout)["language"] == "zh"


def test_check_names_every_template_that_cannot_be_used(office: Path) -> None:
    assert run("check").stdout == "All messages can be written.\n"
    (office / "texts/received.en.html").write_text("Subject: x\n{{ nobody }}")
    (office / "texts/closed.de.html").write_text("x")
    result = run("check")
    assert result.exit_code == 1
    assert "received.en.html: 'nobody' is undefined" in result.stdout
    assert "closed.de.html: the first line" in result.stdout
    assert len(json.loads(run("check", "--json").stdout)["problems"]) == 2


def test_check_names_a_feedback_link_that_nobody_can_sign(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (office / "odoo-rma.toml").write_text(TOML + 'feedback_url = "https://shop.example/{token}"\n')
    assert "ODOO_RMA_FEEDBACK_SECRET" in run("check").stderr
    monkeypatch.setenv("ODOO_RMA_FEEDBACK_SECRET", "long and random")
    assert run("check").exit_code == 0
