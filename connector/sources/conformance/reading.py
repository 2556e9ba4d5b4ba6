"""What every source promises about reading: nothing is lost, nothing is made up, and repeating is harmless."""

import json
from contextlib import closing
from urllib.parse import urlsplit

from odoo_rma.connector.sources.base import Incoming
from odoo_rma.connector.sources.conformance.lab import Lab
from odoo_rma.connector.sources.conformance.stories import Read, newest, read, read_one, shown_in
from odoo_rma.connector.sources.reading import read_document
from odoo_rma.mappings.money import Decimal


class Reading:
    """Changes since a cursor, and one RMA by its id."""

    def test_without_a_cursor_everything_is_given(self, lab: Lab) -> None:
        made = {lab.create() for _ in range(2 * lab.page + 1)}
        lab.wait()
        first = read(lab)
        assert made <= newest(first).keys()
        assert newest(read(lab)) == newest(first), "the second time it is something else"

    def test_every_rma_comes_under_its_own_id_and_the_name_of_its_source(self, lab: Lab) -> None:
        made = lab.create()
        lab.wait()
        incoming = read(lab).of(made)
        assert incoming.rma is not None
        assert (incoming.rma.source, incoming.rma.id, incoming.issues) == (lab.name, made, ())
        assert incoming.origin

    def test_with_a_cursor_only_what_changed_since_is_given(self, lab: Lab) -> None:
        old = lab.create()
        lab.wait()
        other = lab.create()
        lab.wait()
        before = read(lab)
        assert {old, other} <= before.ids
        shows = lab.edit(other)
        lab.wait()
        after = read(lab, before.cursor)
        assert shows(newest(before, after)[other])
        assert old not in after.ids, "what did not change came again"

    def test_a_new_rma_comes_with_the_next_reading(self, lab: Lab) -> None:
        lab.create()
        lab.wait()
        before = read(lab)
        made = {lab.create() for _ in range(lab.page + 1)}
        lab.wait()
        assert made <= newest(read(lab, before.cursor)).keys()

    def test_a_reading_of_nothing_new_keeps_the_place(self, lab: Lab) -> None:
        old = lab.create()
        lab.wait()
        recent = lab.create()
        lab.wait()
        first = read(lab)
        assert isinstance(first.cursor, str) and first.cursor, "there is no cursor after a whole reading"
        nothing = read(lab, first.cursor)
        still_nothing = read(lab, nothing.cursor)
        assert nothing.ids | still_nothing.ids <= {recent}, "the cursor went back"
        made = lab.create()
        lab.wait()
        last = read(lab, still_nothing.cursor)
        assert made in last.ids and old not in last.ids

    def test_an_edited_rma_has_a_higher_revision(self, lab: Lab) -> None:
        made = lab.create()
        lab.wait()
        before = read(lab)
        shows = lab.edit(made)
        lab.wait()
        after = newest(read(lab, before.cursor))[made]
        assert shows(after)
        assert after.revision > newest(before)[made].revision

    def test_an_rma_edited_while_it_is_read_is_not_lost(self, lab: Lab) -> None:
        made = [lab.create() for _ in range(2 * lab.page + 1)]
        lab.wait()
        made.append(lab.create())
        lab.wait()
        with closing(lab.open()) as source:
            reading = source.changes(None)
            given = [next(reading)]
            edits = {rma_id: lab.edit(rma_id) for rma_id in (made[0], made[-2])}
            lab.wait()  # as a long reading does
            first = Read((*given, *reading), source.cursor)
            source.settle()
        lab.wait()
        kept = newest(first, read(lab, first.cursor))
        assert set(made) <= kept.keys(), "an RMA that nobody touched was lost"
        assert {rma_id for rma_id, shows in edits.items() if shows(kept[rma_id])} == set(edits)

    def test_others_are_not_lost_when_one_is_deleted_while_they_are_read(self, lab: Lab) -> None:
        made = [lab.create() for _ in range(2 * lab.page + 1)]
        lab.wait()
        made.append(lab.create())
        lab.wait()
        with closing(lab.open()) as source:
            reading = source.changes(None)
            given = [next(reading)]
            gone = given[0].id or made[0]
            lab.delete(gone)
            first = Read((*given, *reading), source.cursor)
            source.settle()
        lab.wait()
        assert set(made) - {gone} <= newest(first, read(lab, first.cursor)).keys()

    def test_rmas_of_one_moment_are_all_given_across_a_page_edge(self, lab: Lab) -> None:
        old = lab.create()
        lab.wait()
        before = read(lab)
        with lab.one_moment():
            made = {lab.create() for _ in range(2 * lab.page + 1)}
        lab.wait()
        after = read(lab, before.cursor)
        assert made <= newest(after).keys()
        assert made <= newest(read(lab)).keys()
        assert old not in read(lab, after.cursor).ids

    def test_two_edits_in_one_moment_are_two(self, lab: Lab) -> None:
        made = lab.create()
        lab.wait()
        before = read(lab)
        with lab.one_moment():
            lab.edit(made)
            between = read(lab, before.cursor)
            shows = lab.edit(made)
        lab.wait()
        assert shows(newest(before, between, read(lab, between.cursor))[made])

    def test_a_change_that_shows_late_is_not_lost(self, lab: Lab) -> None:
        slow, quick = lab.create(), lab.create()
        lab.wait()
        before = read(lab)
        with lab.long_edit(slow) as shows:
            lab.edit(quick)
            lab.pause()
            between = read(lab, before.cursor)
        lab.wait()
        assert shows(newest(before, between, read(lab, between.cursor))[slow])

    def test_repeats_and_reorders_are_harmless(self, lab: Lab) -> None:
        made = []
        for _ in range(2 * lab.page + 1):
            made.append(lab.create())
            lab.wait()
        with lab.disorder():
            first = read(lab)
            assert read(lab, first.cursor).ids <= {made[-1]}, "the cursor is not that of the latest change"
            shows = {rma_id: lab.edit(rma_id) for rma_id in made[:2]}
            lab.wait()
            second = read(lab, first.cursor)
            kept = newest(first, second)
            assert set(made) <= kept.keys()
            assert all(shown(kept[rma_id]) for rma_id, shown in shows.items())
            again = read(lab, second.cursor)
            newest(first, second, again)
            assert again.ids <= set(made[:2]), "the cursor went back"

    def test_a_reading_that_stops_half_way_leaves_the_cursor_alone(self, lab: Lab) -> None:
        lab.create()
        lab.wait()
        before = read(lab)
        made = {lab.create() for _ in range(2 * lab.page + 1)}
        lab.wait()
        with closing(lab.open()) as source:
            next(source.changes(before.cursor))
            source.settle()
            assert source.cursor in (None, before.cursor)
        assert made <= newest(read(lab, before.cursor)).keys(), "what was read half-way is gone"

    def test_what_was_not_settled_is_given_again(self, lab: Lab) -> None:
        lab.create()
        lab.wait()
        before = read(lab)
        made = {lab.create() for _ in range(lab.page + 1)}
        lab.wait()
        with closing(lab.open()) as source:
            assert made <= {i.id for i in source.changes(before.cursor)}
        assert made <= newest(read(lab, before.cursor)).keys()

    def test_an_rma_is_read_by_its_id_as_it_is_now(self, lab: Lab) -> None:
        made, _other = lab.create(), lab.create()
        lab.wait()
        assert read_one(lab, made) == newest(read(lab))[made]
        shows = lab.edit(made)
        lab.wait()
        assert shows(read_one(lab, made))

    def test_an_unknown_id_is_none(self, lab: Lab) -> None:
        lab.create()
        lab.wait()
        with closing(lab.open()) as source:
            assert source.read("no-such-rma") is None
            assert source.read("no/such?rma=1 …") is None

    def test_a_deleted_rma_is_none_and_disturbs_nobody(self, lab: Lab) -> None:
        gone, stays = lab.create(), lab.create()
        lab.wait()
        before = read(lab)
        lab.delete(gone)
        shows = lab.edit(stays)
        lab.wait()
        with closing(lab.open()) as source:
            assert source.read(gone) is None
        assert shows(newest(read(lab, before.cursor))[stays])
        assert gone not in read(lab).ids

    def test_units_received_bit_by_bit_add_up(self, lab: Lab) -> None:
        made = lab.create()
        lab.receive(made, Decimal(1))
        lab.wait()
        before = read(lab)
        lab.receive(made, Decimal(1))
        lab.wait()
        after = newest(before, read(lab, before.cursor))[made]
        assert newest(before)[made].lines[0].received == 1
        assert after.lines[0].received == 2

    def test_an_unreadable_rma_comes_with_its_issues_and_hides_no_other(self, lab: Lab) -> None:
        made = {lab.create() for _ in range(lab.page)}
        bad = lab.create_unreadable()
        made |= {lab.create() for _ in range(lab.page)}
        lab.wait()
        found = read(lab)
        assert made <= newest(found).keys()
        assert bad in found.ids, "what could not be read was left out in silence"
        _refused(found.of(bad))

    def test_numbers_that_contradict_each_other_are_an_issue_and_no_guess(self, lab: Lab) -> None:
        bad, made = lab.create_unbalanced(), lab.create()
        lab.wait()
        found = read(lab)
        assert made in newest(found)
        _refused(found.of(bad))

    def test_what_is_kept_of_an_rma_reads_again_as_the_same(self, lab: Lab) -> None:
        lab.create()
        lab.wait()
        for incoming in read(lab).given:
            stored = json.loads(json.dumps(incoming.document))
            again = read_document(stored, source=lab.name, origin=incoming.origin)
            assert again.rma == incoming.rma

    def test_a_link_leads_to_one_rma_and_tells_no_secret(self, lab: Lab) -> None:
        made, other = lab.create(), lab.create()
        with closing(lab.open()) as source:
            links = [source.link(x) for x in (made, other, "a b/c?d#e")]
        if not any(links):
            return
        assert len(set(links)) == 3
        assert {urlsplit(link).scheme for link in links} <= {"http", "https"}
        assert not any(" " in link for link in links)
        assert "a%20b%2Fc%3Fd%23e" in links[2], "the id is not escaped"
        assert shown_in(lab.secrets, *links) == []

    def test_reading_changes_nothing_at_the_system(self, lab: Lab) -> None:
        made = lab.create()
        lab.wait()
        before = lab.truth(made)
        with closing(lab.open()) as source:
            list(source.changes(None))
            source.settle()
            source.read(made)
        assert lab.truth(made) == before


def _refused(incoming: Incoming) -> None:
    assert incoming.rma is None, "it was guessed"
    assert incoming.issues
    assert all(i.code and i.message and i.way_out for i in incoming.issues)
