"""What all tests share."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

settings.register_profile("ours", deadline=None)
settings.load_profile("ours")
# How long an example takes says how busy the machine is, nothing else.


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder of the test's own with a short path: sockets may lie below it, and their names have a limit."""
    with TemporaryDirectory(prefix="rma-") as folder:
        yield Path(folder)
