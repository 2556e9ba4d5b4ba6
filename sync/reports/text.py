"""Foreign text made fit for reports: nothing invisible, nothing too long for a cell, nothing that a spreadsheet runs."""

from unicodedata import category

LONGEST = 32_000
"""Characters; a cell of a workbook holds 32,767."""

_STARTS = tuple("=+-@\t\r\n＝＋－＠")
"""What makes spreadsheets take text for a formula when they open a CSV file."""


def printable(text: str) -> str:
    """Replace what cannot be seen (control and direction marks, broken Unicode) by dots; cut what is too long."""
    seen = text if text.isprintable() else "".join(map(_seen, text))
    return seen if len(seen) <= LONGEST else f"{seen[:LONGEST]} … (cut)"


def _seen(char: str) -> str:
    if char.isprintable() or char == "\n":
        return char
    return " " if category(char) == "Zs" else "·"


def is_formula(text: str) -> bool:
    """Tell that a spreadsheet would take this text for a formula."""
    return text.lstrip(" ").startswith(_STARTS)


def guarded(text: str) -> str:
    """Write text for a CSV file, so that no spreadsheet runs it: an apostrophe stands before what looks like a formula."""
    shown = printable(text)
    return f"'{shown}" if is_formula(text) or is_formula(shown) else shown


def is_web(address: str) -> bool:
    """Tell that an address may be made a link: the web's, never a script or a file."""
    return address.startswith(("https://", "http://")) and address.isascii() and address.isprintable()
