"""The suite tested: it finds every defect, and each of its tests finds one. A test that cannot fail is worth nothing."""

from functools import cache

import pytest
from hostile import HostileLab, HostileSource
from hostile.defects import defects

from odoo_rma.connector.sources.conformance import SourceConformance

TESTS = sorted(name for name in dir(SourceConformance) if name.startswith("test_"))


def outcome(name: str, kind: type[HostileSource]) -> str:
    """Run one test of the suite on a source."""
    try:
        getattr(SourceConformance(), name)(HostileLab(kind))
    except pytest.skip.Exception:
        return "skipped"
    except (Exception, pytest.fail.Exception):  # noqa: BLE001 (however it fails, it was found)
        return "failed"
    return "passed"


@cache
def failed(kind: type[HostileSource]) -> frozenset[str]:
    """Name the tests of the suite that a source fails."""
    return frozenset(name for name in TESTS if outcome(name, kind) == "failed")


def test_the_source_without_a_defect_passes_everything_and_skips_nothing() -> None:
    assert {name: outcome(name, HostileSource) for name in TESTS} == dict.fromkeys(TESTS, "passed")


@pytest.mark.parametrize("kind", defects(), ids=lambda kind: kind.__name__)
def test_a_defect_is_found(kind: type[HostileSource]) -> None:
    assert failed(kind)


@pytest.mark.parametrize("name", TESTS)
def test_each_test_of_the_suite_finds_a_defect(name: str) -> None:
    assert [kind.__name__ for kind in defects() if name in failed(kind)]
