#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a sweep as a table: latencies and CPU time in ms, overheads in per cent of the baseline."""

import math
import sys

from plotting import command
from plotting.arrange import select

COLUMNS = {
    "completed": ("queries", lambda value: f"{value:.0f}"),
    "mean_us": ("mean ms", lambda value: f"{value / 1000:.2f}"),
    "p50_us": ("P50 ms", lambda value: f"{value / 1000:.2f}"),
    "p90_us": ("P90 ms", lambda value: f"{value / 1000:.2f}"),
    "p99_us": ("P99 ms", lambda value: f"{value / 1000:.2f}"),
    "cpu_us_per_query": ("CPU ms/query", lambda value: f"{value / 1000:.2f}"),
    "p50_overhead": ("P50 %", lambda value: f"{100 * value:+.1f}"),
    "p90_overhead": ("P90 %", lambda value: f"{100 * value:+.1f}"),
    "p99_overhead": ("P99 %", lambda value: f"{100 * value:+.1f}"),
    "compute_overhead": ("compute %", lambda value: f"{100 * value:+.1f}"),
}


def show(options, sweep):
    frame = select(sweep, dict(options.where))
    head = [*sweep.axes, *(name for name, _ in COLUMNS.values()), "verdict"]
    body = [
        [
            *row[sweep.axes],
            *("" if math.isnan(row[column]) else write(row[column]) for column, (_, write) in COLUMNS.items()),
            row["verdict"],
        ]
        for _, row in frame.iterrows()
    ]
    left = {*range(len(sweep.axes)), len(head) - 1}
    lines = markdown(head, body, left) if options.markdown else aligned(head, body, left)
    print("\n".join(lines))
    for index in frame.index:
        if error := sweep.points[index].get("error"):
            print(f"{' '.join(frame.loc[index, sweep.axes])}: {error}", file=sys.stderr)


def aligned(head, body, left):
    widths = [max(len(row[i]) for row in [head, *body]) for i in range(len(head))]
    write = lambda row: "  ".join(
        cell.ljust(width) if i in left else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))
    ).rstrip()
    lines = [write(head), "  ".join("-" * width for width in widths)]
    for previous, row in zip([None, *body], body):
        if len(left) > 2 and previous and previous[0] != row[0]:
            lines.append("")  # the first axis changes: a new block
        lines.append(write(row))
    return lines


def markdown(head, body, left):
    write = lambda row: "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
    return [write(head), write(["---" if i in left else "---:" for i in range(len(head))]), *map(write, body)]


def main():
    parser = command.parser(__doc__, "scripts/table.py out/paper --where model=drm1")
    parser.add_argument("--markdown", action="store_true", help="as a Markdown table")
    return command.run(parser.parse_args(), show)


if __name__ == "__main__":
    sys.exit(main())
