"""A long report lies on the disk: it reads like a list, and a disk without room changes nothing."""

from decimal import Decimal
from typing import Any

import pytest

from odoo_rma.sync import spooled
from odoo_rma.sync.spooled import IN_MEMORY, Spooled

MANY = [(n, Decimal("1.50"), "é\udcff") for n in range(3 * IN_MEMORY)]


def test_it_reads_like_a_list_and_grows_while_it_is_read() -> None:
    long = Spooled(MANY[:-1])
    begun = iter(long)
    assert [next(begun) for _ in range(2 * IN_MEMORY)] == MANY[: 2 * IN_MEMORY]
    long.append(MANY[-1])
    assert list(begun) == MANY[2 * IN_MEMORY :]
    assert (list(long), len(long)) == (MANY, len(MANY))
    assert MANY[-1] in long
    assert not Spooled()


def test_only_the_first_ones_are_held() -> None:
    assert len(Spooled(MANY)._first) == IN_MEMORY
    assert not Spooled(MANY)._last


def test_a_disk_that_fills_up_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    long = Spooled(MANY[: 2 * IN_MEMORY])

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(spooled.pickle, "dump", full)
        long += MANY[2 * IN_MEMORY : -1]
    long.append(MANY[-1])  # there is room again, but nothing may overtake what is held
    assert list(long) == MANY
