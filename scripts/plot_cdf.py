#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Cumulative distribution of the latency, a line a configuration; 95 % intervals of P50, P90, P95 and P99 across it."""

import argparse
import math
import sys
from typing import Any

from shardsim_tools.plotting import command, figure
from shardsim_tools.plotting.arrange import Panel, family, skipped
from shardsim_tools.plotting.styles import COLOURS, LINES, MARKERS
from shardsim_tools.plotting.sweep import Result, Sweep, SweepError

# After shardsim_tools.plotting, which says what is missing.
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter


def draw(options: argparse.Namespace, sweep: Sweep) -> None:
    layout = command.layout_of(options, sweep)
    reasons = skipped(sweep, layout, {"stable"})
    styles = line_styles(layout.categories)
    plot, rows = figure.panels(layout, height=2.7, share_x=False)
    plot.set_figwidth(7.5)
    for (axes,), panel in zip(rows, layout.panels):
        draw_panel(axes, panel, sweep, reasons, styles, options)
        axes.set_ylabel("queries slower than this (%)" if options.tail else "queries (%)")
    rows[-1][0].set_xlabel("latency (ms)")
    handles = {label: handle for (axes,) in rows for handle, label in zip(*axes.get_legend_handles_labels())}
    shown = [category for category in layout.categories if category in handles]
    if not shown:
        raise SweepError(f"{sweep.directory}: no point has a latency to draw")
    plot.legend(
        [handles[c] for c in shown], shown, loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=4,
        title=layout.x_label,
    )  # fmt: skip
    command.report_skipped(sweep, reasons)
    command.report_written(figure.save(plot, command.output_directory(options), "tail" if options.tail else "cdf"))


def draw_panel(
    axes: Axes,
    panel: Panel,
    sweep: Sweep,
    reasons: dict[int, str],
    styles: dict[str, dict[str, Any]],
    options: argparse.Namespace,
) -> None:
    start, end = math.inf, 0.0
    for category, index in panel.points.items():
        if index in reasons:
            continue
        latency, share = curve(sweep.result(index))
        shown = [x for x, y in zip(latency, share) if 1 - options.upto <= y <= options.upto]
        start, end = min([start, *shown]), max([end, *shown])
        heights = [1 - y for y in share] if options.tail else share
        axes.plot(latency, heights, label=category, linewidth=1.3, markersize=4, **styles[category])
        for part, low, high in intervals(sweep.result(index)):
            height = 1 - part if options.tail else part
            axes.plot([low, high], [height, height], color=styles[category]["color"], linewidth=0.8, marker="|", ms=4)
    axes.grid(True, axis="both")
    if start < end:
        axes.set_xlim(start - 0.02 * (end - start), end + 0.02 * (end - start))
    if options.tail:
        axes.set_yscale("log")
        axes.set_ylim(1 - options.upto, 1)
    else:
        axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=None if options.tail else 0, symbol=""))


def curve(result: Result) -> tuple[list[float], list[float]]:
    """([ms], [share of queries that took no longer])"""
    pairs = result.get("/latency_us/cdf")
    try:
        return [float(latency) / 1000 for latency, _ in pairs], [float(share) for _, share in pairs]
    except (TypeError, ValueError):
        raise SweepError(f"{result.path}: /latency_us/cdf is not a list of [us, fraction]") from None


QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}


def intervals(result: Result) -> list[tuple[float, float, float]]:
    """(share, low, high) of the quantiles that have a 95 % interval to rely on; in ms."""
    known = result.content.get("intervals", {})
    found = {name: known[name] for name in QUANTILES if known.get(name, {}).get("trust") == "good"}
    return [(QUANTILES[name], some["low"] / 1000, some["high"] / 1000) for name, some in found.items()]


def line_styles(categories: list[str]) -> dict[str, dict[str, Any]]:
    """A family ("nsbp 2", "nsbp 4") shares colour and marker, its members differ in the line."""
    names = list(dict.fromkeys(family(category)[0] for category in categories))
    members = {name: [c for c in categories if family(c)[0] == name] for name in names}
    styles = {}
    for i, name in enumerate(names):
        for j, category in enumerate(members[name]):
            styles[category] = {
                "color": COLOURS[i % len(COLOURS)],
                "marker": MARKERS[i % len(MARKERS)],
                "markevery": (0.03 + 0.012 * i + 0.02 * j, 0.13),
                "linestyle": LINES[j % len(LINES)],
            }
    return styles


def fraction(text: str) -> float:
    value = float(text)
    if not 0.5 < value < 1:
        raise ValueError
    return value


def main() -> int:
    parser = command.plot_parser(__doc__, "scripts/plot_cdf.py out/paper --where model=drm1 --tail")
    parser.add_argument("--tail", action="store_true", help="the share of slower queries on a log scale (tail.svg)")
    parser.add_argument(
        "--upto", metavar="FRACTION", type=fraction, default=0.995,
        help="leave out the fastest and the slowest 1 - FRACTION of the queries (default: %(default)s)",
    )  # fmt: skip
    return command.run(parser.parse_args(), draw)


if __name__ == "__main__":
    sys.exit(main())
