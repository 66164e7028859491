#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bars of the busiest links: how much of the time they send, and their share of the latency of queries around P99."""

import argparse
import sys
from typing import Any

from shardsim_tools.plotting import command, figure
from shardsim_tools.plotting.arrange import MOST_PANELS
from shardsim_tools.plotting.results import plots_beside, results_of
from shardsim_tools.plotting.sweep import Result, SweepError

# After shardsim_tools.plotting, which says what is missing.
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BARS = {
    "utilisation": ("utilisation (%)", {"facecolor": "#6baed6"}),
    "p99_share": ("share of P99 latency (%)", {"facecolor": "#b9d7c2", "hatch": "xxxx"}),  # as plot_spans' network
}
FIELDS = {
    "from": str, "to": str, "bytes": int, "queue_peak_bytes": int, "lost_messages": int, **dict.fromkeys(BARS, float)
}  # fmt: skip
# Inches: a bar with its gap; what is above a panel (its texts and the numbers of the one before); the axes' places.
ROW, HEAD, WIDTH = 0.21, 0.75, 7.9
COLUMNS = [(0.0, 2.9), (3.25, 2.9), (6.3, 1.6)]


def draw(options: argparse.Namespace) -> None:
    results, reasons = results_of(options.sweep, dict(options.where))
    links = {title: links_of(result) for title, result in results.items()}
    silent = [title for title in links if not links[title]]
    reasons.update({title: "no link carried anything" for title in silent})
    shown = {title: busiest(links[title], options.links) for title in results if title not in silent}
    if not shown:
        raise SweepError(f"{options.sweep}: nothing to draw: {', '.join(sorted(set(reasons.values())))}")
    if len(shown) > MOST_PANELS:
        raise SweepError(f"one panel for each point would make {len(shown)}; choose some with --where")
    plot, rows = panels([len(some) for some in shown.values()])
    for row, (title, some) in zip(rows, shown.items()):
        draw_panel(row, title, some, links[title], results[title])
    for axes, (label, _) in zip(rows[-1], BARS.values()):
        axes.set_xlabel(label)
    if reasons:
        names = (f"{title} ({reason})" for title, reason in reasons.items())
        command.say(f"skipped {len(reasons)} of {len(results) + len(reasons) - len(silent)} points: {', '.join(names)}")
    command.report_written(figure.save(plot, options.out or plots_beside(options.sweep), "links"))


def links_of(result: Result) -> list[dict[str, Any]]:
    links = result.get("/links")
    try:
        return [{key: kind(link[key]) for key, kind in FIELDS.items()} for link in links]
    except (KeyError, TypeError, ValueError) as error:
        raise SweepError(f"{result.path}: /links: {error} is missing or of no use") from None


def busiest(links: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    return sorted(links, key=lambda link: (-link["utilisation"], -link["bytes"]))[:most]


def panels(counts: list[int]) -> tuple[Figure, list[list[Axes]]]:
    """A figure with a row of axes for every panel, the last for text: (figure, [axes of the row])."""
    heights = [ROW * (count + 0.2) for count in counts]
    total = sum(heights) + HEAD * len(counts)
    plot = pyplot.figure(figsize=(WIDTH, total))
    rows, top = [], total
    for height in heights:
        top -= HEAD + height
        axes = [plot.add_axes((left / WIDTH, top / total, width / WIDTH, height / total)) for left, width in COLUMNS]
        axes[-1].set_axis_off()
        rows.append(axes)
    return plot, rows


def draw_panel(
    row: list[Axes], title: str, some: list[dict[str, Any]], links: list[dict[str, Any]], result: Result
) -> None:
    places = range(len(some))
    for axes in row:
        axes.set_ylim(len(some) - 0.4, -0.6)  # the busiest on top
    *bars, table = row
    for axes, (key, (_, style)) in zip(bars, BARS.items()):
        values = [100 * link[key] for link in some]
        axes.barh(places, values, figure.SLOT, **style, **figure.EDGE)
        for place, value in zip(places, values):
            axes.annotate(
                percent(value), (value, place), xytext=(3, 0), textcoords="offset points", va="center", fontsize=6.5
            )
        axes.set_xlim(0, 1.15 * max(values) or 1)
        axes.grid(True, axis="x")
        axes.grid(False, axis="y")
        axes.set_yticks(places, [""] * len(some))
        axes.tick_params(axis="y", length=0, labelsize=7.5)
        axes.tick_params(axis="x", labelsize=figure.LABEL_SIZE)
    bars[0].set_yticks(places, [f"{link['from']} → {link['to']}" for link in some])
    columns = {
        "queue peak": [size(link["queue_peak_bytes"]) for link in some],
        "lost messages": [f"{link['lost_messages']:,}" for link in some],
    }
    for (head, column), right in zip(columns.items(), (0.43, 1.0)):
        table.text(right, -0.75, head, ha="right", va="bottom", fontsize=7.5, color="#666666")
        for place, text in zip(places, column):
            table.text(right, place, text, ha="right", va="center", fontsize=7.5)
    place_of = {"xycoords": "axes fraction", "textcoords": "offset points"}
    bars[0].annotate(heading(title, result), (0, 1), (0, 20), fontsize=10, fontweight="bold", **place_of)
    bars[0].annotate(remark(some, links, result), (0, 1), (0, 7), fontsize=8, color="#666666", **place_of)


def heading(title: str, result: Result) -> str:
    kind, name = result.get("/bottleneck/kind"), str(result.get("/bottleneck/name")).replace(" -> ", " → ")
    load_text = f"bottleneck: {kind} {name}, offered load {result.number('/bottleneck/offered_load'):.2f}"
    return f"{title}   {load_text}" if title else load_text


def remark(some: list[dict[str, Any]], links: list[dict[str, Any]], result: Result) -> str:
    """What the panel leaves out."""
    idle = f"{result.number('/idle_links'):,} links carried nothing"
    if len(some) == len(links):
        return f"all {len(links)} links in use; {idle}"
    share = 100 * (sum(link["p99_share"] for link in links) - sum(link["p99_share"] for link in some))
    return f"the busiest {len(some)} of {len(links)} links; the others hold {percent(share)} % of P99; {idle}"


def percent(value: float) -> str:
    return "0" if value == 0 else "<0.1" if value < 0.05 else f"{value:.1f}"


def size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 999.5:
            break
        count /= 1000
    else:
        unit = "GB"
    return f"{count:.3g} {unit}" if count < 999.5 else f"{count:.0f} {unit}"


def main() -> int:
    parser = command.parser(
        __doc__, "scripts/plot_links.py out/drm1 --links 10",
        "the directory `shardsim run --out` or `shardsim sweep --out` wrote, or a result.json",
    )  # fmt: skip
    command.add_out(parser)
    parser.add_argument(
        "--links",
        metavar="N",
        type=command.at_least_one,
        default=15,
        help="how many links to draw (default: %(default)s)",
    )
    options = parser.parse_args()
    return command.run_bare(lambda: draw(options))


if __name__ == "__main__":
    sys.exit(main())
