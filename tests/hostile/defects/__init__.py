"""The same source with exactly one defect each: each breaks one promise, and the suite must notice."""

from hostile.defects import in_manners, in_reading, in_telling
from hostile.source import HostileSource


def defects() -> list[type[HostileSource]]:
    """Give them all."""
    found = (v for part in (in_reading, in_telling, in_manners) for v in vars(part).values())
    own = (v for v in found if isinstance(v, type) and issubclass(v, HostileSource))
    return [kind for kind in own if kind is not HostileSource]
