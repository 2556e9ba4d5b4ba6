"""A report takes its place only when it is whole."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from odoo_rma.connector.errors import Stop


class NotWritten(Stop):
    """The report cannot be written. Check that its folder is writable and has space."""


def check_writable(path: Path) -> None:
    """Find out before the work is done that a report cannot be written; for reports in a folder, name a file in it.

    Raises:
        NotWritten: the disk or the rights do not allow it.

    """
    if path.is_dir():
        raise NotWritten(f"{path} cannot be written: it is a folder. Name a file in it.")
    if path.exists() and not path.is_file():
        return  # a pipe or a terminal
    folder = next(p for p in path.absolute().parents if p.exists())
    try:
        TemporaryDirectory(prefix=".report-", dir=folder).cleanup()
    except OSError as error:
        raise NotWritten(f"{path} cannot be written: {error.strerror or error}.") from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a place to write to; what stands there in the end becomes `path`, in one step.

    What is no file (a pipe, a terminal) is written into instead.

    Raises:
        NotWritten: the disk or the rights do not allow it; what stood at `path` before is untouched.

    """
    special = path.exists() and not path.is_file()
    try:
        if not special:
            path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".report-", dir=None if special else path.parent) as folder:
            fresh = Path(folder) / (path.name or "report")
            yield fresh
            if special:
                with fresh.open("rb") as made, path.open("wb") as out:
                    shutil.copyfileobj(made, out)
            else:
                fresh.replace(path)
    except OSError as error:
        raise NotWritten(f"{path} cannot be written: {error.strerror or error}.") from error
