#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bytes and load of every shard, a bar a shard; above them the largest over the mean, 1 being perfect balance."""

import argparse
import sys
from typing import Any

from shardsim_tools.plotting import command, figure
from shardsim_tools.plotting.arrange import skipped
from shardsim_tools.plotting.sweep import Sweep, SweepError

# After shardsim_tools.plotting, which says what is missing.
from matplotlib.axes import Axes

LOADS = {
    "lookups_per_query": ("lookups\nper query (thousand)", 1e-3),
    "cpu_us_per_query": ("CPU time\nper query (ms)", 1e-3),
    "rpcs_per_query": ("RPCs\nper query", 1.0),
}
BYTES = ("memory (GiB)", 2.0**-30)
STYLES = [{"facecolor": "#6baed6"}, {"facecolor": "#fdd9b0", "hatch": "/////"}]


def draw(options: argparse.Namespace, sweep: Sweep) -> None:
    layout = command.layout_of(options, sweep)
    reasons = skipped(sweep, layout, {"stable", "saturated", "failing", "interrupted"})
    indices = {index for panel in layout.panels for index in panel.points.values()} - set(reasons)
    shards = {index: sweep.result(index).get("/shards") for index in indices}
    unsharded = {index: "no sparse shards" for index in indices if not shards[index]}
    layout.drop_categories(set(unsharded))  # a singular server is no bar
    if not layout.categories:
        raise SweepError(f"{sweep.directory}: no point has sparse shards")

    columns = {"bytes": BYTES, options.load: LOADS[options.load]}
    plot, rows = figure.panels(layout, columns=len(columns), height=2.3)
    for row, panel in zip(rows, layout.panels):
        for axes, style, (key, (label, scale)) in zip(row, STYLES, columns.items()):
            heights = {
                position: values_of(sweep, panel.points.get(category), shards, key, scale)
                for position, category in enumerate(layout.categories)
            }
            draw_shards(axes, heights, style)
            figure.separate_families(axes, layout.categories)
            figure.note_gaps(axes, panel, layout.categories, {**reasons, **unsharded})
            axes.set_ylabel(label)
    figure.label_categories(rows, layout.categories, layout.x_label)
    figure.caption_above(plot, "a bar a shard; the number above them: largest / mean")
    command.report_skipped(sweep, reasons)
    command.report_written(figure.save(plot, command.output_directory(options), "shards"))


def values_of(
    sweep: Sweep, index: int | None, shards: dict[int, list[dict[str, Any]]], key: str, scale: float
) -> list[float]:
    if index is None:
        return []
    try:
        return [shard[key] * scale for shard in shards.get(index, [])]
    except (KeyError, TypeError):
        raise SweepError(f"{sweep.result(index).path}: /shards: {key} is missing or no number") from None


def draw_shards(axes: Axes, heights: dict[int, list[float]], style: dict[str, Any]) -> None:
    for position, values in heights.items():
        if not values:
            continue
        width = figure.SLOT / len(values)
        places = [position + (i - (len(values) - 1) / 2) * width for i in range(len(values))]
        axes.bar(places, values, width, **style, **figure.EDGE)
        balance = max(values) * len(values) / sum(values) if sum(values) else 1
        axes.annotate(
            f"{balance:.2f}", (position, max(values)), xytext=(0, 2), textcoords="offset points", ha="center",
            va="bottom", fontsize=6.5,
        )  # fmt: skip
    axes.margins(y=0.12)


def main() -> int:
    parser = command.plot_parser(__doc__, "scripts/plot_shards.py out/paper --load lookups_per_query")
    parser.add_argument(
        "--load", choices=LOADS, default="cpu_us_per_query", help="what load means (default: %(default)s)"
    )
    return command.run(parser.parse_args(), draw)


if __name__ == "__main__":
    sys.exit(main())
