"""What people type or paste as their own words: kept as it is, but for what nobody can see and no database stores."""

import unicodedata

LONGEST = 5_000
"""Letters of a note or a comment; with what is written around it, it has to fit into a text of an RMA (10,000)."""

_UNSEEN = ("Cc", "Cs")  # control characters, and halves of characters that were cut
_KEPT = "\n\t"


def tidy(text: str) -> str:
    """Leave out control characters, and the blanks around it.

    Raises:
        ValueError: it is longer than `LONGEST`.

    """
    seen = "".join(c for c in text if c in _KEPT or unicodedata.category(c) not in _UNSEEN).strip()
    if len(seen) > LONGEST:
        raise ValueError(f"it has {len(seen):,} letters; at most {LONGEST:,} are kept")
    return seen
