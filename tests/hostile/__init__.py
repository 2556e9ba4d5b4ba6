"""A returns system in memory that does everything badly, a source that survives it, and a lab for the two."""

from hostile.lab import HostileLab
from hostile.source import HostileSource
from hostile.system import KEY, HostileSystem, Refused

__all__ = ["KEY", "HostileLab", "HostileSource", "HostileSystem", "Refused"]
