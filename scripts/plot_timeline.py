#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One query over time, from `shardsim timeline`: its critical path, its batches (the critical one dark), and how many cores,
waiting pieces of work, waits for tiers and messages every host has for it at once."""

import argparse
import collections
import itertools
import json
import re
import sys
from pathlib import Path
from typing import Any

from shardsim_tools.plotting import command, figure
from shardsim_tools.plotting.sweep import SweepError

# After shardsim_tools.plotting, which says what is missing.
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.patches import Patch

# As in plot_spans, without hatches: there are too many slices.
STYLES = {
    "dense": {"facecolor": "#7fa6d6"},
    "sparse": {"facecolor": "#f6c667"},
    "serde": {"facecolor": "#ffffff"},
    "service": {"facecolor": "#3d2b3f"},
    "network": {"facecolor": "#b9d7c2"},
    "queueing": {"facecolor": "#e6e6e6"},
    "timeout_wait": {"facecolor": "#d98880"},
    "worker_wait": {"facecolor": "#cfc3e6"},
    "cache": {"facecolor": "#b8e0d2"},
    "ssd": {"facecolor": "#f7d9c4"},
    "far_memory": {"facecolor": "#e2cfc4"},
}
BATCH, CRITICAL_BATCH = {"facecolor": "#f2f2f2"}, {"facecolor": "#9a9a9a"}
# Inches: rows by what they show, what is between rows and between hosts, and around all of them.
PATH, BATCH_LANE, CORES, OTHER, GAP, BREAK = 0.24, 0.075, 0.2, 0.14, 0.04, 0.09
LEFT, WIDTH, RIGHT, ABOVE, BELOW = 1.25, 7.2, 0.75, 0.5, 0.42
KINDS = {"core": "cores", "waiting": "waiting", "reading": "reading", "in:": "port in", "out:": "port out"}


def draw(options: argparse.Namespace) -> None:
    events = read(options.file)
    query = choose(events, options.query)
    rows = rows_of(events, query)
    height = sum(row["height"] + row["space"] for row in rows)
    size = (LEFT + WIDTH + RIGHT, ABOVE + height + BELOW)
    plot = pyplot.figure(figsize=size)
    used, above = set(), ABOVE
    for row in rows:
        above += row["space"]
        place = (LEFT, size[1] - above - row["height"], WIDTH, row["height"])
        axes = plot.add_axes([part / size[i % 2] for i, part in enumerate(place)])
        above += row["height"]
        used |= {slice_["cat"] for slice_ in row["slices"]}
        (draw_bars if row["as_bars"] else draw_counts)(axes, row["slices"], query["ts"])
        axes.set_xlim(0, query["dur"] / 1000)
        axes.set_ylabel(row["name"], rotation=0, ha="right", va="center", fontsize=7)
        axes.set_yticks([])
        axes.grid(True, axis="x")
        axes.tick_params(axis="x", length=0, labelbottom=row is rows[-1])
        axes.spines["bottom"].set_linewidth(0.4)
        axes.spines["left"].set_visible(False)
    axes.set_xlabel("ms from the query's arrival; on the right, the most at once")
    plot.text(LEFT / size[0], 1 - 0.13 / size[1], heading(query), fontsize=9, fontweight="bold", va="center")
    handles = [Patch(label=name, **style, **figure.EDGE) for name, style in STYLES.items() if name in used]
    plot.legend(
        handles=handles, loc="center left", bbox_to_anchor=(LEFT / size[0] - 0.01, 1 - 0.36 / size[1]), ncol=len(handles),
        fontsize=7.5, borderpad=0, handlelength=1.2, columnspacing=1.2,
    )  # fmt: skip
    command.report_written(figure.save(plot, options.out or options.file.parent / "plots", "timeline"))


def read(path: Path) -> list[dict[str, Any]]:
    """The slices of the file, with the names of their process and thread."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        events = content["traceEvents"]
        names: dict[str, dict[tuple[int, int | None], str]] = {kind: {} for kind in ("process_name", "thread_name")}
        for event in events:
            if event["ph"] == "M" and event["name"] in names:
                names[event["name"]][event["pid"], event.get("tid")] = event["args"]["name"]
        return [
            {**e, "process": names["process_name"][e["pid"], None], "thread": names["thread_name"][e["pid"], e["tid"]]}
            for e in events
            if e["ph"] == "X"
        ]
    except OSError as error:
        raise SweepError(f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SweepError(f"{path}: not what `shardsim timeline` writes: {error}") from None


def choose(events: list[dict[str, Any]], wanted: int | None) -> dict[str, Any]:
    """The query asked for, or else the slowest."""
    queries = {e["args"]["query"]: e for e in events if e["process"] == "queries" and e["cat"] == "query"}
    if wanted is None and queries:
        return max(queries.values(), key=lambda e: float(e["dur"]))
    if wanted in queries:
        return queries[wanted]
    if not queries:
        raise SweepError("the file shows no query")
    raise SweepError(f"query {wanted} is not in the file; it has {', '.join(map(str, sorted(queries)))}")


def rows_of(events: list[dict[str, Any]], query: dict[str, Any]) -> list[dict[str, Any]]:
    """From top to bottom: the critical path, the batches, and of each host its cores, its queue, its ports."""
    number = query["args"]["query"]
    own = [event for event in events if event["args"].get("query") == number]
    path = [{**e, "lane": 0} for e in events if e["thread"] == f"query {number}: critical path"]
    batches = [{**e, "lane": e["args"]["batch"]} for e in own if e["cat"] == "batch"]
    rows = [
        row("critical path", path, PATH, 0, as_bars=True),
        row("batches", batches, BATCH_LANE * max(3, len(batches)), GAP, as_bars=True),
    ]
    hosts: dict[str, dict[str, list[dict[str, Any]]]] = collections.defaultdict(lambda: collections.defaultdict(list))
    for event in own:
        if event["process"].startswith("host "):
            hosts[event["process"].removeprefix("host ")][event["thread"].split()[0]].append(event)
    busiest = max((most_at_once(kinds["core"]) for kinds in hosts.values()), default=1)
    for host in sorted(hosts, key=natural):
        space = BREAK
        for kind, name in KINDS.items():
            slices = hosts[host][kind]
            height = CORES * (1 + 3 * most_at_once(slices) / busiest) if kind == "core" else OTHER
            rows.append(row(f"{host} {name}", slices, height, space, as_bars=False))
            space = GAP if slices else space
    return [one for one in rows if one["slices"]]


def row(name: str, slices: list[dict[str, Any]], height: float, space: float, as_bars: bool) -> dict[str, Any]:
    return {"name": name, "slices": slices, "height": height, "space": space, "as_bars": as_bars}


def natural(name: str) -> list[int | str]:
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def steps(slices: list[dict[str, Any]]) -> tuple[list[float], list[int]]:
    """(times, how many at once from then on)"""
    changes: dict[float, int] = collections.Counter()
    for slice_ in slices:
        changes[round(slice_["ts"], 6)] += 1
        changes[round(slice_["ts"] + slice_["dur"], 6)] -= 1
    times = sorted(changes)
    return times, list(itertools.accumulate(changes[time] for time in times))


def most_at_once(slices: list[dict[str, Any]]) -> int:
    return max(steps(slices)[1], default=0)


def draw_counts(axes: Axes, slices: list[dict[str, Any]], origin: float) -> None:
    """How many at once, by category, one upon the other."""
    times = steps(slices)[0]
    below = [0] * len(times)
    for category in [name for name in STYLES if any(s["cat"] == name for s in slices)]:
        counts = dict(zip(*steps([s for s in slices if s["cat"] == category])))
        count, heights = 0, []
        for time, under in zip(times, below):
            count = counts.get(time, count)
            heights.append(under + count)
        milliseconds = [(time - origin) / 1000 for time in times]
        axes.fill_between(
            milliseconds, below, heights, step="post", linewidth=0.3, edgecolor="#222222", **STYLES[category]
        )
        below = heights
    most = max(below)
    axes.set_ylim(0, 1.08 * most)
    axes.annotate(
        f"{most}", (1, 0.5), (4, 0), xycoords="axes fraction", textcoords="offset points", va="center", fontsize=7
    )


def draw_bars(axes: Axes, slices: list[dict[str, Any]], origin: float) -> None:
    for slice_ in slices:
        style = STYLES.get(slice_["cat"]) or (CRITICAL_BATCH if slice_["args"]["critical"] else BATCH)
        span = [((slice_["ts"] - origin) / 1000, slice_["dur"] / 1000)]
        axes.broken_barh(span, (slice_["lane"], 1), **style, edgecolor="#222222", linewidth=0.25)
    axes.set_ylim(1 + max(slice_["lane"] for slice_ in slices), 0)


def heading(query: dict[str, Any]) -> str:
    about = query["args"]
    return (
        f"query {about['query']}: {about['latency_us'] / 1000:.1f} ms, {about['items']:,} items in {about['batches']} "
        f"batches, {about['lookups']:,} lookups, {about['cpu_us'] / 1000:.0f} ms of core time"
    )


def main() -> int:
    parser = command.bare_parser(__doc__, "scripts/plot_timeline.py out/slowest.json --out out/plots")
    parser.add_argument("file", metavar="FILE.json", type=Path, help="what `shardsim timeline --out` wrote")
    parser.add_argument("--query", metavar="ID", type=int, help="which query (default: the slowest in the file)")
    parser.add_argument("--out", metavar="DIR", type=Path, help="where the plot goes (default: plots/ beside the file)")
    options = parser.parse_args()
    return command.run_bare(lambda: draw(options))


if __name__ == "__main__":
    sys.exit(main())
