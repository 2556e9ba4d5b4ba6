"""Files of any bytes, led by what the readers execute: what was found so far again, and more of it with `make fuzz`.

`ODOO_RMA_FUZZ` says for how many seconds each form is fuzzed; without it only the inputs in tests/fuzz/found are read.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from figures import note
from fuzz.corpus import FOUND, found
from fuzz.judge import FORMS, LIMITS, Reader, Touched, Witness
from fuzz.judge import SECONDS as BOUND

from odoo_rma.connector.sources.json_pieces import json_pieces
from odoo_rma.connector.sources.reading import Piece

SECONDS = int(os.environ.get("ODOO_RMA_FUZZ", "0"))
DRIVER = Path(__file__).parents[1] / "fuzz" / "files.py"
DONE = re.compile(r"#(\d+)\s+DONE\s+cov: (\d+) ft: (\d+)")
AGAIN = """
import sys
sys.path.insert(0, sys.argv[1])
from fuzz.corpus import found
from fuzz.judge import Witness
witness = Witness()
for data in found(sys.argv[2]):
    witness.watch(sys.argv[2], data)
"""


@pytest.mark.parametrize("form", FORMS)
def test_what_the_fuzz_found_is_read_or_refused_in_words_and_nothing_is_opened(form: str) -> None:
    assert len(found(form)) > 30
    call = [sys.executable, "-c", AGAIN, str(FOUND.parents[1]), form]
    read = subprocess.run(call, capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr[-3000:]


def opens(chunks: Iterator[bytes]) -> Iterator[Piece]:
    yield from json_pieces(chunks, LIMITS)
    Path(__file__).read_bytes()


def crashes(chunks: Iterator[bytes]) -> Iterator[Piece]:
    yield Piece(len({}[b"".join(chunks)]), 1, {})


def hangs_on_how_it_arrives(chunks: Iterator[bytes]) -> Iterator[Piece]:
    yield Piece(1, 1, {"unreadable": len(list(chunks))})


def takes_long(chunks: Iterator[bytes]) -> Iterator[Piece]:
    end = time.process_time() + BOUND
    while time.process_time() < end:
        pass
    yield from json_pieces(chunks, LIMITS)


@pytest.mark.parametrize(
    ("reader", "broken"),
    [
        (opens, Touched),
        (crashes, KeyError),
        (hangs_on_how_it_arrives, AssertionError),
        (takes_long, AssertionError),
    ],
)
def test_the_judge_sees_what_breaks(
    reader: Reader, broken: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMS, "json", reader)
    with pytest.raises(broken):
        Witness().watch("json", b'[{"id": "R-1"}, {"id": "R-2"}]')


@pytest.mark.skipif(not SECONDS, reason="make fuzz")
@pytest.mark.timeout(SECONDS + 600)
@pytest.mark.parametrize("form", FORMS)
def test_nothing_breaks_the_readers(form: str) -> None:
    pytest.importorskip("atheris", reason="atheris leads the fuzz: Linux on x86-64, pip install --group fuzz")
    call = [sys.executable, str(DRIVER), form, f"-max_total_time={SECONDS}"]
    fuzz = subprocess.run(call, capture_output=True, text=True, check=False)
    assert fuzz.returncode == 0, fuzz.stderr[-5000:]
    executions, edges, _ = map(int, DONE.findall(fuzz.stderr)[-1])
    note(f"hostile {form} files", executions=executions, **{f"edges_of_{form}": edges})
