#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""P99 latency, and beside it DRAM, against the share of rows that a cache holds: what a larger one buys and costs.

The axis --share has the shares, as "5 %" or 0.05, or labels that end in one: "1 server, SSD, cache 5 %" is 5 % on the
line "1 server, SSD". A label without a share is a level. Crosses on the upper edge are points that are not stable.
"""

import argparse
import re
import sys
from typing import Any

from shardsim_tools.plotting import command, figure
from shardsim_tools.plotting.arrange import MOST_PANELS, parts, select
from shardsim_tools.plotting.styles import LINE_COLOURS
from shardsim_tools.plotting.sweep import Sweep, SweepError

# After shardsim_tools.plotting, which says what is missing.
import pandas
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter

GIB = 2**30
ALIKE = "#444444"
LINES: list[dict[str, Any]] = [
    {"linestyle": "-", "marker": "o"},
    {"linestyle": "--", "marker": "s"},
    {"linestyle": "-.", "marker": "D"},
    {"linestyle": (0, (4, 1, 1, 1, 1, 1)), "marker": "^"},
]
LEVEL: dict[str, Any] = {"linestyle": ":", "marker": ""}
PERCENT = re.compile(r"(?:(.*?)[\s,;]*(?:\bcache\s+)?)?(\d+(?:\.\d+)?)\s*%")
NUMBER = re.compile(r"\d*\.?\d+(?:e-?\d+)?")
# Column of sweep.csv -> (what the axis says, units of the column in one of it).
FIGURES = {"p99_us": ("P99 latency (ms)", 1e3), "memory_used_bytes": ("DRAM of all servers (GiB)", GIB)}


def share_of(label: str) -> tuple[str, float]:
    """(what is before the share, the share in percent); no number where the label has none."""
    if match := PERCENT.fullmatch(label):
        return match[1] or "", float(match[2])
    if NUMBER.fullmatch(label):
        return "", 100 * float(label)
    return label, float("nan")


def share_axis(sweep: Sweep, asked: str | None) -> str:
    if asked is not None:
        check_axis(sweep, asked)
        return asked
    for axis in sweep.axes:
        if any(PERCENT.fullmatch(label) for label in sweep.frame[axis]):
            return axis
    raise SweepError(f"{sweep.directory}: no axis has shares such as '5 %'; say which one with --share")


def check_axis(sweep: Sweep, axis: str) -> None:
    if axis not in sweep.axes:
        raise SweepError(f"{sweep.directory}: there is no axis {axis!r}; there are {', '.join(sweep.axes)}")


def with_shares(sweep: Sweep, frame: pandas.DataFrame, axis: str) -> pandas.DataFrame:
    """The points, with columns `line` and `share`, and all figures as numbers."""
    if missing := [column for column in FIGURES if column not in frame]:
        raise SweepError(f"{sweep.directory}: sweep.csv has no {missing[0]}; run the sweep again")
    frame = frame.copy()
    frame[["line", "share"]] = [share_of(label) for label in frame[axis]]
    if frame["share"].isna().all():
        raise SweepError(f"{sweep.directory}: no value of axis {axis!r} is a share or ends in one")
    for column in FIGURES:
        frame[column] = pandas.to_numeric(frame[column], errors="coerce")
    return frame


def refuse_overlap(sweep: Sweep, frame: pandas.DataFrame, drawn: list[str]) -> None:
    for axis in sweep.axes:
        if axis not in drawn and frame[axis].nunique() > 1:
            raise SweepError(
                f"axis {axis!r} has several values that would be drawn over each other; make it --panel or --colour, "
                f"or choose one: --where '{axis}={frame[axis].iloc[0]}'"
            )


def styles_of(frame: pandas.DataFrame) -> dict[str, dict[str, Any]]:
    """How the line of each kind is drawn; what has no share is a level."""
    kinds = {name: part["share"].notna().any() for name, part in frame.groupby("line", sort=False)}
    lines = [name for name, has_shares in kinds.items() if has_shares]
    return {name: LINES[lines.index(name) % len(LINES)] if has_shares else LEVEL for name, has_shares in kinds.items()}


def draw_line(axes: Axes, part: pandas.DataFrame, column: str, style: dict[str, Any]) -> None:
    stable = part[part["verdict"] == "stable"] if column == "p99_us" else part
    shown = stable[stable[column].notna()].sort_values("share")
    values = shown[column] / FIGURES[column][1]
    if style["linestyle"] == LEVEL["linestyle"]:
        for value in values:
            axes.axhline(value, linewidth=1.2, color=style["color"], linestyle=style["linestyle"])
        return
    axes.plot(shown["share"], values, linewidth=1.1, markersize=4, **style)
    left_out = part.loc[part.index.difference(shown.index), "share"]
    if column == "p99_us" and not left_out.empty:
        axes.plot(
            left_out, [1] * len(left_out), linestyle="none", marker="x", markersize=5, color=style["color"],
            transform=axes.get_xaxis_transform(), clip_on=False,
        )  # fmt: skip


def colours_of(frame: pandas.DataFrame, axis: str | None) -> dict[str, str]:
    """By the names of parts()."""
    return {name: LINE_COLOURS[i % len(LINE_COLOURS)] for i, (name, _) in enumerate(parts(frame, axis))}


def draw_axes(axes: Axes, frame: pandas.DataFrame, column: str, colour_by: str | None, looks: dict[str, Any]) -> None:
    for name, kind in frame.groupby("line", sort=False):
        # What no colour tells apart has none: DRAM is the same however popular rows are.
        alike = colour_by and (kind.groupby("share", dropna=False)[column].nunique() <= 1).all()
        for value, part in parts(kind, None if alike else colour_by):
            draw_line(axes, part, column, {**looks["line"][name], "color": ALIKE if alike else looks["colour"][value]})
    shares = sorted(frame["share"].dropna().unique())
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(shares, [f"{share:g}" for share in shares])
    axes.set_xticks([], minor=True)
    axes.set_xlim(shares[0] / 1.2, shares[-1] * 1.2)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel(FIGURES[column][0])


def legend_of(looks: dict[str, Any]) -> list[Line2D]:
    handles = [Line2D([], [], color=colour, linewidth=3, label=name) for name, colour in looks["colour"].items()]
    handles += [Line2D([], [], color=ALIKE, markersize=4, label=name, **style) for name, style in looks["line"].items()]
    return [handle for handle in handles if handle.get_label()]


def draw(options: argparse.Namespace, sweep: Sweep) -> None:
    for axis in (options.panel, options.colour):
        if axis is not None:
            check_axis(sweep, axis)
    axis = share_axis(sweep, options.share)
    frame = with_shares(sweep, select(sweep, dict(options.where)), axis)
    refuse_overlap(sweep, frame, [axis, options.panel, options.colour])
    stable = frame[frame["verdict"] == "stable"]
    if stable.empty:
        raise SweepError(f"{sweep.directory}: no point is stable")
    command.report_skipped(sweep, {index: sweep.verdict(index) for index in frame.index.difference(stable.index)})
    panels = list(parts(frame, options.panel))
    if len(panels) > MOST_PANELS:
        raise SweepError(f"one panel for each {options.panel} would make {len(panels)}; choose some with --where")
    looks = {"line": styles_of(frame), "colour": colours_of(frame, options.colour)}
    plot, rows = figure.grid(len(panels), len(FIGURES))
    for row, (name, part) in zip(rows, panels):
        for axes, column in zip(row, FIGURES):
            draw_axes(axes, part, column, options.colour, looks)
        row[0].set_title(name, loc="left", fontweight="bold", fontsize=10)
    for axes in rows[-1]:
        axes.set_xlabel("rows that fit in the cache (%)")
    if handles := legend_of(looks):
        figure.legend_above(plot, handles, [str(handle.get_label()) for handle in handles], columns=3)
    command.report_written(figure.save(plot, command.output_directory(options), "cache-share"))


def main() -> int:
    parser = command.parser(
        __doc__, "scripts/plot_cache_share.py out/out-of-core --panel model --colour zipf --where arrivals=poisson"
    )
    command.add_out(parser)
    parser.add_argument("--share", metavar="AXIS", help="the axis with the shares (default: the first that has any)")
    parser.add_argument("--panel", metavar="AXIS", help="a row for each value of this axis of the sweep")
    parser.add_argument("--colour", metavar="AXIS", help="lines for each value of this axis")
    return command.run(parser.parse_args(), draw)


if __name__ == "__main__":
    sys.exit(main())
