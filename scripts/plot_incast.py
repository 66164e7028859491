#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Incast under every transport, and as the kernel has it: many hosts send to one, over one switch. Runs the program."""

import argparse
import csv
import json
import math
import random
import subprocess
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shardsim_tools.checkout import PROGRAM, ROOT
from shardsim_tools.plotting import command, figure
from shardsim_tools.plotting.styles import COLOURS, LINES, MARKERS
from shardsim_tools.plotting.sweep import SweepError

# After shardsim_tools.plotting, which says what is missing.
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

SENDERS = [1, 2, 4, 8, 16, 32, 64]
FLOW_KB = 256
BANDWIDTH, LATENCY = "1 Gbps", "10 us"  # of the receiver's link; of each
SENDERS_BANDWIDTH = "40 Gbps"
ECN_THRESHOLD = "30 kB"  # 20 packets at 1 Gb/s (Alizadeh et al. 2010)
TIMEOUT_MS = 200
# With packets, whether the last one still fits in the queue is a matter of nanoseconds: one round proves little. And
# connections keep their windows from round to round: the first ones are not drawn.
ROUNDS, FIRST_ROUNDS = 51, 20
GAP_US = 10_000  # between rounds
KERNEL = ROOT / "docs/validation/incast.csv"  # of tests/real/incast


@dataclass(frozen=True, eq=False)
class Line:
    name: str
    transport: str
    style: dict[str, Any]
    settings: tuple[str, ...] = ()


Runs = dict[
    tuple[Line, int], list[list[float]]
]  # by line and number of senders, of each round: ms of each flow, sorted

# Wide ones below, so that lines that coincide are both seen.
LINES_DRAWN = [
    Line("ideal", "ideal", {"color": COLOURS[0], "marker": "P", "linewidth": 1.3}),
    Line("port", "port", {"color": COLOURS[2], "marker": MARKERS[1], "linewidth": 3.2, "alpha": 0.55}),
    Line("fluid", "fluid", {"color": COLOURS[3], "marker": MARKERS[3], "linewidth": 1.3}),
    Line("packet", "packet", {"color": COLOURS[1], "marker": MARKERS[2], "linewidth": 1.3}),
    Line(
        "packet, ECN", "packet", {"color": COLOURS[4], "marker": MARKERS[4], "linewidth": 1.3, "linestyle": LINES[1]},
        (f"transport.ecn_threshold={ECN_THRESHOLD}",),
    ),
    Line(
        "packet, newreno", "packet", {"color": "#888888", "marker": "v", "linewidth": 1.0, "linestyle": LINES[1]},
        ("transport.stack=newreno",),
    ),
]  # fmt: skip


def draw(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        runs = measure(options, Path(folder))
    plot, (left, right) = pyplot.subplots(1, 2, figsize=(10.5, 4.4), constrained_layout=True, sharey=True)
    draw_slowest(left, runs)
    draw_kernel(left, options.queue)
    draw_each(right, runs)
    everything = [time for some in runs.values() for times in some for time in times]
    left.set_yscale("log")
    left.set_ylim(0.6 * min(everything), 5.5 * max(*everything, TIMEOUT_MS))
    left.yaxis.set_major_formatter("{x:g}")
    left.set_ylabel("completion time (ms)")
    for axes in (left, right):
        axes.axhline(TIMEOUT_MS, color="#666666", linewidth=0.8, linestyle=":", zorder=1)
        axes.grid(True, axis="both")
    left.annotate(
        f"retransmission timeout, {TIMEOUT_MS} ms", (0.01, TIMEOUT_MS), (0, -3), xycoords=("axes fraction", "data"),
        textcoords="offset points", va="top", fontsize=7.5, color="#666666",
    )  # fmt: skip
    starts = f"starting within {options.spread:g} us" if options.spread else "all starting at once"
    repeats = f"packet: median and range of {ROUNDS} rounds over the same connections"
    switch = f"{BANDWIDTH} from one switch to the receiver, through a port that can hold {options.queue}"
    figure.caption_above(plot, f"{switch}; each flow {FLOW_KB} kB, {starts}\n{repeats}\n")
    command.report_written(figure.save(plot, options.out, "incast"))


def draw_slowest(axes: Axes, runs: Runs) -> None:
    ends: dict[Line, float] = {}
    for line in LINES_DRAWN:
        slowest = [sorted(times[-1] for times in runs[line, senders]) for senders in SENDERS]
        medians = [some[len(some) // 2] for some in slowest]
        axes.plot(SENDERS, medians, markersize=4.5, **line.style)
        least, most = ([some[end] for some in slowest] for end in (0, -1))
        axes.vlines(SENDERS, least, most, line.style["color"], linewidth=1)
        ends[line] = medians[-1]
    for line, height in spread(ends).items():
        axes.annotate(
            line.name, (SENDERS[-1], height), (8, 0), textcoords="offset points", va="center",
            fontsize=figure.LABEL_SIZE, color=line.style["color"],
            bbox={"facecolor": "white", "linewidth": 0, "pad": 1},
        )  # fmt: skip
    axes.set_xscale("log", base=2)
    axes.set_xticks(SENDERS, [str(senders) for senders in SENDERS])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(0.85, 2.6 * SENDERS[-1])  # room for the names
    axes.set_xlabel("senders")
    axes.set_title("the slowest flow", loc="left", fontweight="bold", fontsize=10)


def draw_kernel(axes: Axes, queue: str) -> None:
    """What Linux took, where it was measured with such a queue."""
    if queue != "512 KiB":
        return
    with KERNEL.open(newline="") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    rows = [
        row for row in rows
        if (row["congestion"], row["buffer"], row["bytes"]) == ("cubic", str(512 << 10), str(1000 * FLOW_KB))
    ]  # fmt: skip
    senders = [int(row["senders"]) for row in rows]
    half, most = ([float(row[f"p{q}_us"]) / 1000 for row in rows] for q in (50, 99))
    style = {"color": "black", "zorder": 5}
    axes.scatter(senders, half, marker="o", s=34, facecolors="none", linewidths=1.2, label="Linux: P50", **style)
    axes.scatter(senders, most, marker="_", s=60, linewidths=1.4, label="Linux: P99", **style)
    axes.legend(loc="upper left", bbox_to_anchor=(0, 0.86), fontsize=figure.LABEL_SIZE, frameon=False)


def spread(heights: dict[Line, float], ratio: float = 1.55) -> dict[Line, float]:
    """On a log axis, moves labels up until none is over another."""
    result: dict[Line, float] = {}
    last = 0.0
    for line, height in sorted(heights.items(), key=lambda item: item[1]):
        last = max(height, last * ratio)
        result[line] = last
    return result


def draw_each(axes: Axes, runs: Runs) -> None:
    senders = SENDERS[-1]
    ranks = range(1, senders + 1)
    late = {}
    for line in LINES_DRAWN:
        some = sorted(runs[line, senders], key=lambda times: times[-1])
        times = some[len(some) // 2]
        axes.plot(ranks, times, markersize=3.2, **{**line.style, "linewidth": 0.8})
        if line.transport == "packet":
            late[line] = sum(time >= TIMEOUT_MS for time in times)
    for line, text, rank, height in (
        (LINES_DRAWN[0], "ideal: no flow sees another", 0.5, -9),
        (LINES_DRAWN[1], "port: one after the other", 0.3, -14),
        (LINES_DRAWN[2], "fluid: all share, all end together", 0.02, 9),
    ):
        times = runs[line, senders][0]
        at = int(rank * (senders - 1))
        axes.annotate(
            text, (ranks[at], times[at]), (0, height), textcoords="offset points", va="center",
            fontsize=figure.LABEL_SIZE, color=line.style["color"],
        )  # fmt: skip
    top = max(times[-1] for some in runs.values() for times in some)
    for (line, count), above in zip(late.items(), (1.6, 2.5, 3.9)):
        axes.annotate(
            f"{line.name}: {count} of {senders} wait for a timeout", (ranks[-1], above * max(top, TIMEOUT_MS)),
            ha="right", va="center", fontsize=figure.LABEL_SIZE, color=line.style["color"],
        )  # fmt: skip
    axes.set_xlabel("flow, from the first to end to the last")
    axes.set_title(f"each flow of {senders} senders", loc="left", fontweight="bold", fontsize=10)


def measure(options: argparse.Namespace, folder: Path) -> Runs:
    topology = folder / "switch.json"
    topology.write_text(json.dumps(one_switch(max(SENDERS))))
    jobs: dict[tuple[Line, int], Future[list[float]]] = {}
    with ThreadPoolExecutor() as pool:
        for senders in SENDERS:
            for name, rounds in (("one", 1), ("many", ROUNDS + FIRST_ROUNDS)):
                (folder / f"{senders}-{name}.csv").write_text(flow_set(senders, options.spread, rounds))
            for line in LINES_DRAWN:
                flows = folder / f"{senders}-{'many' if line.transport == 'packet' else 'one'}.csv"
                jobs[line, senders] = pool.submit(run_program, options, line, topology, flows)
        try:
            return {key: rounds_of(job.result(), key[1]) for key, job in jobs.items()}
        finally:
            pool.shutdown(cancel_futures=True)  # after the first failure


def rounds_of(times: list[float], senders: int) -> list[list[float]]:
    """What is drawn: of each round the times, sorted; the only one where there is one."""
    rounds = [sorted(times[i : i + senders]) for i in range(0, len(times), senders)]
    return rounds[FIRST_ROUNDS:] or rounds


def one_switch(senders: int) -> dict[str, Any]:
    hosts = ["receiver", *(f"sender{i}" for i in range(senders))]
    links = [{"a": host, "b": "switch", "bandwidth": SENDERS_BANDWIDTH, "latency": LATENCY} for host in hosts]
    links[0]["bandwidth"] = BANDWIDTH
    return {"type": "graph", "hosts": hosts, "switches": ["switch"], "links": links}


def flow_set(senders: int, spread_us: float, rounds: int) -> str:
    draws = random.Random(1)
    lines = ["start_us,from,to,bytes,round"]
    for number in range(rounds):
        rows = sorted((round(GAP_US + spread_us * draws.random(), 3), i) for i in range(senders))
        lines += [f"{start},sender{i},receiver,{FLOW_KB * 1000},{number}" for start, i in rows]
    return "\n".join([*lines, ""])


def run_program(options: argparse.Namespace, line: Line, topology: Path, flows: Path) -> list[float]:
    order = [options.shardsim, "topology", "flows", topology, flows, "--transport", line.transport, "--format", "json"]
    if line.transport == "packet":
        order += ["--set", f"transport.buffer={options.queue}", "--set", f"transport.min_rto={TIMEOUT_MS} ms"]
    for setting in line.settings:
        order += ["--set", setting]
    done = subprocess.run(list(map(str, order)), capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise SweepError((done.stderr.splitlines() or [f"{options.shardsim}: exit code {done.returncode}"])[-1])
    try:
        found = json.loads(done.stdout)["flows"]
        if any(flow["lost"] for flow in found):
            raise SweepError(f"{line.name}: a flow was given up; nothing to draw it at")
        return [flow["took_us"] / 1000 for flow in found]
    except (ValueError, KeyError, TypeError) as error:
        raise SweepError(f"{options.shardsim}: topology flows printed no flows: {error!r}") from None


def microseconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < math.inf:
        raise ValueError
    return value


def main() -> int:
    parser = command.bare_parser(__doc__, "scripts/plot_incast.py --out docs/images")
    parser.add_argument(
        "--shardsim", metavar="PATH", type=Path, default=PROGRAM, help="the program (default: build/release/shardsim)"
    )
    parser.add_argument(
        "--out", metavar="DIR", type=Path, default=Path("out/plots"), help="where the plots go (default: %(default)s)"
    )
    parser.add_argument(
        "--queue", metavar="SIZE", default="512 KiB", help="what a port of the switch holds (default: %(default)s)"
    )
    parser.add_argument(
        "--spread", metavar="US", type=microseconds, default=20.0,
        help="the flows start within this time; 0: all at once (default: %(default)g)",
    )  # fmt: skip
    options = parser.parse_args()
    return command.run_bare(lambda: draw(options))


if __name__ == "__main__":
    sys.exit(main())
