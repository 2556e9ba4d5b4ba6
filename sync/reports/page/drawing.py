"""Small charts as plain shapes, which the page writes as SVG: they take their colors from the page, in light, dark and print.

Own shapes instead of a chart library: those that make SVG fix colors and fonts in it (no dark page, no print), or need
a script; what is needed here is three shapes on a zero baseline.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from odoo_rma.mappings.money import ONE, ZERO, Decimal

WIDTH, HEIGHT = 560, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 14, 22, 28
_BAR, _LABEL, _WIDEST = 26, 168, 72
_GAP = Decimal("0.28")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; `about` is shown when somebody points at it."""

    x: Decimal
    y: Decimal
    width: Decimal
    height: Decimal
    look: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A text; `anchor` is start, middle or end."""

    x: Decimal
    y: Decimal
    text: str
    anchor: str = "middle"
    look: str = "tick"


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line."""

    x1: Decimal
    y1: Decimal
    x2: Decimal
    y2: Decimal
    look: str = "grid"


@dataclass(slots=True)
class Drawing:
    """A chart, ready to be drawn: the grid first, then boxes, the curve, marks, and words on top."""

    height: int = HEIGHT
    rules: list[Rule] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    marks: list[Rule] = field(default_factory=list)
    curve: list[tuple[Decimal, Decimal]] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a chart: the label of its place, how it is written, and the part of it that is told apart."""

    label: str
    value: Decimal
    text: str
    part: Decimal | None = None
    strong: bool = False
    about: str = ""


def columns(points: Sequence[Point], unit: str = "", *, gap: Decimal = _GAP, room: Decimal = ONE) -> Drawing:
    """Draw upright columns on a zero baseline; strong ones bear their value. `room` over 1 leaves space above."""
    drawing, top = Drawing(), axis(room * max((p.value for p in points), default=ZERO))
    weak = "other" if any(p.strong for p in points) else "bar"
    _grid(drawing, top, unit)
    step = Decimal(WIDTH - _LEFT - _RIGHT) / max(len(points), 1)
    for number, point in enumerate(points):
        width = min(step * (1 - gap), Decimal(_WIDEST))
        x = _LEFT + step * number + (step - width) / 2
        look = "pale" if point.part is not None else "bar" if point.strong else weak
        drawing.boxes.append(_column(point.value, top[-1], x, width, look, point.about))
        if point.part is not None:
            drawing.boxes.append(_column(point.part, top[-1], x, width, "bar", point.about))
        if point.label:
            drawing.words.append(Words(x + width / 2, Decimal(HEIGHT - 9), point.label))
        if point.strong:
            drawing.words.append(Words(x + width / 2, _y(point.value, top[-1]) - 6, point.text, look="value"))
    return drawing


def bars(points: Sequence[Point]) -> Drawing:
    """Draw lying bars from zero, each with its name before and its value behind."""
    drawing = Drawing(height=_BAR * len(points) + 8)
    largest = max((p.value for p in points), default=ONE) or ONE
    space = Decimal(WIDTH - _LABEL - 106)
    for number, point in enumerate(points):
        y, width = Decimal(4 + _BAR * number), space * point.value / largest
        look = "bar" if point.strong else "other"
        drawing.boxes.append(Box(Decimal(_LABEL), y + 3, width, Decimal(_BAR - 8), look, point.about))
        drawing.words.append(Words(Decimal(_LABEL - 8), y + 16, point.label, "end", "name"))
        drawing.words.append(Words(_LABEL + width + 7, y + 16, point.text, "start", "value"))
    return drawing


def line(points: Sequence[Point]) -> Drawing:
    """Draw a curve over a zero baseline; strong points bear their value."""
    drawing, top = Drawing(), axis(max((p.value for p in points), default=ZERO))
    _grid(drawing, top, "")
    step = Decimal(WIDTH - _LEFT - _RIGHT - 16) / max(len(points) - 1, 1)
    for number, point in enumerate(points):
        x, y = _LEFT + 8 + step * number, _y(point.value, top[-1])
        drawing.curve.append((x, y))
        drawing.boxes.append(
            Box(x - step / 2, Decimal(_TOP), step, Decimal(HEIGHT - _TOP - _BOTTOM), "touch", point.about)
        )
        if point.label:
            drawing.words.append(Words(x, Decimal(HEIGHT - 9), point.label))
        if point.strong:
            drawing.boxes.append(Box(x - 3, y - 3, Decimal(6), Decimal(6), "dot"))
            anchor = "start" if number == 0 else "end"
            drawing.words.append(Words(x, y - 9, point.text, anchor, "value"))
    return drawing


def mark(drawing: Drawing, place: Decimal, places: int, text: str, level: int) -> None:
    """Draw an upright line at a place of the columns (counted from 0, in columns), with a text beside its top."""
    x = _LEFT + Decimal(WIDTH - _LEFT - _RIGHT) * place / max(places, 1)
    drawing.marks.append(Rule(x, Decimal(_TOP - 8), x, Decimal(HEIGHT - _BOTTOM), "mark"))
    drawing.words.append(Words(x + 5, Decimal(_TOP + 2 + 15 * level), text, "start", "value"))


def axis(largest: Decimal) -> list[Decimal]:
    """Give three to six round numbers from 0 to at least the largest value."""
    if largest <= 0:
        return [ZERO, ONE]
    size = Decimal(10) ** (largest.adjusted() - 1)
    for steps in (1, 2, 5, 10, 20, 50):
        step = size * steps
        count = int(largest // step) + (largest % step > 0)
        if count <= 5:
            return [step * n for n in range(count + 1)]
    raise AssertionError(largest)


def _grid(drawing: Drawing, ticks: Sequence[Decimal], unit: str) -> None:
    for tick in ticks:
        y = _y(tick, ticks[-1])
        look = "base" if not tick else "grid"
        drawing.rules.append(Rule(Decimal(_LEFT), y, Decimal(WIDTH - _RIGHT), y, look))
        drawing.words.append(Words(Decimal(_LEFT - 7), y + 4, _short(tick) + unit, "end"))


def _short(tick: Decimal) -> str:
    if tick >= 1_000_000:
        return f"{(tick / 1_000_000).normalize():f}M"
    return f"{(tick / 1000).normalize():f}k" if tick >= 1000 else f"{tick.normalize():f}"


def _column(value: Decimal, top: Decimal, x: Decimal, width: Decimal, look: str, about: str) -> Box:
    y = _y(value, top)
    return Box(x, y, width, HEIGHT - _BOTTOM - y, look, about)


def _y(value: Decimal, top: Decimal) -> Decimal:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / top
