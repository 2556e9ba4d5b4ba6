"""External ids: the name under which a record we make stands in Odoo, derived from the RMA alone.

`__rma__.<source>.<rma>.<kind>[.<part>…]`: the first dot separates Odoo's "module" from the name. The module is a
dunder and never the name of an add-on, because upgrading an add-on deletes what it finds under its own name.
"""

import re
from dataclasses import dataclass
from typing import Self

MODULE = "__rma__"

_UNSAFE = re.compile(r"[^A-Za-z0-9-]")
_ESCAPED = re.compile(r"_([0-9a-f]+)_")


def encode(part: str) -> str:
    """Make any text safe inside an external id: all but ASCII letters, digits and `-` become `_<hex>_`."""
    return _UNSAFE.sub(lambda found: f"_{ord(found[0]):x}_", part)


def decode(part: str) -> str:
    """Undo `encode`."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), part)


@dataclass(frozen=True, slots=True)
class Key:
    """Names one record in Odoo for one RMA (or customer) of one source."""

    source: str
    owner: str
    kind: str
    parts: tuple[str, ...] = ()

    @property
    def of(self) -> tuple[str, str, str]:
        """Give what all records of one kind that stand for one RMA share: its source, its id, the kind."""
        return self.source, self.owner, self.kind

    def part(self, *more: str | int) -> Self:
        """Give the key of something inside this record, such as a line."""
        return type(self)(self.source, self.owner, self.kind, (*self.parts, *map(str, more)))

    def __str__(self) -> str:
        return ".".join([MODULE, *map(encode, (self.source, self.owner, self.kind, *self.parts))])

    @classmethod
    def parse(cls, external_id: str) -> Self | None:
        """Read an external id back; None when it is not one of ours."""
        module, _, name = external_id.partition(".")
        fields = [decode(p) for p in name.split(".")]
        if module != MODULE or len(fields) < 3:
            return None
        source, owner, kind, *parts = fields
        return cls(source, owner, kind, tuple(parts))
