"""What all tests share."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder of the test's own with a short path: sockets may lie below it, and their names have a limit."""
    with TemporaryDirectory(prefix="rma-") as folder:
        yield Path(folder)
