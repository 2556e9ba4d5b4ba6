"""A registered secret is in nothing that is logged, whichever way it got into the record."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from odoo_rma.connector import redact
from odoo_rma.connector.errors import LoginRefused, Refused

SECRET = "s3cret/+'\"pw"


@pytest.fixture
def written() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    redact.register(SECRET, None, "")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger = logging.getLogger("test-redact")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    redact.install(logger)
    redact.install(logger)
    yield logger, stream
    logger.removeHandler(handler)


def test_messages_arguments_and_tracebacks_are_clean(written: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = written
    logger.info("plain %s, quoted %r, in data %s", SECRET, SECRET, {"password": SECRET})
    try:
        raise ValueError(f"no {SECRET} here")
    except ValueError:
        logger.exception("failed")
    logger.info("in an address: https://h/?k=s3cret%2F%2B%27%22pw")
    logger.info("in a body: %s", json.dumps({"key": SECRET}))
    text = stream.getvalue()
    assert text.startswith(f"INFO plain {redact.STRUCK}")
    assert "ValueError: no [secret] here" in text
    assert "s3cret" not in text


def test_without_a_secret_nothing_changes() -> None:
    assert redact.redact("nothing to see") == "nothing to see"


def test_fenced_loggers_stay_silent_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    redact.fence()
    for name in redact.FENCED:
        caplog.set_level(logging.DEBUG, logger=name)
        logging.getLogger(name).debug("the password is %s", SECRET)
        logging.getLogger(name).warning("a warning of %s", name)
    assert [record.levelname for record in caplog.records] == ["WARNING"] * len(redact.FENCED)


@pytest.mark.parametrize("around", ["password={}", "'{}'", "for {}: ", "[{}]", "{}@erp", "{}"])
def test_a_short_secret_is_struck_out_where_it_stands_alone(around: str) -> None:
    redact.register("rma")
    assert redact.redact(around.format("rma")) == around.format(redact.STRUCK)


@pytest.mark.parametrize("text", ["Run `odoo-rma check`.", "Leave out --rma.", "rma_line", "formal"])
def test_a_short_secret_does_not_spoil_other_words_and_so_is_not_told_by_them(text: str) -> None:
    redact.register("rma")
    assert redact.redact(text) == text


def test_what_odoo_refuses_names_no_customer_in_public_while_a_login_is_said() -> None:
    redact.register("c4nary-key-of-odoo")
    refused = redact.in_public(Refused("c4nary-key-of-odoo is no key for 'anna@mail.example'"))
    assert refused == "[secret] is no key for '[address]'"
    assert "desk@shop.example" in redact.in_public(
        LoginRefused("Odoo refuses the login of desk@shop.example.")
    )
