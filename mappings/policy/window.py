"""Until when goods may come back: windows, seasons with more time, and reasons that are the shop's fault."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from odoo_rma.mappings.policy import AlwaysAccepted, CountsFrom, Holiday, Policy, Window
from odoo_rma.mappings.policy.case import Applied, Effect, Request
from odoo_rma.mappings.policy.scope import fits, fitting
from odoo_rma.mappings.policy.words import Lasting, say

Found = tuple[date | None, list[Applied]]


def window(policy: Policy, request: Request, always: Sequence[AlwaysAccepted]) -> Found:
    """Give the last day for a request, and the rules that say so.

    None with a rule that passes is "without end"; with one that needs a person, nobody can tell.
    """
    usual = _usual(policy, request)
    granted = [_always(rule, request) for rule in always]
    passing = [found for found in granted if found[1].effect is Effect.PASSES]
    if passing:
        end, applied = max(passing, key=_latest)
        open_too = [usual] if usual[1].effect is Effect.PASSES else []
        return end and max([end, *_ends(open_too)]), [applied, *(found[1] for found in open_too)]
    if usual[1].effect is not Effect.DECLINES or not granted:
        return usual[0], [usual[1]]
    # Both say why, and the later day is the one to tell.
    late = max(granted, key=_latest)
    return max(_ends([usual, late])), [usual[1], late[1]]


def _latest(found: tuple[date | None, Applied]) -> date:
    return found[0] or date.max


def _ends(found: Iterable[tuple[date | None, Applied]]) -> list[date]:
    return [end for end, _ in found if end]


def _usual(policy: Policy, request: Request) -> tuple[date | None, Applied]:
    rules = fitting(policy.windows, request)
    seasons = [_season(holiday, request) for holiday in policy.holidays if fits(holiday, request)]
    extended = max((found for found in seasons if found), key=_latest, default=None)
    if not rules:
        return extended or (
            None,
            Applied(rule="windows", saw={}, effect=Effect.NEEDS_PERSON, words=say("window_missing")),
        )
    # Of rules with equal rank the friendliest counts.
    plain = max((_counted(rule, request) for rule in rules), key=_latest)
    if extended and plain[0] and _latest(extended) > plain[0]:
        return extended
    return plain


def _counted(rule: Window, request: Request) -> tuple[date | None, Applied]:
    start = request.delivered if rule.counts_from is CountsFrom.DELIVERY else request.ordered
    name = f"windows.{rule.name}"
    saw = _saw(request) | {"days": str(rule.days), "counts_from": rule.counts_from.value}
    if start is None:
        words = say("window_waits")
        return None, Applied(rule=name, saw=saw, effect=Effect.NEEDS_PERSON, words=words)
    end = start + timedelta(days=rule.days)
    late = (request.on - end).days
    sentence = "window_over" if late > 0 else "window_open"
    words = say(
        sentence,
        on=request.on,
        end=end,
        days=Lasting(rule.days),
        start=rule.counts_from,
        late=Lasting(max(late, 0)),
    )
    effect = Effect.DECLINES if late > 0 else Effect.PASSES
    return end, Applied(rule=name, saw=saw | {"end": str(end)}, effect=effect, words=words)


def _saw(request: Request) -> dict[str, str]:
    delivered = str(request.delivered) if request.delivered else "not yet"
    return {"ordered": str(request.ordered), "delivered": delivered, "on": str(request.on)}


def _always(rule: AlwaysAccepted, request: Request) -> tuple[date | None, Applied]:
    name = f"always_accepted.{rule.name}"
    saw = _saw(request) | {"reason": request.reason.value}
    if rule.days is None:
        words = say("always", reason=request.reason)
        return None, Applied(rule=name, saw=saw, effect=Effect.PASSES, words=words)
    saw["days"] = str(rule.days)
    if request.delivered is None:
        # What is not delivered yet cannot be too late.
        words = say("window_waits")
        return None, Applied(rule=name, saw=saw, effect=Effect.PASSES, words=words)
    end = request.delivered + timedelta(days=rule.days)
    late = request.on > end
    words = say("always_over" if late else "always_until", reason=request.reason, end=end)
    effect = Effect.DECLINES if late else Effect.PASSES
    return end, Applied(rule=name, saw=saw | {"end": str(end)}, effect=effect, words=words)


def _season(holiday: Holiday, request: Request) -> tuple[date | None, Applied] | None:
    until = season_end(holiday, request.ordered)
    if until is None or request.on > until:
        return None
    words = say("holiday", holiday=holiday, end=until)
    saw = {"ordered": str(request.ordered), "on": str(request.on), "end": str(until)}
    return until, Applied(rule=f"holidays.{holiday.name}", saw=saw, effect=Effect.PASSES, words=words)


def season_end(holiday: Holiday, ordered: date) -> date | None:
    """Give the last day for what was ordered then, or None when that was not in the season."""
    for year in (ordered.year - 1, ordered.year):  # a season may run over New Year
        first = _in_year(holiday.first, year)
        last = _from(holiday.last, first)
        if first <= ordered <= last:
            return _from(holiday.until, last)
    return None


def _in_year(day: date | str, year: int) -> date:
    return day if isinstance(day, date) else date.fromisoformat(f"{year:04}-{day}")


def _from(day: date | str, start: date) -> date:
    """Give the day, or where it is one of every year the first such day from `start` on."""
    found = _in_year(day, start.year)
    return found if isinstance(day, date) or found >= start else _in_year(day, start.year + 1)
