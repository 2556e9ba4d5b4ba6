"""A list that may be long: the first items stay in memory, the rest lies in a temporary file without a name."""

import pickle
import weakref
from collections.abc import Collection, Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, Self, TypeVar

T = TypeVar("T")

IN_MEMORY = 500
"""Items that are held; what a run of everyday size reports never touches the disk."""


class Spooled(Collection[T]):
    """Grows at its end, and is read from its beginning as often as wanted."""

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._first: list[T] = []
        self._file: IO[bytes] | None = None
        self._end = self._count = 0
        self._last: list[T] = []  # what came when the disk had no room any more
        self += items

    def append(self, item: T) -> None:
        """Put an item at the end."""
        self._count += 1
        if len(self._first) < IN_MEMORY:
            self._first.append(item)
        elif self._last or not self._written(item):
            self._last.append(item)

    def __iadd__(self, items: Iterable[T]) -> Self:
        """Put items at the end."""
        for item in items:
            self.append(item)
        return self

    def __len__(self) -> int:
        """Count them."""
        return self._count

    def __contains__(self, item: object) -> bool:
        """Tell whether one is there."""
        return any(one == item for one in self)

    def __iter__(self) -> Iterator[T]:
        """Give them in their order."""
        yield from self._first
        place = 0
        while self._file and place < self._end:
            self._file.seek(place)
            item: T = pickle.load(self._file)  # noqa: S301 (nobody else can write to a file without a name)
            place = self._file.tell()
            yield item
        yield from self._last

    def _written(self, item: T) -> bool:
        try:
            if self._file is None:
                self._file = TemporaryFile()  # noqa: SIM115 (closed when nobody needs the list any more)
                weakref.finalize(self, self._file.close)
            self._file.seek(self._end)
            pickle.dump(item, self._file)
            self._file.flush()
        except OSError:  # a run is not to fail because its report is long
            return False
        self._end = self._file.tell()
        return True
