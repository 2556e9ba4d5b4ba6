"""Carry out what concerns what customers are told: announced under an external id, then sent, each once.

The announcement is a copy in the customer's chatter. It is a record that only one run can make, so no two runs send the
same message; one that a run announced and never sent is announced again, under the next number.
"""

from collections.abc import Mapping, Sequence
from html import escape
from secrets import token_hex

from odoo_rma.connector.channels.base import Channel, Outgoing
from odoo_rma.connector.channels.registry import open_channel
from odoo_rma.connector.errors import BadSettings, Refused
from odoo_rma.connector.odoo.client import OdooClient
from odoo_rma.connector.settings import MessageSettings, Settings
from odoo_rma.mappings.identity import Key
from odoo_rma.mappings.message_rules import MessageRules
from odoo_rma.mappings.plan.message import TellCustomer
from odoo_rma.mappings.seen.message import HOST
from odoo_rma.sync.batch import Batch, Item
from odoo_rma.sync.message_files import load_texts
from odoo_rma.sync.people import NOTE
from odoo_rma.sync.reference import Reference
from odoo_rma.sync.return_address import return_addresses

MESSAGE = "mail.message"
REFUSED = f"refused@{HOST}"
"""Stands on an announcement whose message was refused for sure: it need not be waited for."""
SENT = f"sent@{HOST}"
"""Stands on an announcement whose message went out: it counts, even where a person deletes the message itself."""


def rules(settings: Settings, client: OdooClient, reference: Reference) -> MessageRules:
    """Look up in Odoo what messages need, and open the channel; nothing where customers are not told.

    Raises:
        BadSettings: the channel is not there, or a template cannot be used.

    """
    wanted = settings.messages
    if not wanted.since:
        return MessageRules()
    check_feedback(settings)
    reference.channel = open_channel(wanted)
    return message_rules(wanted, settings.secrets.feedback, client, reference)


def check_feedback(settings: Settings) -> None:
    """Make sure that links in requests for feedback can be signed.

    Raises:
        BadSettings: they cannot.

    """
    if settings.messages.feedback_url and not settings.secrets.feedback:
        raise BadSettings(
            "messages.feedback_url needs a secret to sign its links with: set ODOO_RMA_FEEDBACK_SECRET to any long "
            "random text, or leave feedback_url out."
        )


def message_rules(
    wanted: MessageSettings, secret: str, client: OdooClient, reference: Reference
) -> MessageRules:
    """Give the rules that the settings come to, whether or not messages are switched on."""
    return MessageRules(
        since=wanted.since,
        steps=frozenset(wanted.steps),
        address=reference.channel.address if reference.channel else "email",
        shop=wanted.shop or reference.company.name,
        send_to=return_addresses(client, reference),
        feedback_url=wanted.feedback_url or "",
        secret=secret,
        texts=load_texts(wanted.templates),
    )


def carry_out(batch: Batch) -> None:
    """Tell customers what the plans say."""
    channel = batch.reference.channel
    if channel is None:
        return
    run = f"{token_hex(8)}@{HOST}"
    announced: dict[Key, int] = {}
    batch.attempt(batch.items(TellCustomer), lambda items: announced.update(_announce(batch, items, run)))
    sent: list[Item[TellCustomer]] = []
    for item in batch.items(TellCustomer):
        if item.step.key in announced:
            batch.attempt([item], lambda items: sent.append(_send(batch, channel, items[0], announced)))
    batch.attempt(sent, lambda items: _note(batch, [announced[i.step.key] for i in items], SENT))


def _announce(batch: Batch, items: Sequence[Item[TellCustomer]], run: str) -> dict[Key, int]:
    """Put the copies into the customers' chatter; give those that this run made, and leave the others to theirs."""
    fields = ["id", "model", "res_id", "body", "message_type", "subtype_id/id", "author_id/.id"]
    rows = [
        [
            str(s.key),
            "res.partner",
            s.partner_id,
            _copy(s),
            "comment",
            NOTE,
            batch.reference.author_id,
            str(s.mark),
            run,
        ]
        for s in (i.step for i in items)
    ]
    ids = batch.client.load(MESSAGE, [*fields, "message_id", "reply_to"], rows)
    made = {r["id"] for r in batch.client.read(MESSAGE, ids, ["reply_to"]) if r["reply_to"] == run}
    for item, note in zip(items, ids, strict=True):
        if note not in made:
            item.work.undecided = "another run is telling the customer at this moment."
    return {i.step.key: note for i, note in zip(items, ids, strict=True) if note in made}


def _copy(step: TellCustomer) -> str:
    again = (
        "" if step.mark.attempt == 1 else f" (attempt {step.mark.attempt}: the one before was interrupted)"
    )
    head = f"Message to {step.to}: {step.subject}{again}"
    return f'<p><b>{escape(head)}</b></p><div style="border-left: 2px solid #ccc; padding-left: 8px">{step.body}</div>'


def _send(
    batch: Batch, channel: Channel, item: Item[TellCustomer], announced: Mapping[Key, int]
) -> Item[TellCustomer]:
    step = item.step
    message = Outgoing(
        key=str(step.sent),
        to=step.to,
        partner_id=step.partner_id,
        order_id=step.order_id,
        language=step.language,
        subject=step.subject,
        body=step.body,
    )
    try:
        channel.send(message, batch.client)
    except Refused:
        _note(batch, [announced[step.key]], REFUSED)
        raise
    if not channel.in_chatter:
        _record(batch, step)
    return item


def _note(batch: Batch, ids: Sequence[int], how: str) -> None:
    """Write on announcements how it ended."""
    batch.client.call(MESSAGE, "write", ids, vals={"reply_to": how})


def _record(batch: Batch, step: TellCustomer) -> None:
    """Write down, in the order's chatter, what another channel has sent."""
    fields = ["id", "model", "res_id", "subject", "body", "message_type", "subtype_id/id", "author_id/.id"]
    key = step.key.part("sent")
    row = [str(key), "sale.order", step.order_id, step.subject, step.body, "comment"]
    row += [NOTE, batch.reference.author_id, str(step.sent)]
    batch.client.load(MESSAGE, [*fields, "message_id"], [row])
