"""The lab: how the suite plays a source's system. Its author writes one per source.

What a system cannot do is left out: the tests that need it are skipped, with the reason. `pytest -ra` lists them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, NoReturn

import pytest

from odoo_rma.connector.sources.base import Source
from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import Decimal

Shows = Callable[[Rma], bool]
"""Tells whether an RMA shows a certain edit."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What the system itself holds of an RMA, read past the source. Equal exactly when nothing has changed.

    Units are per id of the RMA's line. `rest` is whatever else must not change, as anything that compares.
    """

    received: Mapping[str, Decimal] = field(default_factory=dict)
    not_for_sale: Mapping[str, Decimal] = field(default_factory=dict)
    """Of the received ones, those that are damaged, scrapped, in quarantine …"""
    refunds: tuple[Decimal, ...] = ()
    """Every payment back to the customer; none twice."""
    credit_notes: tuple[str, ...] = ()
    """The numbers of Odoo's credit notes that the system was told."""
    decision: str | None = None
    rest: Any = None


class Lab(ABC):
    """Makes the source, and does at its system what people and computers do there."""

    name: str
    """The name under which the source is opened."""
    page = 5
    """So many RMAs take more than one page."""
    secrets: tuple[str, ...] = ()
    """What must never be seen in errors, logs and documents: keys, passwords."""

    @abstractmethod
    def open(self) -> Source:
        """Make the source anew, as every run does."""

    @abstractmethod
    def create(self) -> str:
        """Make an authorized RMA, of which nothing has come back; give its id.

        Its first line asks for 3 units at least; its order was paid, with 30.00 at least in the RMA's currency.
        """

    @abstractmethod
    def edit(self, rma_id: str) -> Shows:
        """Change something that the RMA shows, differently each time; give how to tell from an RMA."""

    @abstractmethod
    def truth(self, rma_id: str) -> Truth | None:
        """Read what the system holds; None where the RMA is gone."""

    @abstractmethod
    def wait(self) -> None:
        """Let time pass: what was changed before is no longer held back, and no longer as recent as what comes after."""

    def pause(self) -> None:
        """Let just so much time pass that what was changed last is no longer held back."""
        self.wait()

    def delete(self, rma_id: str) -> None:
        """Delete an RMA at the system."""
        self.cannot("delete RMAs")

    def one_moment(self) -> AbstractContextManager[None]:
        """Let all that changes within the block bear the same time."""
        self.cannot("hold the clock")

    def long_edit(self, rma_id: str) -> AbstractContextManager[Shows]:
        """Edit in a transaction as long as the block: with the time of its beginning, seen only after its end."""
        self.cannot("edit in a long transaction")

    def disorder(self) -> AbstractContextManager[None]:
        """Let the system repeat and reorder within the block what it lists."""
        self.cannot("make its system repeat and reorder")

    def create_unreadable(self) -> str:
        """Make an RMA that no source could read; give its id."""
        self.cannot("make unreadable RMAs")

    def create_unbalanced(self) -> str:
        """Make an RMA whose numbers contradict each other; give its id."""
        self.cannot("make RMAs that do not add up")

    def create_request(self) -> str:
        """Make an RMA that waits for a decision; give its id."""
        self.cannot("make requests")

    def receive(self, rma_id: str, units: Decimal) -> None:
        """Receive further units of the first line at the system itself."""
        self.cannot("receive at the system itself")

    def refund(self, rma_id: str, amount: Decimal) -> None:
        """Pay the customer back at the system itself."""
        self.cannot("refund at the system itself")

    def lose_reply(self) -> None:
        """Let the next change by the source be carried out, and its reply get lost."""
        self.cannot("lose replies")

    def misreport(self) -> None:
        """Let the next change by the source be carried out, and be answered as refused."""
        self.cannot("answer wrongly")

    def cut_off(self) -> AbstractContextManager[None]:
        """Let nobody answer within the block."""
        self.cannot("cut the connection")

    def open_with_wrong_secret(self) -> Source:
        """Make the source with a secret that the system refuses; it stands in `secrets`, too."""
        self.cannot("use a wrong secret")

    def held(self) -> int:
        """Count what sources hold at the system: sessions, connections, locks."""
        self.cannot("count what is held")

    def cannot(self, what: str) -> NoReturn:
        """Skip the test: this lab cannot do what it needs."""
        pytest.skip(f"{type(self).__name__} cannot {what}")
