"""The charts of the page: each has a title that says what is to be seen, a drawing, and its numbers as a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from odoo_rma.mappings.drift.result import Reconciliation
from odoo_rma.mappings.money import ZERO, Decimal, minor_unit
from odoo_rma.sync.reports.page.drawing import Drawing, Point, bars, columns, line, mark
from odoo_rma.sync.reports.page.figures import UNDECIDED, Figures, months, percentile
from odoo_rma.sync.reports.text import printable
from odoo_rma.sync.reports.words import number

REASONS = 8
"""So many reasons have a bar; the rest are one."""

_NAMES = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
# Written out, because strftime gives the names in the language of the machine.

FEW = 5
"""With fewer refunds there is nothing to say about how long they take."""

_LONG = 30
"""Days; slower refunds share the last column."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its words; `rows` are its numbers under `heads`."""

    key: str
    title: str
    about: str
    drawing: Drawing
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def charts(found: Reconciliation, figures: Figures, differences: int) -> Iterator[Chart]:
    """Give the charts for which there are numbers."""
    if figures.requested:
        yield _rate(figures, found.sold)
    if any(figures.reasons.values()):
        yield _reasons(figures)
    if figures.inspected:
        yield _fates(figures)
    if figures.days.total() >= FEW:
        yield _days(figures)
    if figures.currency:
        yield _value(figures)
    today = found.finished.date()
    history = [*(entry for entry in found.history if entry[0] < today), (today, differences)]
    if len(history) > 1:
        yield _differences(history)


def _rate(figures: Figures, sold: Mapping[str, Decimal]) -> Chart:
    shown = [m for m in months(*figures.requested, *sold) if sold.get(m)]
    if not shown:
        return _units(figures)
    rates = {m: 100 * figures.requested[m] / sold[m] for m in shown}
    high = max(rates, key=lambda m: rates[m])
    units, out = sum((figures.requested[m] for m in shown), ZERO), sum((sold[m] for m in shown), ZERO)
    points = [
        Point(
            _tick(m, shown),
            rates[m],
            f"{rates[m]:.1f} %",
            strong=m == high,
            about=f"{_named(m)}: {rates[m]:.1f} %, {number(figures.requested[m])} of {number(sold[m])} units",
        )
        for m in shown
    ]
    most = f"; most in {_named(high)}" if len(shown) > 1 else ""
    title = f"Of 100 units sold, {100 * units / out:.1f} are to come back{most}"
    return Chart(
        "rate",
        title,
        "Units asked to be returned per 100 units delivered in the same month.",
        columns(points, " %"),
        ("Month", "Units asked to be returned", "Units delivered", "Rate"),
        tuple((_named(m), number(figures.requested[m]), number(sold[m]), f"{rates[m]:.1f} %") for m in shown),
    )


def _units(figures: Figures) -> Chart:
    shown = months(*figures.requested)
    high = max(shown, key=lambda m: figures.requested[m])
    points = [
        Point(
            _tick(m, shown),
            figures.requested[m],
            number(figures.requested[m]),
            strong=m == high,
            about=f"{_named(m)}: {number(figures.requested[m])} units",
        )
        for m in shown
    ]
    return Chart(
        "rate",
        f"Most returns were asked for in {_named(high)}" if len(shown) > 1 else f"Returns in {_named(high)}",
        "Units asked to be returned, by month.",
        columns(points),
        ("Month", "Units"),
        tuple((_named(m), number(figures.requested[m])) for m in shown),
    )


def _reasons(figures: Figures) -> Chart:
    ranked = sorted(figures.reasons.items(), key=lambda item: (-item[1], item[0]))
    all_units = sum(figures.reasons.values(), ZERO)
    shown = [(printable(name), units) for name, units in ranked[:REASONS]]
    if rest := sum((units for _, units in ranked[REASONS:]), ZERO):
        shown.append((f"{len(ranked) - REASONS} others", rest))
    return Chart(
        "reasons",
        f"The first reason is “{shown[0][0]}”: {_percent(shown[0][1], all_units)} of the units",
        "Units asked to be returned, by the customer's reason.",
        bars(_shares(shown, all_units, shown[0][0])),
        ("Reason", "Units", "Share"),
        tuple((name, number(units), _percent(units, all_units)) for name, units in shown),
    )


def _fates(figures: Figures) -> Chart:
    shown = [(name, units) for name, units in figures.fates.items() if units]
    all_units = sum((units for _, units in shown), ZERO)
    stock = figures.fates["back in stock"]
    waiting = figures.fates[UNDECIDED]
    tail = f"; {_percent(waiting, all_units)} undecided or elsewhere" if waiting else ""
    return Chart(
        "fates",
        f"{_percent(stock, all_units)} of what arrived is back in stock{tail}",
        "Units that arrived, by what became of them.",
        bars(_shares(shown, all_units, "back in stock")),
        ("What became of it", "Units", "Share"),
        tuple((name, number(units), _percent(units, all_units)) for name, units in shown),
    )


def _days(figures: Figures) -> Chart:
    half, most = percentile(figures.days, 50), percentile(figures.days, 90)
    last = min(max(figures.days), _LONG)
    counts = [figures.days[day] for day in range(last)]
    counts.append(sum(count for day, count in figures.days.items() if day >= last))
    names = [str(day) for day in range(last)] + [f"{last}+" if max(figures.days) > last else str(last)]
    points = [
        Point(
            name if day == last or (day % 5 == 0 and last - day > 1) else "",
            Decimal(count),
            str(count),
            about=f"{name} days: {count} refunds",
        )
        for day, (name, count) in enumerate(zip(names, counts, strict=True))
    ]
    drawing = columns(points, gap=Decimal("0.12"), room=Decimal("1.25"))
    mark(drawing, min(half, last) + Decimal("0.5"), len(points), f"half {_within(half)}", 0)
    mark(drawing, min(most, last) + Decimal("0.5"), len(points), f"nine in ten {_within(most)}", 1)
    return Chart(
        "days",
        f"Half of the refunds were credited {_within(half)}, nine in ten {_within(most)}",
        f"Refunds by days from the customer's request to the credit note; {figures.days.total():,} refunds.",
        drawing,
        ("Days", "Refunds"),
        tuple((name, str(count)) for name, count in zip(names, counts, strict=True) if count),
    )


def _value(figures: Figures) -> Chart:
    currency = figures.currency
    back, kept = figures.returned[currency], figures.recovered[currency]
    shown, digits = months(*back), minor_unit(currency)
    whole, saved = sum(back.values(), ZERO), sum(kept.values(), ZERO)
    points = [
        Point(
            _tick(m, shown),
            back[m],
            "",
            part=kept[m] if figures.inspected else None,
            about=f"{_named(m)}: {number(back[m], digits)} {currency} returned, {number(kept[m], digits)} recovered",
        )
        for m in shown
    ]
    came = f"{number(whole, Decimal(1))} {currency}"
    parts = ": filled what went back into stock or was repaired, the outlined top the rest"
    others = sorted(figures.returned.keys() - {currency})
    tail = f" Goods in {', '.join(others)} are not in it." if others else ""
    return Chart(
        "value",
        f"{_percent(saved, whole)} of the {came} that came back was recovered"
        if figures.inspected
        else f"Goods for {came} came back",
        f"At invoiced prices, in {currency}, by month of arrival{parts if figures.inspected else ''}.{tail}",
        columns(points),
        ("Month", "Returned", "Recovered"),
        tuple((_named(m), number(back[m], digits), number(kept[m], digits)) for m in shown),
    )


def _differences(history: Sequence[tuple[date, int]]) -> Chart:
    (first, before), (last, now) = history[0], history[-1]
    labeled = (0, len(history) // 2, len(history) - 1)
    points = [
        Point(
            f"{day.day} {_NAMES[day.month - 1][:3]}" if n in labeled else "",
            Decimal(count),
            str(count),
            strong=n in (0, len(history) - 1),
            about=f"{day}: {count}",
        )
        for n, (day, count) in enumerate(history)
    ]
    change = "stayed at" if now == before else f"{'fell' if now < before else 'rose'} from {before} to"
    return Chart(
        "history",
        f"Differences {change} {now} in {(last - first).days} days",
        "Open differences at each day's last reconciliation.",
        line(points),
        ("Day", "Differences"),
        tuple((str(day), str(count)) for day, count in history),
    )


def _shares(shown: Sequence[tuple[str, Decimal]], whole: Decimal, strong: str) -> list[Point]:
    return [
        Point(
            name[:24],
            units,
            f"{_percent(units, whole)} ({number(units)})",
            strong=name == strong,
            about=f"{name}: {number(units)} units",
        )
        for name, units in shown
    ]


def _within(days: int) -> str:
    return f"within {days} day{'s' if days > 1 else ''}" if days else "the same day"


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "0 %"


def _named(month: str) -> str:
    return f"{_NAMES[int(month[5:7]) - 1]} {month[:4]}" if month else ""


def _tick(month: str, shown: Sequence[str]) -> str:
    """Label months where there is room: all of a year, every third of more; January with its year."""
    number = int(month[5:7])
    if len(shown) > 13 and number % 3 != 1:
        return ""
    name = _NAMES[number - 1][:3]
    return f"{name} {month[2:4]}" if month == shown[0] or number == 1 else name
