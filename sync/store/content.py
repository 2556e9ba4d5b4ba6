"""What a snapshot says, apart from how it is written: its digest, and the fields in which two differ."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from odoo_rma.mappings.model import Rma
from odoo_rma.mappings.money import Decimal, plain


def digest(rma: Rma) -> str:
    """Give the sha256 of what the RMA says: `1.0` equals `1`, and an hour equals itself in any time zone.

    Fields at their default are left out, so that a release that adds a field sees old snapshots as unchanged.
    """
    return _sha256(rma.model_dump(exclude_defaults=True))


def document_digest(document: dict[str, Any]) -> str:
    """Give the sha256 of a document as it came in."""
    return _sha256(document)


def differences(one: Rma, other: Rma) -> tuple[str, ...]:
    """Name the fields in which two snapshots differ, such as `lines.1.received`."""
    return tuple(_differing(_plain_data(one), _plain_data(other), ""))


def as_json(value: Any) -> str:
    """Write plain data as JSON in ASCII: any foreign text fits, even broken Unicode."""
    return json.dumps(value, sort_keys=True, default=_plain, separators=(",", ":"))


def _plain_data(rma: Rma) -> Any:
    return json.loads(as_json(rma.model_dump()))


def _sha256(value: Any) -> str:
    return hashlib.sha256(as_json(value).encode()).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).isoformat()
    return str(value)


def _differing(one: Any, other: Any, path: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            yield from _differing(one.get(name), other.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        # People count from one.
        for position, (a, b) in enumerate(zip(one, other, strict=True), 1):
            yield from _differing(a, b, f"{path}.{position}")
    elif one != other:
        yield path
