#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Hit ratio of caches over simulated time, a line for each run: how long a cache that begins empty takes to fill.

A line is of all lookups of rows in one tier, on all servers together; beside its name is the ratio of the last half.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from shardsim_tools.plotting import command, figure
from shardsim_tools.plotting.results import plots_beside, results_of
from shardsim_tools.plotting.sweep import Result, SweepError

# After shardsim_tools.plotting, which says what is missing.
from matplotlib.axes import Axes

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000"]  # Okabe and Ito
MOST_LINES = len(COLOURS)


@dataclass
class Counts:
    """Lookups and hits by stretches of equal length."""

    stretch_s: float
    lookups: dict[int, float]
    hits: dict[int, float]

    def ratio(self, first: int) -> float:
        """Of all stretches from that one on."""
        lookups = sum(count for i, count in self.lookups.items() if i >= first)
        return sum(count for i, count in self.hits.items() if i >= first) / lookups


def caches_of(result: Result) -> dict[str, list[list[dict[str, float]]]]:
    """{tier: what each server's cache before it did over time}"""
    found: dict[str, list[list[dict[str, float]]]] = {}
    try:
        servers = [result.get("/main_caches"), *(shard["caches"] for shard in result.get("/shards"))]
        for cache in (cache for server in servers for cache in server):
            entries = [{key: float(e[key]) for key in ("from_s", "lookups", "hit_ratio")} for e in cache["over_time"]]
            if entries:
                found.setdefault(str(cache["tier"]), []).append(entries)
    except (KeyError, TypeError, ValueError) as error:
        raise SweepError(f"{result.path}: caches: {error} is missing or of no use") from None
    return found


def together(servers: list[list[dict[str, float]]]) -> Counts:
    """Stretches are as long as those of the server whose are longest: lengths are powers of two of the shortest."""
    stretch = max(
        min((after["from_s"] - before["from_s"] for before, after in zip(entries, entries[1:])), default=0.0)
        for entries in servers
    )
    counts = Counts(stretch or 1.0, {}, {})
    for entry in (entry for entries in servers for entry in entries):
        number = int(entry["from_s"] / counts.stretch_s + 1e-6)
        counts.lookups[number] = counts.lookups.get(number, 0) + entry["lookups"]
        counts.hits[number] = counts.hits.get(number, 0) + entry["lookups"] * entry["hit_ratio"]
    return counts


def draw_line(axes: Axes, name: str, counts: Counts, colour: str) -> None:
    numbers = sorted(counts.lookups)
    ratios = [100 * counts.hits[i] / counts.lookups[i] for i in numbers]
    last = counts.ratio((numbers[-1] + 1) // 2)
    label = f"{name}: {100 * last:.1f} %" if name else f"{100 * last:.1f} % in the last half"
    times = [i * counts.stretch_s for i in [*numbers, numbers[-1] + 1]]
    axes.plot(times, [*ratios, ratios[-1]], drawstyle="steps-post", linewidth=1.3, color=colour, label=label)


def named(options: argparse.Namespace) -> tuple[dict[str, Result], dict[str, str]]:
    """As results_of(), for several paths: results are known by the names of their files, or of the folders of these."""
    if len(options.runs) == 1:
        return results_of(options.runs[0], dict(options.where))
    results, reasons = {}, {}
    for path in options.runs:
        own, without = results_of(path, dict(options.where))
        name = path.stem if path.is_file() and path.stem != "result" else path.absolute().parent.name
        name = name if path.is_file() else path.absolute().name
        results.update({" · ".join(filter(None, (name, title))): result for title, result in own.items()})
        reasons.update({f"{name} · {title}": reason for title, reason in without.items()})
    return results, reasons


def draw(options: argparse.Namespace) -> None:
    results, reasons = named(options)
    caches = {title: caches_of(result) for title, result in results.items()}
    silent = {title: "no lookup outside memory" for title in results if not caches[title]}
    tiers = {tier for tiers in caches.values() for tier in tiers}
    lines = {
        " · ".join(filter(None, (title, tier if len(tiers) > 1 else ""))): together(servers)
        for title, by_tier in caches.items()
        for tier, servers in by_tier.items()
    }
    reasons.update(silent)
    if not lines:
        raise SweepError(f"{options.runs[0]}: nothing to draw: {', '.join(sorted(set(reasons.values())))}")
    if len(lines) > MOST_LINES:
        raise SweepError(f"there would be {len(lines)} lines, more than {MOST_LINES}; choose some with --where")
    plot, (axes,) = figure.column(1)
    for colour, (name, counts) in zip(COLOURS, lines.items()):
        draw_line(axes, name, counts, colour)
    axes.set_ylim(0, 100)
    axes.set_xlim(0)
    axes.set_xlabel("simulated time (s)")
    axes.set_ylabel("hit ratio (%)")
    axes.legend(loc="lower right", title="in the last half" if "" not in lines else None, title_fontsize=8, fontsize=8)
    if reasons:
        command.say("skipped " + ", ".join(f"{title or 'the run'} ({reason})" for title, reason in reasons.items()))
    command.report_written(figure.save(plot, options.out or plots_beside(options.runs[0]), "hit-ratio"))


def main() -> int:
    parser = command.bare_parser(__doc__, "scripts/plot_hit_ratio.py out/exact.json out/analytic.json --out out/plots")
    parser.add_argument(
        "runs", metavar="RUN", type=Path, nargs="+",
        help="what `shardsim run --json` printed, or the directory that run or sweep wrote",
    )  # fmt: skip
    command.add_where(parser)
    command.add_out(parser)
    options = parser.parse_args()
    return command.run_bare(lambda: draw(options))


if __name__ == "__main__":
    sys.exit(main())
