"""Hundreds of differences of all kinds, planted at random on both sides of a real Odoo 19 and its source.

Every one is planted as a person would do it, by Odoo's own methods or by what the source sends. All are found, none is
invented; what has a repair is mended, and the run after that writes nothing. `make drifts` plants five hundred.
"""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from live.many_returns import Company, stage
from live.planting import DEEDS

from odoo_rma.connector.settings import Settings
from odoo_rma.mappings.drift import Area, Drift, DriftKind
from odoo_rma.sandbox import Sandbox
from odoo_rma.sandbox.packaged import PackagedOdoo
from odoo_rma.sync.reconcile import Fix, reconcile

K = DriftKind
NOT_HERE = {K.LOT, K.UNEXPLAINED}
"""Nothing in this shop is tracked by lots; what nothing explains cannot be planted."""
SIZE = int(os.environ.get("ODOO_RMA_DRIFTS", "100"))
SEED = int(os.environ.get("ODOO_RMA_SEED", "20261126"))
Found = Counter[tuple[str, DriftKind]]


@pytest.fixture(scope="module")
def company(sandbox19: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company in order."""
    if not isinstance(sandbox19.way, PackagedOdoo):
        pytest.skip("its database cannot be written to directly")
    database = f"reconcile-many-{os.getpid()}"
    env = sandbox19.reset(database)
    yield stage(sandbox19.way, env, tmp_path_factory.mktemp("many"), SIZE, SEED)
    sandbox19.drop(database)


def counted(drifts: list[Drift]) -> Found:
    """Count what was found, by the return; what belongs to none by its document, what is unreadable by its file."""
    found: Found = Counter()
    for one in drifts:
        name = one.label or one.erp_links[0].label
        found[name.rpartition(" ")[2] if one.kind is K.UNREADABLE else name, one.kind] += 1
    return found


def look(settings: Settings, **more: Any) -> tuple[list[Drift], int]:
    """Reconcile; gives the differences, and how much was written."""
    with reconcile(settings, (Area.INVENTORY, Area.LEDGER), **more) as found:
        assert not any(e.unexplained for e in found.equations), found.equations
        return list(found.rows.drifts()), found.writes


def only(drifts: list[Drift], names: Found) -> list[tuple[str, str, str]]:
    """Show the differences that should not be there."""
    own = {name for name, _ in names}
    return [(d.label, d.kind.value, d.message) for d in drifts if d.label in own or not d.label]


@pytest.fixture(scope="module")
def by_hand(company: Company) -> Found:
    """What people returned and credited in the seeded shop, long before."""
    drifts, _ = look(company.settings)
    assert {d.kind for d in drifts} <= {K.ORPHAN}, drifts
    return counted(drifts)


@pytest.mark.live
def test_all_differences_are_found_and_none_is_invented(company: Company, by_hand: Found) -> None:
    company.plant_everything(DEEDS)
    assert company.planted.total() >= SIZE
    assert {kind for _, kind in company.planted} == set(K) - NOT_HERE
    drifts, writes = look(company.settings)
    found = counted(drifts)
    missed, invented = company.planted + by_hand - found, found - by_hand - company.planted
    assert not missed | invented, (missed, invented, only(drifts, missed | invented))
    assert writes == 0


@pytest.mark.live
def test_what_has_a_repair_is_mended_and_a_second_run_writes_nothing(
    company: Company, by_hand: Found
) -> None:
    drifts, writes = look(company.settings, fix=Fix.AUTO)
    left = by_hand + Counter({k: n for k, n in company.planted.items() if k not in company.mended})
    gone, worse = left - counted(drifts), counted(drifts) - left
    assert not gone | worse, (gone, worse, only(drifts, gone | worse))
    assert writes > 0
    marks = company.tables.marks()
    drifts, writes = look(company.settings, fix=Fix.AUTO)
    assert writes == 0
    assert company.tables.marks() == marks
    assert all(d.way_out for d in drifts)
