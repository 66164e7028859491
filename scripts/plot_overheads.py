#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bars of latency overhead (P50, P90, P99) and compute overhead against the sweep's baseline, with 95 % intervals.

A hollow bar is in doubt: the sample is too small for it, or its queries depend on each other for too long.
"""

import argparse
import math
import sys

from shardsim_tools.plotting import command, figure
from shardsim_tools.plotting.arrange import Panel, skipped
from shardsim_tools.plotting.sweep import Sweep, SweepError

# After shardsim_tools.plotting, which says what is missing.
from matplotlib.axes import Axes

# Darker towards the tail; compute, another quantity, is hatched.
BARS = {
    "p50_overhead": ("P50 latency", {"facecolor": "#dbe9f6"}),
    "p90_overhead": ("P90 latency", {"facecolor": "#6baed6"}),
    "p99_overhead": ("P99 latency", {"facecolor": "#08519c"}),
    "compute_overhead": ("compute", {"facecolor": "#fdd9b0", "hatch": "/////"}),
}


def draw(options: argparse.Namespace, sweep: Sweep) -> None:
    if not sweep.baseline:
        raise SweepError(f"{sweep.directory}: the sweep has no baseline, so it holds no overheads")
    layout = command.layout_of(options, sweep)
    indices = {index for panel in layout.panels for index in panel.points.values()}
    layout.drop_categories({index for index in indices if sweep.is_baseline(index)})  # 0 by definition: the axis
    if not layout.categories:
        raise SweepError(f"{sweep.directory}: only the baseline is left, nothing to compare")
    reasons = skipped(sweep, layout, {"stable"})
    for index in indices - set(reasons):
        if sweep.frame.loc[index, list(BARS)].isna().any():
            reasons[index] = "no stable baseline"
    plot, rows = figure.panels(layout)
    for (axes,), panel in zip(rows, layout.panels):
        draw_panel(axes, panel, layout.categories, sweep, reasons, options.ymax)
        axes.set_ylabel("overhead over\n" + " ".join(sweep.baseline.values()) + " (%)")
    figure.label_categories(rows, layout.categories, layout.x_label)
    handles, labels = rows[0][0].get_legend_handles_labels()
    figure.legend_above(plot, handles, labels)
    if notes := reading_notes(sweep, indices - set(reasons)):
        plot.text(0.5, -0.01, "; ".join(notes), ha="center", va="top", fontsize=7.5, color="#444444")
    command.report_skipped(sweep, reasons)
    command.report_written(figure.save(plot, command.output_directory(options), "overheads"))


def reading_notes(sweep: Sweep, drawn: set[int]) -> list[str]:
    notes = ["whiskers: 95 % intervals"] if sweep.has_intervals else []
    reasons = sorted({why for index in drawn for column in BARS if (why := sweep.doubt(index, column))})
    return notes + ([f"hollow: in doubt ({', '.join(reasons)})"] if reasons else [])


def draw_panel(
    axes: Axes, panel: Panel, categories: list[str], sweep: Sweep, reasons: dict[int, str], top: float
) -> None:
    slots = [(i, panel.points[c]) for i, c in enumerate(categories) if c in panel.points]
    slots = [(i, index) for i, index in slots if index not in reasons]
    width = figure.SLOT / len(BARS)
    numbered = figure.slot_width(axes, categories) > 0.45  # inch; else they overlap
    drawn, cut = [0.0], False
    for bar, (column, (label, style)) in enumerate(BARS.items()):
        places = [i + (bar - (len(BARS) - 1) / 2) * width for i, _ in slots]
        values = [100 * sweep.frame.at[index, column] for _, index in slots]
        heights = [min(value, top) for value in values]
        bars = axes.bar(places, heights, width, label=label, **style, **figure.EDGE)
        for rectangle, (_, index) in zip(bars, slots):
            if sweep.doubt(index, column):
                rectangle.set(**figure.DOUBTED)
        whiskers = [whisker(sweep, index, column, top) for _, index in slots]
        if sweep.has_intervals and slots:
            axes.errorbar(places, heights, list(zip(*whiskers)), fmt="none", **figure.WHISKER)
        ends = [h + up if v >= 0 else h - down for h, v, (down, up) in zip(heights, values, whiskers)]
        for place, end, value in zip(places, ends, values) if numbered else ():
            above = value >= 0
            axes.annotate(
                text(value) + (" (cut)" if value > top else ""), (place, end), xytext=(0, 3.5 if above else -3.5),
                textcoords="offset points", rotation=90, ha="center", va="bottom" if above else "top", fontsize=6.5,
            )  # fmt: skip
        drawn += ends
        cut = cut or heights != values
    low, high = min(drawn), max(drawn)
    room = 0.2 * (high - low) or 1.0  # for the numbers
    axes.set_ylim(low - room if low < 0 else 0, high + room * (1.9 if cut else 1))
    axes.axhline(0, color="#222222", linewidth=0.8)
    figure.separate_families(axes, categories)
    figure.note_gaps(axes, panel, categories, reasons)


def whisker(sweep: Sweep, index: int, column: str, top: float) -> tuple[float, float]:
    """How far below and above the bar, in points; none at a bar that is cut."""
    cut = 100 * sweep.frame.at[index, column] > top
    below, above = sweep.reach(index, column)
    return (0, 0) if cut else (100 * below, 100 * above)


def text(percent: float) -> str:
    return f"{percent:+.0f}" if abs(percent) >= 9.95 else f"{percent:+.1f}"


def main() -> int:
    parser = command.plot_parser(__doc__, "scripts/plot_overheads.py out/paper --group model --x configuration")
    parser.add_argument(
        "--ymax", metavar="PERCENT", type=float, default=math.inf, help="cut taller bars here; their numbers stay true"
    )
    return command.run(parser.parse_args(), draw)


if __name__ == "__main__":
    sys.exit(main())
