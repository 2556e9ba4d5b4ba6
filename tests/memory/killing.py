"""What goes wrong between a run and Odoo: the run dies before or after a call, a reply is lost, a call is late."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from memory.client import MemoryTransport
from memory.odoo import READS, MemoryOdoo
from odoo_rma.connector.errors import Refused, Unknown


class Fault(Enum):
    """What happens to a call."""

    DIES_BEFORE = auto()
    """The run dies before the call is sent."""
    DIES_AFTER = auto()
    """Odoo carries it out, and the run dies before it reads the reply."""
    REPLY_LOST = auto()
    """Odoo carries it out, and the run learns nothing of it."""
    LATE = auto()
    """The run gives up, and Odoo carries it out some calls later."""


DEATHS = (Fault.DIES_BEFORE, Fault.DIES_AFTER)


class Killed(BaseException):
    """The run is dead: nothing catches this, as nothing catches SIGKILL."""


@dataclass(frozen=True)
class Late:
    """A call that Odoo still has to carry out, and by which call of ours it has."""

    due: int
    uid: int
    model: str
    method: str
    ids: Sequence[int] | None
    arguments: Mapping[str, Any]


@dataclass
class Line:
    """The way to one Odoo, over several runs: how many calls went over it, and which of them are still under way."""

    odoo: MemoryOdoo
    sent: int = 0
    late: list[Late] = field(default_factory=list)

    def arrive(self, *, all_of_them: bool = False) -> None:
        """Let Odoo carry out what is due; whoever sent it is not there any more to hear the answer."""
        due = [c for c in self.late if all_of_them or c.due <= self.sent]
        self.late = [c for c in self.late if c not in due]
        for call in due:
            try:
                self.odoo.send(call.uid, call.model, call.method, call.ids, call.arguments)
            except Refused:
                continue


class Unlucky(MemoryTransport):
    """Meets a fault at some of its calls, counted from 0. `dying` is called at the moment of death."""

    def __init__(
        self, line: Line, faults: Mapping[int, Fault], dying: Callable[[], None], delay: int = 5
    ) -> None:
        super().__init__(line.odoo)
        self.met: list[Fault] = []
        self.calls: list[tuple[str, str]] = []
        self._line, self._faults, self._dying, self._delay = line, faults, dying, delay

    def send(self, model: str, method: str, ids: Sequence[int] | None, arguments: Mapping[str, Any]) -> Any:
        """Carry out one call, or what becomes of it."""
        fault = self._faults.get(len(self.calls))
        self.calls.append((model, method))
        self._line.sent += 1
        self._line.arrive()
        if fault is None:
            return super().send(model, method, ids, arguments)
        self.met.append(fault)
        if fault is Fault.LATE and method not in READS:
            due = self._line.sent + self._delay
            self._line.late.append(Late(due, self.uid, model, method, ids, dict(arguments)))
        elif fault is not Fault.DIES_BEFORE:
            self._unheard(model, method, ids, arguments)
        if fault in DEATHS:
            self._dying()
            raise Killed
        raise Unknown("the reply was lost")

    def _unheard(
        self, model: str, method: str, ids: Sequence[int] | None, arguments: Mapping[str, Any]
    ) -> None:
        try:
            super().send(model, method, ids, arguments)
        except Refused:
            return
