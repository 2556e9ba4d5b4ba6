"""What is wrong with a policy, as data: plain words, the rules concerned, and the way out."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Severity(StrEnum):
    """A contradiction cannot be meant; a gap leaves cases to a person, or to a default that nobody wrote down."""

    CONTRADICTION = "contradiction"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `rules` names the rules as `table.name`."""

    severity: Severity
    rules: tuple[str, ...]
    message: str
    way_out: str

    def as_dict(self) -> dict[str, object]:
        """Give it as plain data for `--json`."""
        return asdict(self)


def contradiction(message: str, way_out: str, *rules: str) -> Finding:
    """Say that rules cannot both be meant."""
    return Finding(Severity.CONTRADICTION, rules, message, way_out)


def gap(message: str, way_out: str, *rules: str) -> Finding:
    """Say that something is not ruled."""
    return Finding(Severity.GAP, rules, message, way_out)
