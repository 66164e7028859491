#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""DRAM against P99 latency, a point for each point of a sweep: what memory buys.

Points that another one beats in both, under the same --colour, are grey. Saturated and failed points are left out.
"""

import argparse
import sys
from typing import Any

from shardsim_tools.plotting import command, figure
from shardsim_tools.plotting.arrange import parts
from shardsim_tools.plotting.styles import LINE_COLOURS
from shardsim_tools.plotting.sweep import Sweep, SweepError

# After shardsim_tools.plotting, which says what is missing.
import pandas
from matplotlib.axes import Axes

GIB = 2**30
MARKERS = "osD^v"
NEEDED = ["memory_used_bytes", "p99_us"]


def frontier(frame: pandas.DataFrame) -> pandas.DataFrame:
    """Those that no other has less memory and a lower P99 than, by memory."""
    ordered = frame.sort_values(NEEDED)
    best = ordered["p99_us"].cummin().shift(fill_value=float("inf"))
    return ordered[ordered["p99_us"] < best]


def draw_panel(axes: Axes, frame: pandas.DataFrame, colour_by: str | None) -> None:
    for i, (name, part) in enumerate(parts(frame, colour_by)):
        kept = frontier(part)
        beaten = part.drop(kept.index)
        style: dict[str, Any] = {"marker": MARKERS[i % len(MARKERS)], "linestyle": "none", "markersize": 4}
        axes.plot(beaten["memory_used_bytes"] / GIB, beaten["p99_us"] / 1000, color="#bbbbbb", **style)
        style |= {"linestyle": "-", "linewidth": 1, "drawstyle": "steps-post"}
        colour = LINE_COLOURS[i % len(LINE_COLOURS)]
        axes.plot(kept["memory_used_bytes"] / GIB, kept["p99_us"] / 1000, color=colour, label=name, **style)
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("{x:g}")
    axes.grid(True, which="major", color="#dddddd", linewidth=0.6)


def draw(options: argparse.Namespace, sweep: Sweep) -> None:
    for axis in (options.panel, options.colour):
        if axis is not None and axis not in sweep.axes:
            raise SweepError(f"{sweep.directory}: there is no axis {axis!r}; there are {', '.join(sweep.axes)}")
    frame = sweep.frame
    if missing := [column for column in NEEDED if column not in frame]:
        raise SweepError(f"{sweep.directory}: sweep.csv has no {missing[0]}; run the sweep again")
    for axis, value in options.where:
        frame = frame[frame[axis] == value]
    stable = frame[frame["verdict"] == "stable"].copy()
    stable[NEEDED[0]] = stable[NEEDED[0]].astype(float)
    if stable.empty:
        raise SweepError(f"{sweep.directory}: no point is stable")
    command.report_skipped(sweep, {index: sweep.verdict(index) for index in frame.index.difference(stable.index)})
    panels = list(parts(stable, options.panel))
    plot, rows = figure.column(len(panels))
    for axes, (name, part) in zip(rows, panels):
        draw_panel(axes, part, options.colour)
        axes.set_title(name, fontsize=9)
        axes.set_ylabel("P99 latency (ms)")
    rows[-1].set_xlabel("DRAM in use, all servers (GiB); grey: another point has less of both")
    if options.colour:
        handles, labels = rows[0].get_legend_handles_labels()
        figure.legend_above(plot, handles, labels)
    command.report_written(figure.save(plot, command.output_directory(options), "frontier"))


def main() -> int:
    parser = command.parser(__doc__, "scripts/plot_frontier.py out/out-of-core --panel model --colour zipf")
    command.add_out(parser)
    parser.add_argument("--panel", metavar="AXIS", help="one panel for each value of this axis of the sweep")
    parser.add_argument("--colour", metavar="AXIS", help="one frontier for each value of this axis")
    return command.run(parser.parse_args(), draw)


if __name__ == "__main__":
    sys.exit(main())
