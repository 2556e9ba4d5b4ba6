"""What is wrong with one RMA, as data: one bad line never hides the next, and nothing is forced or dropped."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Issue:
    """A reason why an RMA (or a part of a file) cannot be carried out.

    `code` names the rule (`unknown_sku`, `over_return`, …; all are listed in docs/quarantine.md), `message` says what
    happened with its numbers, `way_out` what releases it, `where` the field (`lines.2.sku`) or the file position.
    """

    code: str
    message: str
    way_out: str
    where: str = ""
    numbers: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give the issue as plain data for the store and `--json`."""
        return asdict(self)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.message} {self.way_out}"


class Refusal(Exception):
    """Raised inside a mapping to stop one RMA; carries its issues, never leaves `compare`."""

    def __init__(self, *issues: Issue) -> None:
        self.issues = issues
        super().__init__("; ".join(i.message for i in issues))
