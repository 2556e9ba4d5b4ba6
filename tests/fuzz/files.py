"""Fuzz a reader of files, led by what it executes: `make fuzz`.

    python tests/fuzz/files.py json|lines|xml [-max_total_time=600 …]

All that follows the form is libFuzzer's. The corpus grows in build/fuzz; it begins with the sample files and with what
earlier runs found. What breaks the judge lies in build/fuzz/FORM-crash-… then: mend the reader, and put the input into
tests/fuzz/found. `--keep` writes the smallest corpus that leads to as many places there.
"""

import subprocess
import sys
from hashlib import sha1
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))
with atheris.instrument_imports(include=["odoo_rma", "xmltodict"]):
    from fuzz.corpus import LONGEST, ROOT, found, keep, seeds, words
    from fuzz.judge import Witness
from fuzz.mutate import in_json, in_xml

BUILD = ROOT / "build" / "fuzz"
MEMORY = 1_024  # megabytes, for the whole process with its corpus
SLOW = 10  # seconds on the clock after which an input counts as one that never ends


def lay_out(form: str) -> tuple[Path, Path]:
    """Write down what to begin with; gives the folder of the corpus and the list of words."""
    corpus, listed = BUILD / form, BUILD / f"{form}.words"
    corpus.mkdir(parents=True, exist_ok=True)
    for data in (*seeds(form), *found(form)):
        (corpus / sha1(data, usedforsecurity=False).hexdigest()).write_bytes(data[:LONGEST])
    quoted = ("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in sorted(words(form)))
    listed.write_text("".join(f'"{word}"\n' for word in quoted))
    return corpus, listed


def fuzz(form: str, options: list[str]) -> None:
    """Go on until the time is over, or an input breaks the judge."""
    corpus, listed = lay_out(form)
    witness = Witness()
    limits = [f"-max_len={LONGEST}", f"-timeout={SLOW}", f"-rss_limit_mb={MEMORY}"]
    places = [f"-dict={listed}", f"-artifact_prefix={BUILD / form}-"]
    program = f"{sys.executable} {__file__} {form}"  # libFuzzer starts it again by a shell, to compare inputs
    atheris.Setup(
        [program, *limits, *places, "-print_final_stats=1", *options, str(corpus)],
        lambda data: witness.watch(form, data),
        custom_mutator=lambda data, most, seed: mutated(form, data, most, seed),
    )
    atheris.Fuzz()


def mutated(form: str, data: bytes, most: int, seed: int) -> bytes:
    """Change every other input byte by byte, and the others where they stay a file."""
    changed = (in_xml if form == "xml" else in_json)(data, most, seed) if seed % 2 else None
    return atheris.Mutate(data, most) if changed is None else changed


def smallest(form: str) -> None:
    """Keep of the corpus what is needed to get everywhere."""
    goal = BUILD / f"{form}-smallest"
    goal.mkdir(exist_ok=True)
    call = [sys.executable, __file__, form, "-merge=1", "-use_counters=0", str(goal)]
    subprocess.run(call, check=True)
    keep(form, [file.read_bytes() for file in goal.iterdir()])


if __name__ == "__main__":
    if "--keep" in sys.argv:
        smallest(sys.argv[1])
    else:
        fuzz(sys.argv[1], sys.argv[2:])
