#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One query over time, from `shardsim timeline`: its critical path, its batches, and what every host did for it."""

import collections
import json
import sys
from pathlib import Path

from matplotlib import pyplot
from matplotlib.patches import Patch

from plotting import command, figure
from plotting.sweep import SweepError

# As in plot_spans; waiting is lighter, as it comes in crowds.
STYLES = {
    "dense": {"facecolor": "#7fa6d6"},
    "sparse": {"facecolor": "#f6c667"},
    "serde": {"facecolor": "#ffffff"},
    "service": {"facecolor": "#3d2b3f"},
    "network": {"facecolor": "#b9d7c2"},
    "queueing": {"facecolor": "#e6e6e6"},
    "retry": {"facecolor": "#d98880"},
}
BATCH, CRITICAL_BATCH = {"facecolor": "#f2f2f2"}, {"facecolor": "#cfcfcf"}
LANE, GAP, PATH, WIDTH = 0.06, 0.09, 0.24, 9.0  # inches
KINDS = {"core": "on cores", "waiting": "waiting", "out:": "port out", "in:": "port in"}


def draw(options):
    events = read(options.file)
    query = choose(events, options.query)
    rows = rows_of(events, query)
    height = sum(row["height"] for row in rows) + GAP * len(rows)
    plot = pyplot.figure(figsize=(WIDTH, height + 0.9))
    axes = plot.add_axes((0.13, 0.42 / (height + 0.9), 0.86, height / (height + 0.9)))
    top, ticks, used = 0.0, [], set()
    for row in rows:
        for slice_ in row["slices"]:
            used.add(slice_["cat"])
            draw_slice(axes, slice_, top + slice_["lane"] * row["step"], row["step"], query["ts"])
        ticks.append((top + row["height"] / 2, row["name"]))
        top += row["height"] + GAP
        if row["ends_group"]:
            axes.axhline(top - GAP / 2, color="#aaaaaa", linewidth=0.5)
    axes.set_ylim(top, -GAP)
    axes.set_xlim(0, query["dur"] / 1000)
    axes.set_yticks([place for place, _ in ticks], [name for _, name in ticks], fontsize=6.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.set_xlabel("ms from the query's arrival")
    axes.set_title(heading(query), loc="left", fontsize=9, fontweight="bold", pad=24)
    handles = [Patch(label=name, **style, **figure.EDGE) for name, style in STYLES.items() if name in used]
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(-0.005, 1.0), ncol=len(handles), fontsize=7.5, borderpad=0.2,
        handlelength=1.2, columnspacing=1.2,
    )  # fmt: skip
    command.report_written(figure.save(plot, options.out or options.file.parent / "plots", "timeline"))


def read(path):
    """The slices of the file, with the names of their process and thread."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        events = content["traceEvents"]
        names = {kind: {} for kind in ("process_name", "thread_name")}
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


def choose(events, wanted):
    """The query asked for, or else the slowest."""
    queries = {e["args"]["query"]: e for e in events if e["process"] == "queries" and e["cat"] == "query"}
    if wanted is None and queries:
        return max(queries.values(), key=lambda e: e["dur"])
    if wanted in queries:
        return queries[wanted]
    raise SweepError(f"query {wanted} is not in the file; it has {', '.join(map(str, sorted(queries))) or 'none'}")


def rows_of(events, query):
    """From top to bottom: the critical path, the batches, and of each host its cores, its queue, its ports."""
    number = query["args"]["query"]
    own = [e for e in events if e["args"].get("query") == number]
    path = [{**e, "lane": 0} for e in events if e["thread"] == f"query {number}: critical path"]
    batches = [e for e in own if e["cat"] == "batch"]
    rows = [row("critical path", path, PATH, True)]
    rows.append(row("batches", [{**e, "lane": e["args"]["batch"]} for e in batches], 1.5 * LANE, True))
    hosts = collections.defaultdict(lambda: collections.defaultdict(list))
    for event in own:
        if event["process"].startswith("host "):
            kind = event["thread"].split()[0]
            hosts[event["process"].removeprefix("host ")][kind].append(event)
    for host, kinds in hosts.items():
        shown = [kind for kind in KINDS if kind in kinds]
        for kind in shown:
            rows.append(row(f"{host} {KINDS[kind]}", lanes(kinds[kind]), LANE, kind == shown[-1]))
    return [one for one in rows if one["slices"]]


def row(name, slices, step, ends_group):
    lanes_used = 1 + max((s["lane"] for s in slices), default=0)
    return {"name": name, "slices": slices, "step": step, "height": max(lanes_used * step, 0.11), "ends_group": ends_group}


def lanes(events):
    """On the lowest free lane each: the file's own lanes also hold other queries."""
    busy_until, placed = [], []
    for event in sorted(events, key=lambda e: e["ts"]):
        lane = next((i for i, until in enumerate(busy_until) if until <= event["ts"] + 1e-6), len(busy_until))
        busy_until[lane : lane + 1] = [event["ts"] + event["dur"]]
        placed.append({**event, "lane": lane})
    return placed


def draw_slice(axes, slice_, top, step, origin):
    style = STYLES.get(slice_["cat"]) or (CRITICAL_BATCH if slice_["args"]["critical"] else BATCH)
    span = [((slice_["ts"] - origin) / 1000, slice_["dur"] / 1000)]
    axes.broken_barh(span, (top, step), **style, edgecolor="#222222", linewidth=0.25)


def heading(query):
    about = query["args"]
    return (
        f"query {about['query']}: {about['latency_us'] / 1000:.1f} ms, {about['items']:,} items in {about['batches']} "
        f"batches, {about['lookups']:,} lookups, {about['cpu_us'] / 1000:.0f} ms of core time"
    )


def main():
    parser = command.bare_parser(__doc__, "scripts/plot_timeline.py out/slowest.json --out out/plots")
    parser.add_argument("file", metavar="FILE.json", type=Path, help="what `shardsim timeline --out` wrote")
    parser.add_argument("--query", metavar="ID", type=int, help="which query (default: the slowest in the file)")
    parser.add_argument("--out", metavar="DIR", type=Path, help="where the plot goes (default: plots/ beside the file)")
    options = parser.parse_args()
    return command.run_bare(lambda: draw(options))


if __name__ == "__main__":
    sys.exit(main())
