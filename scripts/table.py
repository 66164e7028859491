#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a sweep as a table: latencies and CPU time in ms, overheads in per cent of the baseline.

After an overhead, half the width of its 95 % interval (the longer half, where they differ). A "?" marks figures in doubt:
the sample is too small for them, or its queries depend on each other for too long.
"""

import argparse
import math
import sys

from shardsim_tools.plotting import command
from shardsim_tools.plotting.arrange import select
from shardsim_tools.plotting.sweep import Sweep, SweepError

MS, PERCENT = 1 / 1000, 100
# column -> (heading, factor, format)
COLUMNS = {
    "completed": ("queries", 1, "{:.0f}"),
    "mean_us": ("mean ms", MS, "{:.2f}"),
    "p50_us": ("P50 ms", MS, "{:.2f}"),
    "p90_us": ("P90 ms", MS, "{:.2f}"),
    "p95_us": ("P95 ms", MS, "{:.2f}"),
    "p99_us": ("P99 ms", MS, "{:.2f}"),
    "cpu_us_per_query": ("CPU ms/query", MS, "{:.2f}"),
    "p50_overhead": ("P50 %", PERCENT, "{:+.1f}"),
    "p90_overhead": ("P90 %", PERCENT, "{:+.1f}"),
    "p99_overhead": ("P99 %", PERCENT, "{:+.1f}"),
    "compute_overhead": ("compute %", PERCENT, "{:+.1f}"),
    "goodput": ("goodput %", PERCENT, "{:.2f}"),
}


def show(options: argparse.Namespace, sweep: Sweep) -> None:
    frame = select(sweep, dict(options.where))
    columns = [column for column in COLUMNS if column not in ("p95_us", "goodput") or tells(sweep, column)]
    with_interval = [c for c in columns if c != "completed" and (options.intervals or c.endswith("_overhead"))]
    rpcs = ["RPCs/query"] if options.rpcs else []
    head = [*sweep.axes, *rpcs, *(COLUMNS[column][0] for column in columns), "verdict"]
    body = [
        [
            *row[sweep.axes],
            *(rpcs_per_query(sweep, index) for _ in rpcs),
            *(cell(sweep, index, c, c in with_interval) for c in columns),
            row["verdict"],
        ]
        for index, row in frame.iterrows()
    ]
    left = {*range(len(sweep.axes)), len(head) - 1}
    lines = markdown(head, body, left) if options.markdown else aligned(head, body, left)
    print("\n".join(lines))
    for index in frame.index:
        if error := sweep.points[index].get("error"):
            print(f"{' '.join(frame.loc[index, sweep.axes])}: {error}", file=sys.stderr)


def rpcs_per_query(sweep: Sweep, index: int) -> str:
    """Of all shards; empty where a point was not run."""
    if not sweep.points[index].get("result"):
        return ""
    result = sweep.result(index)
    try:
        return f"{sum(shard['rpcs_per_query'] for shard in result.get('/shards')):.1f}"
    except (KeyError, TypeError):
        raise SweepError(f"{result.path}: /shards: rpcs_per_query is missing or no number") from None


def tells(sweep: Sweep, column: str) -> bool:
    """Whether a column that some sweeps lack holds anything: of goodput, that some query was not answered in time."""
    values = sweep.frame[column].dropna()
    return bool((values < 1).any() if column == "goodput" else len(values))


def cell(sweep: Sweep, index: int, column: str, with_interval: bool) -> str:
    value = sweep.frame.at[index, column]
    if math.isnan(value):
        return ""
    _, factor, form = COLUMNS[column]
    text = form.format(factor * value)
    if column == "completed":
        return text
    if with_interval and max(sweep.reach(index, column)) > 0:
        text += " ±" + rounded_up(factor * max(sweep.reach(index, column)), form.replace("+", ""))
    is_reference = column.endswith("_overhead") and sweep.is_baseline(index)  # 0 by definition
    return text + ("?" if not is_reference and sweep.doubt(index, column) else "")


def rounded_up(reach: float, form: str) -> str:
    """So that none looks like zero."""
    digits = int(form[3])
    return form.format(math.ceil(reach * 10**digits - 1e-6) / 10**digits)


def aligned(head: list[str], body: list[list[str]], left: set[int]) -> list[str]:
    widths = [max(len(row[i]) for row in [head, *body]) for i in range(len(head))]

    def write(row: list[str]) -> str:
        sides = [str.ljust if i in left else str.rjust for i in range(len(row))]
        return "  ".join(side(cell, width) for side, cell, width in zip(sides, row, widths)).rstrip()

    lines = [write(head), "  ".join("-" * width for width in widths)]
    for previous, row in zip([None, *body], body):
        if len(left) > 2 and previous and previous[0] != row[0]:
            lines.append("")  # the first axis changes: a new block
        lines.append(write(row))
    return lines


def markdown(head: list[str], body: list[list[str]], left: set[int]) -> list[str]:
    rule = ["---" if i in left else "---:" for i in range(len(head))]
    return [f"| {' | '.join(row)} |" for row in [head, rule, *body]]


def main() -> int:
    parser = command.parser(__doc__, "scripts/table.py out/paper --where model=drm1")
    parser.add_argument("--markdown", action="store_true", help="as a Markdown table")
    parser.add_argument("--intervals", action="store_true", help="intervals of latencies and CPU time too")
    parser.add_argument("--rpcs", action="store_true", help="RPCs a query, to all shards")
    return command.run(parser.parse_args(), show)


if __name__ == "__main__":
    sys.exit(main())
