"""The day an entry is booked on: in an open period, not before what it belongs to, not in the future."""

from datetime import date, datetime, timedelta

from odoo_rma.mappings.erp import Erp
from odoo_rma.mappings.issues import Issue, Refusal
from odoo_rma.mappings.model import Rma


def open_day(rma: Rma, at: datetime | None, earliest: date | None, erp: Erp, today: date) -> date:
    """Take the day of the refund, but not before `earliest`, not in a locked period and not after today.

    Raises:
        Refusal: everything up to today is locked, or today is before `earliest`.

    """
    if earliest and earliest > today:
        raise Refusal(
            Issue(
                "dated_ahead",
                f"What {rma.label} credits is dated {earliest} in Odoo, and today is {today}: it cannot be credited before.",
                "Wait until then; or correct the date in Odoo, or the clock of the machine that runs odoo-rma.",
                "refunds",
            )
        )
    day = min(at.date() if at else today, today)
    if earliest:
        day = max(day, earliest)
    locked = erp.company.locked_until
    if locked and day <= locked:
        day = locked + timedelta(days=1)
    if day > today:
        raise Refusal(
            Issue(
                "closed_period",
                f"The books are locked until {locked}, so {rma.label} cannot be credited by {today}.",
                "Open the period in Odoo, or wait until it ends.",
                "refunds",
            )
        )
    return day
