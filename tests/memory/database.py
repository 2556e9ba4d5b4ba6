"""The tables of the double: records that are never changed in place, so that a copy or a transaction costs next to nothing."""

import re
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from memory.schema import EMPTY, MODELS, field_of

Row = Mapping[str, Any]
Values = Mapping[str, Any]

SECOND = timedelta(seconds=1)
NUMBERED = re.compile(r"(.*\D)(\d+)", re.DOTALL)
TO_MANY = ("many2many", "one2many")
Computed = Callable[["Database", int], Any]


class Database:
    """All records by model and id. `uid` is who writes, `now` the server's clock: a second goes by with each write."""

    def __init__(self, now: datetime) -> None:
        self.tables: dict[str, dict[int, Row]] = {model: {} for model in MODELS}
        self.next_id: dict[str, int] = defaultdict(lambda: 1)
        self.now = now
        self.uid = 1
        self.computed: dict[tuple[str, str], Computed] = {}
        self._index: dict[str, dict[str, dict[Any, list[int]]]] = {model: {} for model in MODELS}
        self._numbers: dict[str, dict[str, list[int]]] = {}
        self._undo: list[tuple[str, int, Row | None]] = []
        self._open = 0

    def fork(self) -> "Database":
        """Give a copy that shares the records."""
        other = Database(self.now)
        other.tables = {model: dict(rows) for model, rows in self.tables.items()}
        other.next_id = self.next_id.copy()
        other.computed = self.computed
        return other

    @contextmanager
    def transaction(self, uid: int) -> Iterator[None]:
        """Do all of it or nothing. Ids that were given out are not given out again, as on PostgreSQL."""
        begin = len(self._undo)
        self._open += 1
        self.uid, self.now = uid, self.now + SECOND
        try:
            yield
        except BaseException:
            self._take_back(begin)
            raise
        finally:
            self._open -= 1
            if not self._open:
                self._undo.clear()

    def _take_back(self, begin: int) -> None:
        """Bring back what stood in the tables; by id, as ever."""
        dropped = set()
        for model, record, before in reversed(self._undo[begin:]):
            self._file(model, record, self.tables[model].pop(record, None), before)
            if before is not None:
                self.tables[model][record] = before
                dropped.add(model)
        del self._undo[begin:]
        for model in dropped:
            self.tables[model] = dict(sorted(self.tables[model].items()))

    # ── records ──

    def create(self, model: str, /, **values: Any) -> int:
        """Make a record; what is not given is empty."""
        record = self.next_id[model]
        self.next_id[model] += 1
        self._put(model, record, {**EMPTY[model], "create_date": self.stamp, **_known(model, values)})
        return record

    def write(self, model: str, record: int, /, **values: Any) -> None:
        """Change a record."""
        self._put(model, record, {**self.tables[model][record], **_known(model, values)})

    def unlink(self, model: str, record: int) -> None:
        """Delete a record, and its external id."""
        self._drop(model, record)
        for name in list(self.where("ir.model.data", "res_id", record)):
            if self.tables["ir.model.data"][name]["model"] == model:
                self._drop("ir.model.data", name)

    def put_as_it_is(self, model: str, record: int, row: Row) -> None:
        """Take over a record from elsewhere, its marks of change included."""
        self._set(model, record, {**EMPTY[model], **_known(model, row), "id": record})
        self.next_id[model] = max(self.next_id[model], record + 1)

    def _put(self, model: str, record: int, row: Row) -> None:
        self._set(model, record, {**row, "id": record, "write_date": self.stamp, "write_uid": self.uid})

    def _set(self, model: str, record: int, row: Row) -> None:
        before = self.tables[model].get(record)
        self.tables[model][record] = row
        self._changed(model, record, before, row)

    def _drop(self, model: str, record: int) -> None:
        self._changed(model, record, self.tables[model].pop(record), None)

    def _changed(self, model: str, record: int, before: Row | None, after: Row | None) -> None:
        if self._open:
            self._undo.append((model, record, before))
        self._file(model, record, before, after)

    def _file(self, model: str, record: int, before: Row | None, after: Row | None) -> None:
        """Keep the indexes of a model as the table is; by id, as the records are."""
        if (numbers := self._numbers.get(model)) is not None:
            old_name, new_name = (row["name"] if row else "" for row in (before, after))
            if old_name != new_name:
                for prefix, number in _numbered(old_name):
                    numbers[prefix].remove(number)
                for prefix, number in _numbered(new_name):
                    insort(numbers[prefix], number)
        for field, index in self._index[model].items():
            old, new = (held(row[field]) if row else () for row in (before, after))
            for value in old if old != new else ():
                index[value].remove(record)
            for value in new if old != new else ():
                insort(index[value], record)

    @property
    def stamp(self) -> str:
        """The time now, as Odoo writes it."""
        return self.now.isoformat(sep=" ", timespec="seconds")

    # ── reading ──

    def row(self, model: str, record: int) -> Row:
        """Give what stands in the table."""
        return self.tables[model][record]

    def where(self, model: str, field: str, value: Any) -> list[int]:
        """Give the records whose stored field has, or holds, this value."""
        return list(self.having(model, field, value))

    def having(self, model: str, field: str, value: Any) -> Sequence[int]:
        """The same as it stands in the index, which changes with the table."""
        if field == "id":
            return (value,) if value in self.tables[model] else ()
        if field not in self._index[model]:
            index: dict[Any, list[int]] = defaultdict(list)
            for record in sorted(self.tables[model]):
                for one in held(self.tables[model][record][field]):
                    index[one].append(record)
            self._index[model][field] = index
        return self._index[model][field].get(value, ())

    def highest(self, model: str, prefix: str) -> int:
        """Give the highest number that follows this prefix, which ends in no digit, in a name; 0 where none does."""
        if model not in self._numbers:
            numbers: dict[str, list[int]] = defaultdict(list)
            for row in self.tables[model].values():
                for own, number in _numbered(row["name"]):
                    insort(numbers[own], number)
            self._numbers[model] = numbers
        found = self._numbers[model].get(prefix)
        return found[-1] if found else 0

    def value(self, model: str, record: int, name: str) -> Any:
        """Give a field's value, stored or not: a bare id or False, a tuple of ids, or a plain value."""
        field = field_of(model, name)
        if field.stored:
            return self.tables[model][record][name]
        if field.mirrors:
            return tuple(self.where(field.target, field.mirrors, record))
        if field.path:
            found = self.follow(model, record, field.path)
            return tuple(dict.fromkeys(found)) if field.kind in TO_MANY else (found[0] if found else False)
        return self.computed[model, name](self, record)

    def follow(self, model: str, record: int, path: str) -> list[Any]:
        """Give what a path of fields leads to from a record; nothing where a link is empty."""
        name, _, rest = path.partition(".")
        field, value = field_of(model, name), self.value(model, record, name)
        if field.kind in TO_MANY:
            return [x for one in value for x in (self.follow(field.target, one, rest) if rest else [one])]
        if not rest:
            return [value]
        return self.follow(field.target, value, rest) if value else []

    def ids(self, model: str, records: Iterable[int]) -> list[int]:
        """Give those records that exist."""
        return [r for r in records if r in self.tables[model]]

    # ── external ids ──

    def named(self, name: str) -> tuple[str, int] | None:
        """Give the model and the record of a full external id."""
        module, _, bare = name.partition(".")
        for record in self.where("ir.model.data", "name", bare):
            row = self.tables["ir.model.data"][record]
            if row["module"] == module:
                return row["model"], row["res_id"]
        return None

    def name_of(self, model: str, record: int) -> str:
        """Give the oldest external id of a record, or nothing."""
        for name in self.where("ir.model.data", "res_id", record):
            row = self.tables["ir.model.data"][name]
            if row["model"] == model:
                return f"{row['module']}.{row['name']}"
        return ""

    def give_name(self, name: str, model: str, record: int) -> None:
        """Give a record an external id."""
        module, _, bare = name.partition(".")
        self.create("ir.model.data", module=module, name=bare, model=model, res_id=record, noupdate=True)


def _numbered(name: Any) -> Iterator[tuple[str, int]]:
    """Part a name from the number at its end, if it has both."""
    if name and (found := NUMBERED.fullmatch(name)):
        yield found[1], int(found[2])


def held(value: Any) -> tuple[Any, ...]:
    """Give all that a field holds: one value, or those of a link to many."""
    return value if isinstance(value, tuple) else (value,)


def _known(model: str, values: Values) -> Values:
    for name in values:
        if not field_of(model, name).stored:
            raise NotImplementedError(f"the double does not write {model}.{name}")
    return {n: tuple(v) if isinstance(v, list) else v for n, v in values.items()}


def shown(value: Any) -> Any:
    """Give a value as it goes over the wire."""
    return list(value) if isinstance(value, tuple) else value


def chosen(row: Row, names: Sequence[str]) -> dict[str, Any]:
    """Give some fields of a row."""
    return {name: row[name] for name in names}
