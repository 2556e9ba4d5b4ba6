"""docs/extending.md: its example is a whole source, and passes the conformance suite as the page says."""

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "extending.md"


def examples() -> dict[str, str]:
    """Every file that the page shows whole, by its name."""
    found = re.findall(r"<!-- example: (\S+) -->\n```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return dict(found)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    for name, content in examples().items():
        (folder / name).write_text(content, encoding="utf-8")
    command = [sys.executable, "-m", *arguments]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environ, check=False)


def test_the_source_on_the_page_passes_the_suite(tmp_path: Path) -> None:
    done = run(tmp_path, "pytest", "-q", "-ra", "-p", "no:cacheprovider", "test_table_source.py")
    assert done.returncode == 0, done.stdout
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|skipped|failed)", done.stdout)}
    assert counts["passed"] >= 30, done.stdout
    assert "TableLab cannot lose replies" in done.stdout, "what was skipped is named"


def test_a_source_that_breaks_a_promise_fails_with_the_values_that_show_it(tmp_path: Path) -> None:
    whole = examples()["table_source.py"]
    run(tmp_path, "pytest", "--version")
    broken = whole.replace(">= line.received", "== line.received")
    assert broken != whole
    (tmp_path / "table_source.py").write_text(broken, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_table_source.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "test_a_source_that_received_more_is_not_overwritten" in done.stdout
    assert "assert Decimal('1') == 2" in done.stdout, "asserts of the suite show their values"


def test_the_examples_are_in_the_style_of_the_house(tmp_path: Path) -> None:
    done = run(tmp_path, "ruff", "check", "--line-length", "110", ".")
    assert done.returncode == 0, done.stdout
    typed = run(tmp_path, "mypy", "--strict", "table_source.py")
    assert typed.returncode == 0, typed.stdout
