"""What steps that concern gift cards do."""

from collections.abc import Mapping
from typing import Any

from odoo_rma.mappings.foresee.world import World, table
from odoo_rma.mappings.plan.gift_card import IssueGiftCard
from odoo_rma.mappings.seen.gift_card import GiftCard


def _issue(world: World, step: IssueGiftCard) -> None:
    record = world.new()
    world.made[step.key] = record
    table(world.erp.payments.cards)[record] = GiftCard(
        id=record,
        code=step.code or f"044-{record}",
        partner_id=step.partner_id,
        points=step.points,
        currency=step.currency,
        expires=step.expires,
        active=True,
        used=False,
        key=step.key,
    )


DEEDS: Mapping[type, Any] = {IssueGiftCard: _issue}
