"""Where reading goes on: per list of Medusa the newest time seen, and what was seen shortly before it.

Times in Medusa are set before a change becomes visible, so a change may turn up with a time that was passed already.
A while before the newest time is therefore looked at again, and what was seen in it is remembered, so that only what is
new there counts.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

__all__ = ["Cursor", "Mark", "stamp"]

_FORM = 1
FIRST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far one list was read: the newest time, and when each row shortly before it was changed, by id."""

    at: datetime = FIRST
    seen: Mapping[str, str] = field(default_factory=dict)

    def start(self, overlap: timedelta) -> datetime:
        """Give the time from which to read on."""
        return max(self.at - overlap, FIRST)

    def knows(self, row_id: str, at: datetime) -> bool:
        """Tell whether this very state of a row was seen."""
        return self.seen.get(row_id) == stamp(at)

    def moved(self, rows: Iterable[tuple[str, datetime]], overlap: timedelta, now: datetime) -> "Mark":
        """Give the mark after these rows were seen too; it never goes back.

        A row of the newest moment may change once more within it, so it counts as seen only some time later.
        """
        given = dict(rows)
        at = max([self.at, *given.values()])
        first, over = at - overlap, now - at >= overlap
        fresh = {i: t for i, t in given.items() if t < at or over}
        kept = {i: s for i, s in self.seen.items() if datetime.fromisoformat(s) >= first}
        return Mark(at, {**kept, **{i: stamp(t) for i, t in fresh.items() if t >= first}})


@dataclass(frozen=True, slots=True)
class Cursor:
    """The marks of all lists."""

    marks: Mapping[str, Mark] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str | None) -> "Cursor | None":
        """Read what `write` wrote; None where there is nothing, or nothing that can be read: then all is read again."""
        try:
            given = json.loads(text or "")
            if given["form"] != _FORM:
                return None
            marks = {
                n: Mark(datetime.fromisoformat(m["at"]), dict(m["seen"])) for n, m in given["marks"].items()
            }
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        return cls(marks)

    def write(self) -> str:
        """Give the cursor as text for the store."""
        marks = {n: {"at": stamp(m.at), "seen": dict(sorted(m.seen.items()))} for n, m in self.marks.items()}
        return json.dumps({"form": _FORM, "marks": marks}, separators=(",", ":"))

    def mark(self, name: str) -> Mark:
        """Give how far a list was read."""
        return self.marks.get(name, Mark())


def stamp(at: datetime) -> str:
    """Write a time as Medusa does, to the thousandth of a second."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
