"""The store's rules, as stories: what counts when an RMA comes in again, and what a run gets to see."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from stores import say

from odoo_rma.connector.settings_store import StorePlace
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.mappings.decisions import Decisions
from odoo_rma.mappings.issues import Issue
from odoo_rma.mappings.model import Rma
from odoo_rma.sync.report import Document, Outcome, Result, RunReport
from odoo_rma.sync.store import Ambiguous, NotFound, Reception, Settled, StillUnreadable, Store

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def rma(rma_id: str = "1", revision: int = 1, source: str = "shop", **fields: Any) -> Rma:
    line = {"id": "1", "sku": "MUG", "requested": "2"} | fields.pop("line", {})
    data = {
        "source": source,
        "id": rma_id,
        "revision": revision,
        "order": {"name": "S00001"},
        "customer": {"name": "Ada"},
        "currency": "EUR",
        "lines": [line],
    }
    return Rma.model_validate(data | fields)


def found(one: Rma, origin: str = "a.json") -> Incoming:
    return Incoming(origin, one.model_dump(mode="json"), one.id, one)


def broken(rma_id: str | None = None, **document: Any) -> Incoming:
    issue = Issue("unreadable", "The quantity is not a number.", "Correct it.", "lines.0.requested")
    return Incoming("bad.json, item 1", {"id": rma_id} | document, rma_id, None, (issue,))


def issue(code: str) -> Issue:
    return Issue(code, "It is wrong.", "Put it right.")


@pytest.fixture
def store(place: StorePlace) -> Iterator[Store]:
    with Store.open(place) as opened:
        yield opened


def take(store: Store, *all_of: Rma) -> list[Reception]:
    return [store.receive(one.source, found(one), now=NOW) for one in all_of]


def open_ids(store: Store, *ids: str) -> list[str]:
    return [one.id for one in store.open_rmas(["shop"], ids)]


def codes(store: Store) -> list[tuple[str, str]]:
    return [(entry.key, entry.code) for entry in store.quarantine_list()]


def quarantine(store: Store, rma_id: str, code: str) -> None:
    store.settle("shop", rma_id, outcome=Outcome.QUARANTINED, issues=[issue(code)], now=NOW)


class TestReceive:
    def test_first_sight_is_new_and_the_same_again_is_no_news(self, store: Store) -> None:
        assert take(store, rma(), rma()) == [Reception.NEW, Reception.SAME]
        assert open_ids(store) == ["1"]

    def test_a_higher_revision_replaces_the_snapshot(self, store: Store) -> None:
        assert take(store, rma(), rma(revision=2, note="changed"))[-1] is Reception.UPDATED
        snapshot = store.rma("shop", "1")
        assert snapshot is not None
        assert snapshot.note == "changed"

    def test_a_lower_revision_is_ignored(self, store: Store) -> None:
        assert take(store, rma(revision=2), rma(revision=1, note="old"))[-1] is Reception.STALE
        assert store.rma("shop", "1") == rma(revision=2)

    def test_the_same_revision_with_other_content_is_a_conflict_and_the_first_stays(
        self, store: Store
    ) -> None:
        take(store, rma())
        other = rma(line={"received": "1"}, note="other")
        assert take(store, other) == [Reception.CONFLICT]
        assert store.rma("shop", "1") == rma()
        (entry,) = store.quarantine_list()
        assert (entry.code, entry.held) == ("conflict", True)
        assert "lines.1.received, note" in entry.issues[0].message
        assert entry.issues[0].numbers["accepted"] != entry.issues[0].numbers["offered"]
        assert "above 1" in entry.issues[0].way_out
        assert open_ids(store) == []

    def test_a_number_written_otherwise_is_the_same_number(self, store: Store) -> None:
        take(store, rma(line={"requested": "2"}))
        assert take(store, rma(line={"requested": "2.0"})) == [Reception.SAME]

    def test_an_hour_written_in_another_zone_is_the_same_hour(self, store: Store) -> None:
        take(store, rma(requested_at="2026-11-01T12:00:00Z"))
        assert take(store, rma(requested_at="2026-11-01T13:00:00+01:00")) == [Reception.SAME]

    def test_a_conflict_that_a_person_has_settled_does_not_come_back(self, store: Store) -> None:
        take(store, rma(), rma(note="other"))
        store.resolve("1", now=NOW, partner_id=42)
        assert take(store, rma(note="other")) == [Reception.SAME]
        assert take(store, rma(note="third")) == [Reception.CONFLICT]

    def test_a_release_that_digests_otherwise_sees_no_conflict(self, store: Store) -> None:
        take(store, rma())
        say(store, "UPDATE rma SET digest = 'of another release'")
        assert take(store, rma()) == [Reception.SAME]

    def test_a_conflict_ends_with_a_higher_revision(self, store: Store) -> None:
        take(store, rma(), rma(note="other"), rma(revision=2))
        assert codes(store) == []
        assert open_ids(store) == ["1"]

    def test_the_same_id_from_two_sources_never_mixes(self, store: Store) -> None:
        assert take(store, rma(), rma(source="hub", note="hub's")) == [Reception.NEW, Reception.NEW]
        assert open_ids(store) == ["1"]
        assert [one.note for one in store.open_rmas(["hub"])] == ["hub's"]

    def test_an_rma_that_names_another_source_is_set_aside(self, store: Store) -> None:
        one = rma(source="hub")
        assert store.receive("shop", found(one), now=NOW) is Reception.UNREADABLE
        assert "comes from the source hub" in store.quarantine_list()[0].issues[0].message

    def test_a_batch_is_all_or_nothing(self, store: Store) -> None:
        bad = Incoming("x", {1: "mixed keys", "a": "cannot be sorted"})  # type: ignore[dict-item]
        with pytest.raises(TypeError):
            store.receive_many("shop", [found(rma()), bad], now=NOW)
        assert open_ids(store) == []

    def test_a_time_without_zone_is_refused(self, store: Store) -> None:
        with pytest.raises(ValueError, match="without its zone"):
            store.receive("shop", found(rma()), now=datetime(2026, 1, 1))  # noqa: DTZ001


class TestUnreadable:
    def test_it_is_set_aside_with_its_reason_and_document(self, store: Store) -> None:
        assert store.receive("shop", broken("7"), now=NOW) is Reception.UNREADABLE
        (entry,) = store.quarantine_show("7")
        assert (entry.code, entry.held, entry.origin) == ("unreadable", True, "bad.json, item 1")
        assert entry.document == {"id": "7"}
        assert entry.issues[0].where == "lines.0.requested"

    def test_without_an_id_it_gets_a_short_name_that_stays(self, store: Store) -> None:
        store.receive("shop", broken(text="x"), now=NOW)
        store.receive("shop", broken(text="x"), now=NOW)
        ((key, _),) = codes(store)
        assert key.startswith("u-")
        assert len(key) == 12

    @pytest.mark.parametrize("odd", ["\ud800", "a\0b", "x" * 300, "  "])
    def test_an_id_that_nobody_can_type_is_no_id(self, store: Store, odd: str) -> None:
        store.receive("shop", broken(odd), now=NOW)
        assert store.quarantine_list()[0].key.startswith("u-")

    def test_it_is_released_when_the_rma_comes_in_readable(self, store: Store) -> None:
        store.receive("shop", broken("1"), now=NOW)
        take(store, rma())
        assert codes(store) == []
        assert open_ids(store) == ["1"]

    def test_it_stays_while_only_an_older_revision_can_be_read(self, store: Store) -> None:
        take(store, rma())
        store.receive("shop", broken("1", revision=2), now=NOW)
        assert take(store, rma()) == [Reception.SAME]
        assert codes(store) == [("1", "unreadable")]
        take(store, rma(revision=2))
        assert codes(store) == []

    def test_dropped_it_does_not_come_back_with_the_same_document(self, store: Store) -> None:
        store.receive("shop", broken("7"), now=NOW)
        store.drop("7", "nonsense", now=NOW)
        assert store.receive("shop", broken("7"), now=NOW) is Reception.SAME
        assert codes(store) == []
        assert store.receive("shop", broken("7", more="x"), now=NOW) is Reception.UNREADABLE

    def test_a_retry_reads_it_once_more(self, store: Store) -> None:
        document = rma().model_dump(mode="json")
        store.receive("shop", Incoming("a", document, None, None, (issue("unreadable"),)), now=NOW)
        assert store.retry(codes(store)[0][0], now=NOW) == ("shop", "1")
        assert open_ids(store) == ["1"]

    def test_a_retry_of_what_still_cannot_be_read_says_so_and_keeps_it(self, store: Store) -> None:
        store.receive("shop", broken("7"), now=NOW)
        with pytest.raises(StillUnreadable, match=r"not a number.*send it again"):
            store.retry("7", now=NOW)
        assert codes(store) == [("7", "unreadable")]

    def test_a_retry_goes_on_with_the_snapshot_there_is(self, store: Store) -> None:
        take(store, rma())
        store.receive("shop", broken("1"), now=NOW)
        assert open_ids(store) == []
        store.retry("1", now=NOW)
        assert open_ids(store) == ["1"]


class TestOpenRmas:
    def test_in_the_order_of_first_arrival_over_many_pages(self, store: Store) -> None:
        ids = [str(n) for n in range(450, 0, -1)]
        store.receive_many("shop", [found(rma(i)) for i in ids], now=NOW)
        take(store, rma("450", revision=2))
        assert open_ids(store) == ids

    def test_results_may_be_written_while_reading(self, store: Store) -> None:
        store.receive_many("shop", [found(rma(str(n))) for n in range(300)], now=NOW)
        for one in store.open_rmas(["shop"]):
            store.settle("shop", one.id, outcome=Outcome.DONE, finished=True, now=NOW)
        assert open_ids(store) == []

    def test_finished_ones_rest_until_a_newer_revision(self, store: Store) -> None:
        take(store, rma())
        store.settle("shop", "1", outcome=Outcome.DONE, finished=True, now=NOW)
        assert open_ids(store) == []
        assert open_ids(store, "1") == ["1"]
        take(store, rma(revision=2))
        assert open_ids(store) == ["1"]

    def test_named_ones_by_id_or_number(self, store: Store) -> None:
        take(store, rma("1", number="R-1"), rma("2", number="1"))
        assert open_ids(store, "R-1") == ["1"]
        assert open_ids(store, "1") == ["1"]
        assert open_ids(store, "shop/2", "R-1") == ["1", "2"]

    def test_an_unknown_name_is_told(self, store: Store) -> None:
        with pytest.raises(NotFound, match="R-9"):
            store.open_rmas(["shop"], ["R-9"])

    def test_other_sources_stay_out(self, store: Store) -> None:
        take(store, rma(source="hub"))
        assert open_ids(store) == []
        with pytest.raises(NotFound):
            store.open_rmas(["shop"], ["1"])


class TestSettle:
    def test_most_quarantined_ones_are_looked_at_again(self, store: Store) -> None:
        take(store, rma())
        quarantine(store, "1", "unknown_order")
        assert codes(store) == [("1", "unknown_order")]
        assert open_ids(store) == ["1"]
        store.settle("shop", "1", outcome=Outcome.DONE, now=NOW)
        assert codes(store) == []

    def test_what_odoo_refused_is_held_until_a_retry(self, store: Store) -> None:
        take(store, rma())
        quarantine(store, "1", "odoo_refused")
        assert open_ids(store) == []
        store.retry("1", now=NOW)
        assert (codes(store), open_ids(store)) == ([], ["1"])

    def test_undecided_leaves_the_entry_as_it_is(self, store: Store) -> None:
        take(store, rma())
        quarantine(store, "1", "unknown_order")
        store.settle("shop", "1", outcome=Outcome.UNDECIDED, now=NOW)
        assert codes(store) == [("1", "unknown_order")]

    def test_a_good_end_does_not_hide_a_conflict(self, store: Store) -> None:
        take(store, rma(), rma(note="other"))
        store.settle("shop", "1", outcome=Outcome.DONE, now=NOW)
        assert codes(store) == [("1", "conflict")]

    def test_documents_are_kept_for_show(self, store: Store) -> None:
        take(store, rma())
        document = Document("credit note", "account.move", 7, "RINV/1", "posted", "https://erp.example.com/7")
        store.settle_many([Settled("shop", "1", Outcome.DONE, documents=(document,))], now=NOW)
        store.settle("shop", "1", outcome=Outcome.UNDECIDED, now=NOW)
        assert store.documents("shop", "1") == (document,)

    def test_the_history_tells_what_happened_once(self, store: Store) -> None:
        take(store, rma())
        quarantine(store, "1", "unknown_order")
        quarantine(store, "1", "unknown_order")
        store.resolve("1", "phoned", order="S00002", now=NOW)
        run = store.begin_run("sync", NOW)
        store.settle("shop", "1", outcome=Outcome.DONE, steps=["posted"], now=NOW + timedelta(minutes=1))
        for _ in range(3):
            store.settle("shop", "1", outcome=Outcome.UNCHANGED, now=NOW)
        moments = store.history("shop", "1")
        assert [m.what for m in moments] == ["received", "quarantined", "decided", "done"]
        assert (moments[-1].text, moments[-1].run) == ("posted", run)
        assert moments[2].text == "order is S00002; phoned"


class TestByHand:
    @pytest.mark.parametrize("how", ["drop", "resolve"])
    def test_left_alone_until_a_newer_revision(self, store: Store, how: str) -> None:
        take(store, rma())
        quarantine(store, "1", "unknown_order")
        getattr(store, how)("1", "by phone", now=NOW)
        assert (codes(store), open_ids(store)) == ([], [])
        assert store.quarantine_show("1")[0].note == "by phone"
        take(store, rma())
        assert open_ids(store) == []
        take(store, rma(revision=2))
        assert open_ids(store) == ["1"]

    def test_a_run_that_was_under_way_does_not_overrule_it(self, store: Store) -> None:
        take(store, rma())
        store.drop("1", now=NOW)
        quarantine(store, "1", "unknown_order")
        assert (codes(store), open_ids(store)) == ([], [])

    def test_a_decision_is_handed_to_the_comparison_and_stays(self, store: Store) -> None:
        take(store, rma())
        quarantine(store, "1", "ambiguous_customer")
        store.resolve("1", now=NOW, partner_id=42)
        store.resolve("1", now=NOW, order="S00002")
        take(store, rma(revision=2))
        assert store.decisions("shop", "1") == Decisions(42, "S00002", asked=3)
        assert (codes(store), open_ids(store)) == ([], ["1"])

    def test_nothing_to_decide_about_what_could_not_be_read(self, store: Store) -> None:
        store.receive("shop", broken("7"), now=NOW)
        with pytest.raises(NotFound, match="could not be read"):
            store.resolve("7", now=NOW, partner_id=1)
        assert codes(store) == [("7", "unreadable")]
        assert store.decisions("shop", "7") == Decisions()

    def test_a_name_that_means_several_has_to_be_completed(self, store: Store) -> None:
        take(store, rma(), rma(source="hub"))
        with pytest.raises(Ambiguous, match="hub/1, shop/1"):
            store.drop("1", now=NOW)
        assert store.drop("hub/1", now=NOW) == ("hub", "1")

    def test_an_unknown_name_is_told(self, store: Store) -> None:
        with pytest.raises(NotFound, match="R-9"):
            store.quarantine_show("R-9")

    def test_what_was_never_in_quarantine_is_told(self, store: Store) -> None:
        take(store, rma())
        with pytest.raises(NotFound, match="not in quarantine"):
            store.quarantine_show("1")

    def test_the_list_can_be_narrowed(self, store: Store) -> None:
        store.receive("shop", broken("7"), now=NOW)
        store.receive("hub", broken("8"), now=NOW)
        store.drop("8", now=NOW)
        assert [e.name for e in store.quarantine_list("shop")] == ["shop/7"]
        assert [e.key for e in store.quarantine_list(state="dropped")] == ["8"]
        assert len(store.quarantine_list(state=None)) == 2


class TestRuns:
    def test_a_store_is_fresh_until_a_real_run_has_ended(self, store: Store) -> None:
        assert store.fresh
        store.end_run(store.begin_run("sync --dry-run", NOW), RunReport(NOW, dry_run=True))
        store.begin_run("sync", NOW)
        store.fail_run(store.begin_run("sync", NOW), NOW, "no server")
        assert store.fresh
        store.end_run(store.begin_run("sync", NOW), RunReport(NOW))
        assert not store.fresh

    def test_the_diary_says_how_each_run_ended(self, store: Store) -> None:
        store.begin_run("sync", NOW)
        store.fail_run(store.begin_run("sync", NOW), NOW, "no server")
        results = [Result("shop", str(n), str(n), Outcome.UNCHANGED) for n in range(3)]
        results.append(Result("shop", "9", "R-9", Outcome.QUARANTINED, issues=(issue("over_return"),)))
        ended = store.begin_run("sync", NOW)
        store.end_run(ended, RunReport(NOW, finished=NOW, results=results))
        assert [(r.state, r.exit_code) for r in store.runs()] == [
            ("ended", 3),
            ("failed", 1),
            ("interrupted", None),
        ]
        run = store.run(ended)
        assert (run.counts["unchanged"], run.counts["quarantined"]) == (3, 1)
        assert run.report is not None
        assert [r["id"] for r in run.report["results"]] == ["9"]

    def test_an_unknown_run_is_told(self, store: Store) -> None:
        with pytest.raises(NotFound, match="no run 5"):
            store.run(5)
