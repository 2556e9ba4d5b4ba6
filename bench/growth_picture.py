"""Draw what bench/growth.py measured, for light and for dark pages.

    .venv/bin/python bench/growth_picture.py FILE FOLDER

Writes `growth-light.svg` and `growth-dark.svg` into the folder. All upright axes begin at zero.
"""

import json
from pathlib import Path
from typing import Any

import click
import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

Row = dict[str, Any]

LOOKS = {
    "light": {"ink": "#1f2328", "grid": "#d1d9e0", "first": "#0969da", "other": "#bc4c00"},
    "dark": {"ink": "#f0f6fc", "grid": "#3d444d", "first": "#58a6ff", "other": "#ffa657"},
}
"""The pages' own colors for text and lines, and two that are told apart in either, also by who sees few colors."""

QUIET = ("nothing came", "all sent again")


def draw(rows: list[Row], look: dict[str, str]) -> Figure:
    """Draw four small pictures: time by size, time along the longest run, memory by size, and runs without a change."""
    first = [r for r in rows if r["run"] == "first run"]
    figure = Figure(figsize=(9, 6), layout="constrained")
    by_size, along, memory, quiet = (style(ax, look) for ax in figure.subplots(2, 2).flat)
    curve(by_size, first, "ms", look["first"], "first run")
    title(by_size, "Milliseconds per return, by size of the run")
    longest(along, max(first, key=lambda r: r["returns"]), look)
    curve(memory, first, "client_mb", look["first"], "odoo-rma")
    curve(memory, first, "odoo_mb", look["other"], "Odoo", "s--")
    title(memory, "Most memory held (MB), by size of the run")
    for way, color, mark in zip(QUIET, (look["first"], look["other"]), ("o-", "s--"), strict=True):
        curve(quiet, [r for r in rows if r["run"] == way], "seconds", color, way, mark)
    title(quiet, "Seconds of a run in which nothing changed")
    for ax in (memory, quiet):
        ax.legend(frameon=False, labelcolor=look["ink"])
    return figure


def style(ax: Axes, look: dict[str, str]) -> Axes:
    """Give an empty picture the colors of the page."""
    ax.set_facecolor("none")
    ax.grid(axis="y", color=look["grid"])
    ax.set_axisbelow(True)
    ax.tick_params(colors=look["ink"], length=0)
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(look["grid"])
    return ax


def curve(ax: Axes, rows: list[Row], what: str, color: str, label: str, mark: str = "o-") -> None:
    """Draw one figure over the sizes, which stand ten times apart; points bear their values, dashed ones above."""
    place = (0, 7) if "--" in mark else (0, -15)
    ax.plot([r["returns"] for r in rows], [r[what] for r in rows], mark, color=color, label=label)
    for r in rows:
        words, at = f"{r[what]:,.0f}", (r["returns"], r[what])
        ax.annotate(words, at, place, textcoords="offset points", ha="center", color=color, fontsize=9)
    ax.set_xscale("log")
    ax.set_xticks(sorted({r["returns"] for r in rows}))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{size:,.0f}"))
    ax.margins(x=0.12)


def longest(ax: Axes, row: Row, look: dict[str, str]) -> None:
    """Draw the time of each batch of the longest run."""
    done, before, xs, ys = 0, row["batches"][0][0], [], []
    for end, count in row["batches"][1:]:  # the first one waits for the rest of the set-up
        done += count
        xs.append(done)
        ys.append(1000 * (end - before) / count)
        before = end
    ax.plot(xs, ys, color=look["first"], linewidth=1.2)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{size:,.0f}"))
    title(ax, f"The same along the run of {row['returns']:,}, batch by batch")


def title(ax: Axes, words: str) -> None:
    """Say what is to be seen, and begin at zero."""
    ax.set_title(words, loc="left", fontsize=10)
    low, high = ax.get_ylim()
    ax.set_ylim(0, 1.15 * max(high, low, 1e-9))


@click.command(help=__doc__)
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def main(file: Path, folder: Path) -> None:
    """Draw it in both looks."""
    rows = json.loads(file.read_text())["rows"]
    folder.mkdir(parents=True, exist_ok=True)
    # Letters stay letters, so that the picture is small; without a date and with fixed ids, drawing it again changes nothing.
    mpl.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "growth", "font.family": "sans-serif"}
    for name, look in LOOKS.items():
        mpl.rcParams["axes.titlecolor"] = look["ink"]
        draw(rows, look).savefig(folder / f"growth-{name}.svg", transparent=True, metadata={"Date": None})


if __name__ == "__main__":
    main()
