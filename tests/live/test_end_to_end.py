"""Returns between a real Medusa and a real Odoo: received, damaged, in parts, refunded, canceled, argued over.

In the end `reconcile` finds nothing unexplained, and so does whoever reads both systems without us.
"""

import os
from collections.abc import Iterator
from decimal import Decimal

import pytest
from live.world import Case, World

from odoo_rma.mappings.drift import Area, DriftKind
from odoo_rma.sandbox import Env, Medusa
from odoo_rma.sync.reconcile import reconcile
from odoo_rma.sync.report import Outcome

pytestmark = [pytest.mark.live, pytest.mark.medusa, pytest.mark.timeout(7200)]

ARGUED = {"clerk ran ahead", "paid by hand"}
RETURNS = int(os.environ.get("ODOO_RMA_END_TO_END", "16"))
"""At least 16: with fewer there are not enough orders for all that happens."""


@pytest.fixture(scope="module")
def world(medusa: Medusa, odoo19: Env, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Both systems hold the same orders; every line of them has a return that was agreed to."""
    world = World(medusa, odoo19, tmp_path_factory.mktemp("world"), RETURNS)
    world.announce()
    yield world


def some(world: World, share: int, label: str, pieces: int = 1) -> list[Case]:
    """Pick every `share`-th return that nothing has happened to yet."""
    free = [c for c in world.cases if not c.labels and c.pieces >= pieces]
    chosen = free[: max(len(world.cases) // share, 1)]
    for case in chosen:
        case.labels.add(label)
    return chosen


def one(world: World, label: str, pieces: int = 1) -> Case:
    """Pick a return that nothing has happened to yet, of an order about which nobody argues."""
    argued = {c.reference for c in world.cases if c.labels & ARGUED}
    case = next(c for c in world.cases if not c.labels and c.pieces >= pieces and c.reference not in argued)
    case.labels.add(label)
    return case


def test_every_return_of_the_shop_waits_in_the_warehouse(world: World) -> None:
    report = world.sync()
    assert {r.outcome for r in report.results} == {Outcome.DONE}, [r.issues for r in report.results][:3]
    assert set(world.transfers("assigned")) == {c.id for c in world.cases}
    assert len(world.cases) == RETURNS


def test_what_the_warehouse_validates_is_received_credited_and_refunded_at_the_shop(world: World) -> None:
    whole = some(world, 3, "whole")
    partly = some(world, 5, "partly", pieces=2)
    damaged = some(world, 8, "damaged", pieces=2)
    for case in whole + damaged:
        case.received = case.pieces
    for case in partly:
        case.received = 1
    world.receive({c.id: c.received for c in whole + partly + damaged})
    for case in damaged:
        world.scrap(case.id, 1)
        case.damaged = 1
    first = world.sync()
    assert not first.count(Outcome.UNDECIDED), [
        r.steps for r in first.results if r.outcome is Outcome.UNDECIDED
    ]
    assert not first.count(Outcome.QUARANTINED), [r.issues for r in first.results if r.issues][:3]
    agrees(world)


def test_the_refunds_come_back_as_payments_and_the_credit_notes_are_paid(world: World) -> None:
    world.sync()
    world.sync()
    owed = {n: left for own in world.odoo_says().values() for n, left in own["open"].items() if left}
    assert owed == {}


def test_returns_that_the_shop_cancels_wait_for_nobody(world: World) -> None:
    canceled = some(world, 10, "canceled")
    world.cancel(canceled)
    world.sync()
    still = world.transfers("assigned")
    assert not [c for c in canceled if c.id in still]


def test_the_rest_of_partial_receipts_arrives_and_counts_once(world: World) -> None:
    partly = [c for c in world.cases if "partly" in c.labels]
    late = partly[: len(partly) // 2 or 1]
    world.receive({c.id: c.pieces - c.received for c in late})
    for case in late:
        case.received = case.pieces
    world.sync()
    agrees(world)


def test_what_both_sides_changed_is_shown_and_overwritten_by_nobody(world: World) -> None:
    clerk = one(world, "clerk ran ahead", pieces=2)
    world.plays(clerk).receive(clerk.id, good={clerk.sku: 2})
    world.receive({clerk.id: 1})
    paid = one(world, "paid by hand")
    world.plays(paid).refund(Decimal("1.00"), "sorry for the trouble")
    world.receive({paid.id: paid.pieces})
    report = world.sync()
    waits = {r.id: {i.code for i in r.issues} for r in report.results if r.outcome is Outcome.QUARANTINED}
    # Nobody can tell for which of the order's two returns the clerk's refund was.
    assert {clerk.id, paid.id} <= set(waits) <= argued(world), waits
    assert waits[clerk.id] == {"conflict_receipt"}
    assert waits[paid.id] <= {"refund_unattributed", "conflict_refund"}
    medusa, odoo = world.medusa_says(), world.odoo_says()
    assert sum(medusa[clerk.reference]["goods"][clerk.sku]) == 2
    assert odoo[clerk.reference]["goods"][clerk.sku] == 1
    assert medusa[paid.reference]["refunds"]["sorry for the trouble"] == 1


def test_a_person_s_change_in_odoo_goes_back_and_a_further_run_writes_nothing(world: World) -> None:
    case = one(world, "validated later")
    world.receive({case.id: case.pieces})
    case.received = case.pieces
    for _ in range(2):  # received, credited and refunded; then the refund comes back as a payment
        world.sync()
    before = world.medusa_says()
    report = world.sync()
    assert (report.writes, world.medusa_says()) == (0, before)
    agrees(world)


def test_a_lost_store_changes_nothing_on_either_side(world: World) -> None:
    before = world.medusa_says(), world.odoo_says()
    world.settings.run.store.unlink()
    report = world.sync()
    assert report.writes == 0
    assert (world.medusa_says(), world.odoo_says()) == before


def test_reconcile_explains_everything(world: World) -> None:
    # Of what was quarantined when the store was lost nothing is known but that it cannot be read.
    unread = {c.id for c in world.cases if c.reference in paid_by_hand(world)}
    with reconcile(world.settings, tuple(Area)) as found:
        drifts = list(found.rows.drifts())
        assert found.rmas == RETURNS - len(unread)
        assert {d.rma for d in drifts if d.kind is DriftKind.UNREADABLE} == unread
        assert [e for e in found.equations if e.unexplained] == []
        assert [d for d in drifts if d.kind is DriftKind.UNEXPLAINED] == []
    shown = {d.rma for d in drifts if not d.settled}
    assert shown == argued(world), [str(d) for d in drifts if d.rma not in argued(world)][:5]
    agrees(world)


def argued(world: World) -> set[str]:
    """Name the returns that wait for a person: one that was received on both sides, and those of an order paid by hand."""
    clerk = {c.id for c in world.cases if "clerk ran ahead" in c.labels}
    return clerk | {c.id for c in world.cases if c.reference in paid_by_hand(world)}


def paid_by_hand(world: World) -> set[str]:
    """Name the orders on which the shop's clerk refunded something."""
    return {c.reference for c in world.cases if "paid by hand" in c.labels}


def agrees(world: World) -> None:
    """Read both systems by their own doors: pieces, damaged pieces and money are the same, order by order."""
    medusa, odoo = world.medusa_says(), world.odoo_says()
    open_orders = {c.reference for c in world.cases if c.labels & ARGUED}
    for case in (c for c in world.cases if c.reference not in open_orders):
        good, damaged = medusa[case.reference]["goods"][case.sku]
        back = odoo[case.reference]["goods"].get(case.sku, 0)
        assert (good + damaged, damaged, back) == (case.received, case.damaged, case.received), case
    for reference, own in odoo.items():
        if reference in open_orders:
            continue
        there = medusa[reference]
        assert there["count"] == len(own["notes"]), reference
        assert there["refunds"] == own["notes"], reference
