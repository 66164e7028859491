#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A trace in one picture: its rate over time, burstiness, items, lookups of each table, reuse of rows."""

import argparse
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

from shardsim_tools.checkout import PROGRAM
from shardsim_tools.plotting import command, figure
from shardsim_tools.plotting.styles import COLOURS, LINES, MARKERS
from shardsim_tools.plotting.sweep import SCHEMA_VERSION, SweepError

# After shardsim_tools.plotting, which says what is missing.
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

COLUMNS, ROW = 3, 3.0  # panels in a row; inches
BLUE, GREY = COLOURS[2], "#666666"
MOST_NAMED, MOST_CURVES = 20, 6  # tables
TIMES = [(86400, "days"), (3600, "hours"), (60, "minutes"), (1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")]


def draw(options: argparse.Namespace) -> None:
    found = load(options)
    try:
        plot = draw_panels(found)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise SweepError(f"{options.trace}: not what `shardsim trace info --format json` writes: {error!r}") from None
    command.report_written(figure.save(plot, options.out or options.trace.parent / "plots", "trace"))


def load(options: argparse.Namespace) -> dict[str, Any]:
    """What `shardsim trace info` found; it is run, unless that has been done."""
    if options.trace.suffix == ".json":
        text = options.trace.read_text(encoding="utf-8")
    else:
        order = [options.shardsim, "trace", "info", options.trace, "--format", "json", "--bins", options.bins]
        done = subprocess.run(list(map(str, order)), capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise SweepError((done.stderr.splitlines() or [f"{options.shardsim}: exit code {done.returncode}"])[-1])
        text = done.stdout
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SweepError(f"{options.trace}: not JSON: {error}") from None
    if not isinstance(found, dict) or found.get("schema_version") != SCHEMA_VERSION or "arrivals" not in found:
        raise SweepError(f"{options.trace}: not what `shardsim trace info --format json` writes")
    if not found["rate"]:
        raise SweepError(f"{options.trace}: its queries have no two times; there is nothing to draw")
    return found


def draw_panels(found: dict[str, Any]) -> Figure:
    panels = [draw_dispersion]
    items, tables = found.get("items"), found.get("tables", [])
    if items:
        panels.append(draw_items)
        if items["by_hour_of_day"]:
            panels.append(draw_hours)
    if any(table["lookups_per_query"] for table in tables):
        panels.append(draw_tables)
        if found["detail"] == "rows":
            panels.append(draw_reuse)
    rows = (2 + len(panels) + COLUMNS - 1) // COLUMNS  # the rate takes two places
    plot = pyplot.figure(figsize=(4.2 * COLUMNS, ROW * rows + 0.7), constrained_layout=True)
    grid = plot.add_gridspec(rows, COLUMNS)
    draw_rate(plot.add_subplot(grid[0, :2]), found)
    for place, panel in enumerate(panels, 2):
        panel(plot.add_subplot(grid[place // COLUMNS, place % COLUMNS]), found)
    figure.caption_above(plot, caption(found))
    return plot


def caption(found: dict[str, Any]) -> str:
    arrivals = found["arrivals"]
    size, unit = scale(arrivals["duration_s"])
    parts = [
        Path(found["file"]).name,
        f"{arrivals['queries']:,} queries in {arrivals['duration_s'] / size:.4g} {unit}",
        f"{arrivals['per_second']:.4g} /s",
    ]
    source = found["provenance"].get("source")
    lines = ["; ".join(parts if found["complete"] else [*parts, "only a part was read"])]
    if source:
        lines.append(source if len(source) < 150 else source[:147] + "...")
    return "\n".join([*lines, *found["notes"], ""]).replace("$", r"\$")  # which would begin a formula


def scale(seconds: float) -> tuple[float, str]:
    for size, unit in TIMES:
        if seconds >= (3 * size if size > 1 else size):
            return size, unit
    return 1e-12, "ps"


def title(axes: Axes, text: str) -> None:
    axes.set_title(text, loc="left", fontweight="bold", fontsize=10)
    axes.tick_params(labelsize=figure.LABEL_SIZE)


def draw_rate(axes: Axes, found: dict[str, Any]) -> None:
    bins = found["rate"]
    size, unit = scale(bins[-1]["start_s"] + bins[-1]["seconds"])
    edges = [b["start_s"] / size for b in bins] + [(bins[-1]["start_s"] + bins[-1]["seconds"]) / size]
    rates = [b["per_second"] for b in bins]
    axes.stairs(rates, edges, fill=True, facecolor="#9ecae1")
    axes.stairs(rates, edges, color=BLUE, linewidth=0.9)
    mean = found["arrivals"]["per_second"]
    axes.axhline(mean, color=GREY, linewidth=0.8, linestyle=":")
    axes.annotate(
        "mean", (1, mean), (2, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        va="center", fontsize=7.5, color=GREY,
    )  # fmt: skip
    axes.set_ylim(0, 1.08 * max(rates))
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylabel("queries per second")
    width_unit, width = amount(bins[0]["seconds"])
    axes.set_xlabel(f"time ({unit}), in bins of {width:.4g} {width_unit}")
    title(axes, "rate")


def draw_dispersion(axes: Axes, found: dict[str, Any]) -> None:
    windows = found["dispersion"]["windows"]
    arrivals = found["arrivals"]
    title(axes, f"burstiness: cv of gaps {arrivals['gap_cv']:.2f}")
    if not windows:
        return say_none(axes, "too few queries")
    lengths = [w["window_s"] for w in windows]
    # An index of exactly 0 (regular arrivals) has no place on a log axis.
    indices = [max(w["index"], 1e-4) for w in windows]
    errors = [2 * math.sqrt(2 / w["windows"] + 1 / arrivals["queries"]) for w in windows]
    low, high = [max(1 - error, 1e-4) for error in errors], [1 + error for error in errors]
    axes.fill_between(lengths, low, high, facecolor="#e3e3e3", zorder=0)
    axes.plot(lengths, indices, color=BLUE, marker="o", markersize=3.5, linewidth=1.2)
    axes.axhline(1, color=GREY, linewidth=0.8, linestyle=":")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(min(0.5, 0.7 * min(indices)), max(2, 1.4 * max(indices), 1.1 * max(high)))
    plain_numbers(axes.yaxis)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: "{1:g} {0}".format(*amount(value))))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(True, axis="both")
    axes.set_xlabel("window (grey: Poisson ± two standard errors)")
    axes.set_ylabel("queries in a window: variance / mean")


def amount(seconds: float) -> tuple[str, float]:
    """(unit, how many of it), in powers of ten of a second."""
    for size, unit in TIMES:
        if size <= 1 and seconds >= 0.999 * size:
            return unit, seconds / size
    return "ps", seconds / 1e-12


def plain_numbers(axis: Any) -> None:
    """On a log axis: 0.01, 10, 1000 rather than powers; and only a few where it is short."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    low, high = axis.get_view_interval()
    if high / low > 100:
        axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(FuncFormatter(lambda value, _: f"{value:g}" if f"{value:e}"[0] in "125" else ""))
    axis.set_tick_params(which="minor", labelsize=figure.LABEL_SIZE)


def draw_items(axes: Axes, found: dict[str, Any]) -> None:
    items = found["items"]
    values, shares = zip(*[(items["cdf"][0][0], 0), *items["cdf"]])
    axes.step(values, [100 * share for share in shares], where="post", color=BLUE, linewidth=1.3)
    quantiles: dict[int, list[tuple[str, int]]] = {}
    for key, share in (("p50", 50), ("p90", 90), ("p99", 99)):
        quantiles.setdefault(items[key], []).append((key.upper(), share))
    for value, some in quantiles.items():
        share = some[0][1]
        axes.plot(value, share, marker="o", markersize=4, color=COLOURS[1])
        axes.annotate(
            f"{', '.join(name for name, _ in some)}: {value:,.0f}", (value, share), (5, -4 if share < 99 else -11),
            textcoords="offset points", va="top", fontsize=7.5,
        )  # fmt: skip
    axes.set_ylim(0, 104)
    room = values[-1] - values[0] or 10
    axes.set_xlim(values[0] - 0.04 * room, values[-1] + 0.12 * room)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.grid(True, axis="both")
    axes.set_xlabel(f"items of a query, up to {items['max']:,}")
    axes.set_ylabel("queries (%)")
    title(axes, f"items: mean {items['mean']:,.4g}, cv {items['cv']:.2f}")


def draw_hours(axes: Axes, found: dict[str, Any]) -> None:
    hours = [hour for hour in found["items"]["by_hour_of_day"] if hour["queries"]]
    axes.bar([h["hour"] + 0.5 for h in hours], [h["mean"] for h in hours], 0.9, facecolor="#9ecae1", **figure.EDGE)
    axes.set_xlim(0, 24)
    axes.set_xticks(range(0, 25, 6))
    axes.set_xlabel("hour of the trace's own day")
    axes.set_ylabel("mean items")
    explained = 100 * (found["items"]["variance_share_by_hour_of_day"] or 0)
    title(axes, f"items by hour: {explained:.1f} % of their variance")


def most_used(found: dict[str, Any]) -> list[dict[str, Any]]:
    tables: list[dict[str, Any]] = found["tables"]
    return sorted(tables, key=lambda table: -float(table["lookups_share"]))


def draw_tables(axes: Axes, found: dict[str, Any]) -> None:
    tables = [table for table in most_used(found) if table["lookups_per_query"]]
    means = [table["lookups_when_present"]["mean"] for table in tables]
    tails = [table["lookups_when_present"]["p99"] for table in tables]
    title(axes, f"lookups of {len(tables)} table{'s' if len(tables) > 1 else ''}")
    if len(tables) > MOST_NAMED:
        return draw_many_tables(axes, means, tails)
    places = range(len(tables))
    axes.barh(places, means, figure.SLOT, facecolor="#9ecae1", **figure.EDGE)
    axes.scatter(tails, places, marker="|", s=45, color=COLOURS[1], linewidth=1.6, zorder=3)
    if max(tails) > 300 * min(means):
        axes.set_xscale("log")
        axes.set_xlim(0.6 * min(means), 1.6 * max(tails))
        plain_numbers(axes.xaxis)
    else:
        axes.set_xlim(0, 1.08 * max(tails))
    axes.set_yticks(places, [shortened(table["name"]) for table in tables])
    axes.tick_params(axis="y", length=0, labelsize=7.5)
    axes.set_ylim(len(tables) - 0.4, -0.6)  # the most used on top
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.set_xlabel("lookups of a query that has any: mean (bar), P99 (mark)")


def draw_many_tables(axes: Axes, means: list[float], tails: list[float]) -> None:
    ranks = range(1, len(means) + 1)
    axes.plot(ranks, tails, linestyle="", marker=".", markersize=3, color=COLOURS[1], label="P99")
    axes.plot(ranks, means, linestyle="", marker=".", markersize=3, color=BLUE, label="mean")
    axes.set_yscale("log")
    plain_numbers(axes.yaxis)
    axes.set_xlim(0, len(means) + 1)
    axes.set_xlabel("table, from the most lookups to the fewest")
    axes.set_ylabel("lookups of a query that has any")
    axes.legend(fontsize=7.5, loc="upper right", markerscale=2.5)


def draw_reuse(axes: Axes, found: dict[str, Any]) -> None:
    tables = [table for table in most_used(found) if table["distinct_rows"]]
    for number, table in reversed(list(enumerate(tables))):
        points = [(p["rows_share"], p["accesses_share"]) for p in table["reuse_by_hottest_rows"]]
        curve = [point for point in points if point[1] is not None] + [(1, 1)]
        style = {"color": "#cccccc", "linewidth": 0.7, "zorder": 1}
        if number < MOST_CURVES:
            sampled = "~" if table["sampled_rows_share"] < 1 else ""
            style = {
                "color": COLOURS[number], "linestyle": LINES[number], "marker": MARKERS[number + 1], "markersize": 4,
                "linewidth": 1.3, "label": f"{shortened(table['name'])} ({sampled}{table['distinct_rows']:,.0f} rows)",
            }  # fmt: skip
        axes.plot([100 * x for x, _ in curve], [100 * y for _, y in curve], **style)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlim(0.008, 130)
    axes.set_ylim(0, 104)
    axes.grid(True, axis="both")
    axes.set_xlabel("hottest rows (% of the rows seen)")
    axes.set_ylabel("share of the lookups (%)")
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], fontsize=7, loc="upper left", handlelength=2.6, borderaxespad=0.2)
    rest = len(tables) - MOST_CURVES
    title(axes, "reuse of rows" + (f"; grey: {rest} more tables" if rest > 0 else ""))


def say_none(axes: Axes, text: str) -> None:
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", color=GREY)
    axes.set_xticks([])
    axes.set_yticks([])


def shortened(name: str) -> str:
    name = name.replace("$", r"\$")
    return name if len(name) < 22 else name[:20] + "…"


def main() -> int:
    parser = command.bare_parser(__doc__, "scripts/plot_trace.py out/drm1.trace --out out/plots")
    parser.add_argument(
        "trace", metavar="TRACE", type=Path, help="a trace, or what `shardsim trace info --format json` wrote (.json)"
    )
    parser.add_argument("--out", metavar="DIR", type=Path, help="where the plots go (default: plots/ beside TRACE)")
    parser.add_argument(
        "--bins",
        metavar="N",
        type=command.at_least_one,
        default=200,
        help="bins of the rate over time (default: %(default)s)",
    )
    parser.add_argument(
        "--shardsim", metavar="PATH", type=Path, default=PROGRAM, help="the program (default: build/release/shardsim)"
    )
    options = parser.parse_args()
    return command.run_bare(lambda: draw(options))


if __name__ == "__main__":
    sys.exit(main())
