"""What every source promises beyond its facts: honest errors, no secret anywhere, and nothing held once it is closed."""

import json
import traceback
from collections.abc import Callable
from contextlib import closing

import pytest

from odoo_rma.connector.checked import Check
from odoo_rma.connector.errors import RmaError, Stop
from odoo_rma.connector.sources.base import Checkable, Source
from odoo_rma.connector.sources.conformance.books import Books
from odoo_rma.connector.sources.conformance.lab import Lab
from odoo_rma.connector.sources.conformance.stories import (
    newest,
    overheard,
    read,
    read_one,
    shown_in,
    takes,
    tell,
)


class Manners:
    """When things go wrong."""

    def test_it_goes_by_the_name_it_was_given(self, lab: Lab) -> None:
        with closing(lab.open()) as source:
            assert source.name == lab.name

    def test_notes_are_about_the_last_reading_alone(self, lab: Lab) -> None:
        lab.create()
        lab.wait()
        with closing(lab.open()) as source:
            list(source.changes(None))
            first = list(source.notes)
            list(source.changes(None))
            assert all(isinstance(note, str) for note in first)
            assert source.notes == first

    def test_a_broken_connection_is_not_taken_for_nothing_new(self, lab: Lab) -> None:
        made = lab.create()
        lab.wait()
        before = read(lab)
        with lab.cut_off():
            _fails(lab, lambda source: list(source.changes(before.cursor)))
            _fails(lab, lambda source: source.read(made))
        lab.wait()
        later = lab.create()
        lab.wait()
        assert later in newest(read(lab, before.cursor))

    def test_a_connection_that_breaks_half_way_is_not_taken_for_the_end(self, lab: Lab) -> None:
        made = {lab.create() for _ in range(2 * lab.page + 1)}
        lab.wait()
        with closing(lab.open()) as source:
            reading = source.changes(None)
            given = {next(reading).id}
            try:
                with lab.cut_off():
                    given |= {i.id for i in reading}
            except RmaError:
                assert source.cursor is None, "the cursor moved past what was not read"
            else:
                assert made <= given, "it ended as if that was all"

    def test_who_cannot_be_told_says_so(self, lab: Lab) -> None:
        owned, made = takes(lab), lab.create()
        if not owned:
            lab.cannot("be told anything")
        lab.wait()
        books = Books(read_one(lab, made)).receive(1)
        before = lab.truth(made)
        with lab.cut_off():
            _fails(lab, lambda source: source.tell(books.news(*owned)))
        assert lab.truth(made) == before
        assert tell(lab, books.news(*owned)).issues == ()

    def test_a_wrong_secret_stops_the_run_and_is_not_shown(self, lab: Lab) -> None:
        with (
            overheard() as heard,
            pytest.raises(Stop) as caught,
            closing(lab.open_with_wrong_secret()) as source,
        ):
            list(source.changes(None))
        assert shown_in(lab.secrets, *traceback.format_exception(caught.value), *heard) == []

    def test_no_secret_stands_in_logs_notes_and_documents(self, lab: Lab) -> None:
        made = lab.create()
        lab.wait()
        with overheard() as heard, closing(lab.open()) as source:
            given = list(source.changes(None))
            source.settle()
            rma = read_one(lab, made)
            books = Books(rma).receive(1)
            reply = source.tell(books.news(*source.takes))
            kept = [(i.origin, json.dumps(i.document), i.issues) for i in given]
            assert shown_in(lab.secrets, *heard, *source.notes, *kept, reply, source.name) == []

    def test_a_check_finds_nothing_wrong_where_nothing_is(self, lab: Lab) -> None:
        checks = _checked(lab)
        assert checks and all(one.ok for one in checks)

    def test_a_check_gives_what_is_wrong_and_does_not_raise_it(self, lab: Lab) -> None:
        _checked(lab)
        with lab.cut_off():
            wrong = [one for one in _checked(lab) if not one.ok]
        assert wrong, "it did not notice that nobody answers"
        assert all(one.detail and one.what_to_do for one in wrong)
        assert shown_in(lab.secrets, *wrong) == []

    def test_a_closed_source_holds_nothing(self, lab: Lab) -> None:
        made = lab.create()
        lab.wait()
        with closing(lab.open()) as source:
            list(source.changes(None))
            source.settle()
            source.read(made)
        assert lab.held() == 0

    def test_who_stops_half_way_holds_nothing_once_closed(self, lab: Lab) -> None:
        lab.create()
        lab.wait()
        with closing(lab.open()) as stopped:
            reading = stopped.changes(None)
            next(reading)
        assert lab.held() == 0

    def test_who_stops_half_way_stands_in_nobodys_way_once_closed(self, lab: Lab) -> None:
        made = {lab.create() for _ in range(2 * lab.page + 1)}
        lab.wait()
        with closing(lab.open()) as stopped:
            reading = stopped.changes(None)
            next(reading)
        assert made <= newest(read(lab)).keys()

    def test_closing_twice_is_harmless(self, lab: Lab) -> None:
        source = lab.open()
        source.close()
        source.close()


def _checked(lab: Lab) -> list[Check]:
    with closing(lab.open()) as source:
        if not isinstance(source, Checkable):
            lab.cannot("be checked")
        return list(source.check())


def _fails(lab: Lab, call: Callable[[Source], object]) -> None:
    """Make sure that a call raises one of our errors, without any secret in it."""
    with overheard() as heard, pytest.raises(RmaError) as caught, closing(lab.open()) as source:
        call(source)
    assert shown_in(lab.secrets, *traceback.format_exception(caught.value), *heard) == []
