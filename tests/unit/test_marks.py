"""What people change in Odoo is noticed: whatever the second it carries, however long its transaction took."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shop import rma

from odoo_rma.connector.errors import AccessRefused, NotOffered
from odoo_rma.connector.odoo.client import Row, Server
from odoo_rma.connector.settings_store import StorePlace
from odoo_rma.connector.sources.base import Incoming
from odoo_rma.mappings.identity import Key
from odoo_rma.sync import marks
from odoo_rma.sync.marks import OVERLAP, RECENT, wake_changed
from odoo_rma.sync.report import Document, Outcome
from odoo_rma.sync.store import Store

NOON = datetime.fromisoformat("2026-11-24T12:00:00+00:00")
US, ALICE = 7, 8


class Books:
    """An Odoo that knows transfers and their change marks, and nothing else."""

    server = Server("https://e.example.com", "d", (19, 0), "json2", US, "rma", 1)

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.keys: dict[int, str] = {}
        self.clock = NOON
        self.refused = ""

    def change(self, record: int, *, by: int = ALICE, ago: timedelta = timedelta(0), **more: Any) -> None:
        at = (self.clock - ago).strftime("%Y-%m-%d %H:%M:%S")
        row = {"id": record, "backorder_id": False, "sale_id": False, "origin": False}
        self.rows[record] = row | more | {"write_date": at, "write_uid": by}

    def search_read(
        self, model: str, domain: list[Any], fields: list[str], *, order: str = "id", limit: int | None = None
    ) -> list[Row]:
        if model == self.refused:
            raise AccessRefused
        if model != "stock.picking":
            raise NotOffered
        if domain[0][:2] == ("id", "in"):
            return [{"id": i} for i in domain[0][2] if i in self.rows]
        fits = {"!=": lambda a, b: a != b, ">=": lambda a, b: a >= b, ">": lambda a, b: a > b}
        found = [r for r in self.rows.values() if all(fits[o](r[f], v) for f, o, v in domain)]
        name, _, way = order.partition(" ")
        nulls_first = sorted(found, key=lambda r: r[name] or "~", reverse=way == "desc")
        return nulls_first[:limit]

    def external_ids(self, model: str, ids: list[int]) -> dict[int, str]:
        return {i: self.keys[i] for i in ids if i in self.keys}


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Books:
    books = Books()
    monkeypatch.setattr(marks, "read_existing", lambda _c, _m, ids: {i for i in ids if i in books.rows})
    return books


@pytest.fixture
def store(place: StorePlace) -> Iterator[Store]:
    with Store.open(place) as store:
        yield store


def finished(store: Store, books: Books, *records: int) -> None:
    """Returns that ended well, each with one transfer of ours, under the number of the transfer."""
    for record in records:
        name = f"R-{record}"
        one = rma({"sku": "TENT", "requested": "1"}, id=name)
        store.receive("shop", Incoming("a.json", {"id": name}, name, one), now=NOON)
        transfer = Document("return transfer", "stock.picking", record, f"WH/IN/{record}", "done")
        order = Document("order", "sale.order", 1000 + record, f"S{record}")
        store.settle("shop", name, outcome=Outcome.DONE, now=NOON, finished=True, documents=(transfer, order))
        books.keys[record] = str(Key("shop", name, "transfer", ("1",)))
        books.change(record, by=US)


def woken(store: Store, books: Books) -> set[str]:
    """Look once; what was woken is looked at and finished again, as a run does."""
    wake_changed(store, books, lambda: books.clock)  # type: ignore[arg-type]
    found = {r.id for r in store.open_rmas(["shop"])}
    for name in found:
        store.settle("shop", name, outcome=Outcome.UNCHANGED, now=NOON, finished=True)
    return found


def test_what_we_wrote_ourselves_is_no_news(store: Store, books: Books) -> None:
    finished(store, books, 1, 2)
    assert woken(store, books) == set()


def test_what_a_person_changed_is_looked_at_until_it_is_no_longer_recent(store: Store, books: Books) -> None:
    finished(store, books, 1, 2)
    woken(store, books)
    books.change(2)
    assert woken(store, books) == {"R-2"}
    books.clock += RECENT + timedelta(seconds=1)
    books.change(1)
    assert woken(store, books) == {"R-1", "R-2"}
    assert woken(store, books) == {"R-1"}


def test_in_a_quiet_night_nothing_is_looked_at_again_and_again(store: Store, books: Books) -> None:
    finished(store, books, 1, 2)
    for record in (1, 2):
        books.change(record)
    looks = []
    for _ in range(5):
        looks.append(woken(store, books))
        books.clock += RECENT / 2
    both = {"R-1", "R-2"}
    assert looks == [both, both, both, set(), set()]
    books.change(1)
    assert woken(store, books) == {"R-1"}


def test_a_second_change_within_one_second_counts(store: Store, books: Books) -> None:
    finished(store, books, 1)
    books.change(1)
    assert woken(store, books) == {"R-1"}
    books.change(1)  # in the same second, after we looked
    assert woken(store, books) == {"R-1"}


def test_a_second_change_within_one_second_counts_that_is_committed_much_later(
    store: Store, books: Books
) -> None:
    finished(store, books, 1)
    books.change(1)
    for later in (RECENT / 2, RECENT / 2 - timedelta(seconds=1)):
        assert woken(store, books) == {"R-1"}
        books.clock += later
    books.change(1, ago=RECENT - timedelta(seconds=1))
    assert woken(store, books) == {"R-1"}


def test_the_time_that_a_look_takes_is_no_time_in_which_a_change_could_settle(
    store: Store, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished(store, books, 1)
    minute, read = timedelta(minutes=1), books.search_read

    def read_slowly(model: str, *arguments: Any, **how: Any) -> list[Row]:
        if model == "stock.picking":
            books.clock += RECENT - minute
            books.change(1)
        return read(model, *arguments, **how)

    with monkeypatch.context() as slow:
        slow.setattr(books, "search_read", read_slowly)
        assert woken(store, books) == {"R-1"}
    books.clock += minute
    assert woken(store, books) == {"R-1"}
    books.change(1, ago=minute)  # in that very second, and committed after we looked
    assert woken(store, books) == {"R-1"}


def test_a_transaction_that_took_long_shows_up_behind_others(store: Store, books: Books) -> None:
    finished(store, books, 1, 2)
    books.change(1)
    assert woken(store, books) == {"R-1"}
    books.change(2, ago=OVERLAP - timedelta(seconds=1))
    assert "R-2" in woken(store, books)


def test_a_bulk_of_records_with_the_very_same_time_is_read_to_its_end(
    store: Store, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "NEWEST", 2)
    monkeypatch.setattr(marks, "PAGE", 3)
    finished(store, books, *range(1, 12))
    for record in range(1, 12):
        books.change(record)
    assert len(woken(store, books)) == 11


def test_a_backorder_and_a_return_by_hand_belong_to_the_return_whose_documents_they_name(
    store: Store, books: Books
) -> None:
    finished(store, books, 1, 2, 3)
    books.change(101, backorder_id=1)
    books.change(102, sale_id=1002)
    books.change(103, origin="WH/IN/3")
    assert woken(store, books) == {"R-1", "R-2", "R-3"}


def test_what_was_deleted_is_missed(store: Store, books: Books) -> None:
    finished(store, books, 1, 2)
    del books.rows[1]
    assert woken(store, books) == {"R-1"}


def test_whatever_is_deleted_of_many_is_missed(
    store: Store, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "DELETED_PAGE", 2)
    finished(store, books, *range(1, 8))
    for record in (1, 4, 7):
        del books.rows[record]
    assert [len(page) for _, page in store.remembered_records(2)] == [2, 2, 2, 1]
    assert woken(store, books) == {"R-1", "R-4", "R-7"}


def test_of_very_many_each_run_looks_for_some_and_goes_on_where_the_last_one_stopped(
    store: Store, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "DELETED_PAGE", 2)
    monkeypatch.setattr(marks, "DELETED_AT_ONCE", 4)
    finished(store, books, *range(1, 8))
    for record in (2, 6):
        del books.rows[record]
    assert [woken(store, books) for _ in range(2)] == [{"R-2"}, {"R-6"}]
    del books.rows[3]
    assert "R-3" in woken(store, books)  # from the beginning again


def test_a_database_restored_from_a_backup_is_read_again_from_where_it_stands(
    store: Store, books: Books
) -> None:
    finished(store, books, 1)
    books.change(1)
    woken(store, books)
    books.clock -= timedelta(days=3)
    books.change(1)
    assert woken(store, books) == {"R-1"}


def test_the_first_change_in_an_empty_table_counts_however_old(store: Store, books: Books) -> None:
    finished(store, books, 1)
    woken(store, books)
    books.change(1, ago=timedelta(days=2))
    assert woken(store, books) == {"R-1"}


def test_returns_that_people_settled_or_dropped_stay_so(store: Store, books: Books) -> None:
    finished(store, books, 1)
    store.drop("R-1", now=NOON)
    books.change(1)
    assert woken(store, books) == set()


def test_what_was_written_past_odoo_and_has_no_mark_holds_nobody_up(store: Store, books: Books) -> None:
    finished(store, books, 1, 2)
    woken(store, books)
    books.change(1)
    books.change(2)
    books.rows[2]["write_date"] = False
    assert woken(store, books) == {"R-1"}


def test_a_missing_right_is_said(store: Store, books: Books) -> None:
    books.refused = "stock.scrap"
    assert wake_changed(store, books, lambda: NOON) == [  # type: ignore[arg-type]
        "No right to read stock.scrap: what people change there is not noticed."
    ]


def test_nothing_goes_on_without_a_right_that_every_run_needs(store: Store, books: Books) -> None:
    books.refused = "stock.picking"
    with pytest.raises(AccessRefused):
        wake_changed(store, books, lambda: NOON)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=60)
@given(
    changes=st.lists(
        st.tuples(
            st.integers(1, 6),
            st.integers(0, int(OVERLAP.total_seconds()) - 60),
            st.booleans(),
            st.sampled_from([1, 1, 1, 400, 700]),
        ),
        max_size=30,
    ),
    newest=st.integers(1, 7),
)
def test_no_change_is_ever_lost(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int, bool, int]], newest: int
) -> None:
    """Each change commits some time after its mark; now and then we look. In the end all were looked at."""
    books, marked = Books(), set()
    folder = tmp_path_factory.mktemp("s")
    with Store.open(folder / "s.sqlite") as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(marks, "read_existing", lambda _c, _m, ids: ids)
        patch.setattr(marks, "NEWEST", newest)
        patch.setattr(marks, "PAGE", 2)
        finished(store, books, *range(1, 7))
        woken(store, books)
        due: set[str] = set()
        for record, ago, look, later in changes:
            books.clock += timedelta(seconds=later)
            mark = record, books.clock - timedelta(seconds=ago)
            if mark in marked and ago >= RECENT.total_seconds():
                continue  # two long transactions that began in one second and wrote one record one after the other
            marked.add(mark)
            books.change(record, ago=timedelta(seconds=ago))
            due.add(f"R-{record}")
            if look:
                assert due <= woken(store, books)
                due.clear()
        assert due <= woken(store, books)
