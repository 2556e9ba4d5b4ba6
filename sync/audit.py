"""The month's package for the files: workbook, page, the whole as JSON, a note that explains them, and checksums."""

import hashlib
from pathlib import Path

from odoo_rma.mappings.drift.result import Reconciliation
from odoo_rma.sync.reports import WRITERS
from odoo_rma.sync.reports.about import facts, heading
from odoo_rma.sync.reports.file import replacing
from odoo_rma.sync.reports.text import printable

FORMATS = {
    "xlsx": "the workbook for accountants: sums as formulas over the rows they come from, no macros",
    "html": "the same at a glance, with charts: open it in a browser, no network is needed",
    "json": "everything that was found, for other programs; amounts are exact",
}
README, SUMS = "README.txt", "SHA256SUMS"


def write_package(found: Reconciliation, folder: Path) -> list[Path]:
    """Write the package of a reconciliation; the same reconciliation makes the same files, byte by byte.

    The checksums come last: where they stand, everything else does.

    Raises:
        NotWritten: the disk or the rights do not allow it.

    """
    sums = folder / SUMS
    sums.unlink(missing_ok=True)
    name = f"returns-{found.scope.period or found.finished.date()}"
    files = [folder / f"{name}.{form}" for form in FORMATS]
    for file in files:
        WRITERS[file.suffix[1:]](found, file)
    _write(folder / README, _readme(found, files))
    files.append(folder / README)
    _write(sums, "".join(f"{_digest(file)}  {file.name}\n" for file in files))
    return [*files, sums]


def _readme(found: Reconciliation, files: list[Path]) -> str:
    open_totals = sum(bool(e.unexplained) for e in found.equations)
    differences = sum(not drift.settled for drift in found.rows.drifts())
    lines = [
        heading(found),
        "=" * len(heading(found)),
        "",
        *(f"{label + ':':<20}{printable(text)}" for label, text in facts(found)),
        "",
        "What was found",
        "--------------",
        f"{len(found.equations)} totals were compared: what the returns systems say, plus the listed differences, and what",
        f"Odoo itself counts. {_ties(open_totals)}",
        f"{differences} difference(s) wait for somebody; all are listed, each with both values, an owner, and a repair or what has to be decided.",
        "",
        "What is in this folder",
        "----------------------",
        *(f"{file.name:<24}{FORMATS[file.suffix[1:]]}" for file in files),
        f"{SUMS:<24}checksums of these files, this one included",
        "",
        "Has anything been changed since? In this folder, run",
        "",
        f"    sha256sum -c {SUMS}",
        "",
        "Every file must be reported as OK. All files were made from one reading of both sides, at the time above (UTC);",
        "made again from the same reading they are the same, byte by byte. The checksums prove that files did not change",
        "after they were written down: keep a copy of them where nobody can change it, for example in a signed mail.",
        "",
    ]
    return "\n".join(lines)


def _ties(open_totals: int) -> str:
    if open_totals:
        return f"{open_totals} of them are NOT explained: see the sheet Summary."
    return "All of them tie out."


def _write(path: Path, text: str) -> None:
    with replacing(path) as fresh:
        fresh.write_bytes(text.encode())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
