"""Changes a file where it is still a file afterwards, so that the fuzz gets behind its form: other values, other places."""

import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

LOOSE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 3, 10**16, 10**40, "", " ", "0.005", "-0", "1e9", "1_000", "٣", "NaN"),
    *("\x00", "\x1b[31m", "\u2028", "\ud800", "é", "e\u0301", "x" * 300, "[]", {}, [], [[]], [{}], {"": ""}),
    *(
        "2026-11-24T09:30:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:60-23:59",
        "20261124",
        "EUR",
        "eur",
        "US",
    ),
    *("ann@example.com", "authorized", "canceled", "1", "2", "F1", "R-1"),
)
"""Values that are often right, often wrong, and sometimes harmful."""

_IN_XML = re.compile(rb"""="[^"<]*"|>[^<]*<""")

Mutate = Callable[[bytes, int], bytes]


def in_json(data: bytes, most: int, seed: int) -> bytes | None:
    """Change one value of a JSON file, or put it somewhere else; None where it is none, or becomes too long."""
    rng = random.Random(seed)
    try:
        document = json.loads(data)
        places = list(_places(document))
        holder, key = rng.choice(places)
        other, there = rng.choice(places)
        value = rng.choice(LOOSE) if rng.random() < 0.6 else other[there]
        changed = json.loads(json.dumps(value))
        if isinstance(holder, list) and rng.random() < 0.3:
            holder.append(changed)
        elif isinstance(holder, dict) and rng.random() < 0.3:
            holder[str(there)] = changed
        else:
            holder[key] = changed
        text = json.dumps(document).encode()
    except (ValueError, IndexError, RecursionError):
        return None
    return text if len(text) <= most else None


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, (dict, list)):
        for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield value, key
            yield from _places(inner)


def in_xml(data: bytes, most: int, seed: int) -> bytes | None:
    """Change one attribute or text of an XML file, or put another one's there; None where there is none."""
    rng = random.Random(seed)
    spans = list(_IN_XML.finditer(data))
    if not spans:
        return None
    place = rng.choice(spans)
    value = rng.choice(LOOSE) if rng.random() < 0.6 else rng.choice(spans)[0][1:-1].decode("utf-8", "replace")
    text = str(value).encode("utf-8", "surrogatepass")
    begin = data[: place.start() + (2 if place[0].startswith(b"=") else 1)]
    changed = begin + text.replace(b"<", b"&lt;") + data[place.end() - 1 :]
    return changed if len(changed) <= most else None
