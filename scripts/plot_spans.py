#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Stacked bars of where the latency goes, span by span: queries around P50 (left bar) and around P99 (right bar)."""

import argparse
import sys
from typing import Any

from shardsim_tools.plotting import command, figure
from shardsim_tools.plotting.arrange import Layout, Panel, skipped
from shardsim_tools.plotting.sweep import Result, Sweep

# After shardsim_tools.plotting, which says what is missing.
from matplotlib.axes import Axes

# From the bottom up; light and dark, plain and hatched take turns.
SPANS = {
    "dense": {"facecolor": "#7fa6d6"},
    "sparse": {"facecolor": "#f6c667", "hatch": "....."},
    "serde": {"facecolor": "#ffffff", "hatch": "/////"},
    "service": {"facecolor": "#3d2b3f"},
    "network": {"facecolor": "#b9d7c2", "hatch": "xxxx"},
    "queueing": {"facecolor": "#e6e6e6"},
    "timeout_wait": {"facecolor": "#d98880"},
    "worker_wait": {"facecolor": "#cfc3e6", "hatch": "....."},
    "cache": {"facecolor": "#b8e0d2", "hatch": "ooo"},
    "ssd": {"facecolor": "#f7d9c4", "hatch": "\\\\\\\\"},
    "far_memory": {"facecolor": "#e2cfc4", "hatch": "+++"},
}
SELDOM = {"timeout_wait", "worker_wait", "cache", "ssd", "far_memory"}  # shown where there is any
BANDS = {"p50": "P50", "p99": "P99"}


def draw(options: argparse.Namespace, sweep: Sweep) -> None:
    layout = command.layout_of(options, sweep)
    reasons = skipped(sweep, layout, {"stable"})
    plot, rows = figure.panels(layout)
    spans = {name: style for name, style in SPANS.items() if name not in SELDOM or is_any(name, layout, sweep, reasons)}
    for (axes,), panel in zip(rows, layout.panels):
        draw_panel(axes, panel, layout.categories, sweep, reasons, spans)
        axes.set_ylabel("latency (ms)")
    figure.label_categories(rows, layout.categories, layout.x_label)
    handles, labels = rows[0][0].get_legend_handles_labels()
    figure.legend_above(plot, handles, labels)
    command.report_skipped(sweep, reasons)
    command.report_written(figure.save(plot, command.output_directory(options), "spans"))


def milliseconds(result: Result, span: str, band: str) -> float:
    if span in SELDOM and span not in result.get("/spans_us"):  # results of 0.1.0 do not have them
        return 0.0
    return result.number(f"/spans_us/{span}/{band}") / 1000


def is_any(span: str, layout: Layout, sweep: Sweep, reasons: dict[int, str]) -> bool:
    points = {index for panel in layout.panels for index in panel.points.values() if index not in reasons}
    return any(milliseconds(sweep.result(index), span, band) > 0 for index in points for band in BANDS)


def draw_panel(
    axes: Axes, panel: Panel, categories: list[str], sweep: Sweep, reasons: dict[int, str], spans: dict[str, Any]
) -> None:
    slots = [(i, panel.points[c]) for i, c in enumerate(categories) if c in panel.points]
    results = [(i, sweep.result(index)) for i, index in slots if index not in reasons]
    width = figure.SLOT / len(BANDS)
    tallest = 0.0
    for bar, (band, band_name) in enumerate(BANDS.items()):
        places = [i + (bar - (len(BANDS) - 1) / 2) * width for i, _ in results]
        heights = [0.0] * len(results)
        for span, style in spans.items():
            values = [milliseconds(result, span, band) for _, result in results]
            label = span if bar == 0 else None
            axes.bar(places, values, width * 0.94, bottom=heights, label=label, **style, **figure.EDGE)
            heights = [height + value for height, value in zip(heights, values)]
        tallest = max([tallest, *heights])
        for place, height in zip(places, heights):
            axes.annotate(
                band_name, (place, height), xytext=(0, 2), textcoords="offset points", ha="center", va="bottom",
                fontsize=6.5,
            )  # fmt: skip
    axes.set_ylim(0, 1.1 * tallest or 1)
    figure.separate_families(axes, categories)
    figure.note_gaps(axes, panel, categories, reasons)


def main() -> int:
    parser = command.plot_parser(__doc__, "scripts/plot_spans.py out/paper --where model=drm1 --x configuration")
    return command.run(parser.parse_args(), draw)


if __name__ == "__main__":
    sys.exit(main())
