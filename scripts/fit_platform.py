#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Turns memory measurements into the figures of a platform: lookup.time, lookup.time_per_byte and memory_bandwidth.

Either from a curve of loaded latency (CSV with the columns latency_ns and bandwidth_MB_per_s) and the number of cache
lines that a core keeps under way, or from measured times of whole lookups of two row sizes, which is better. See
docs/write-a-platform.md.

example: scripts/fit_platform.py docs/examples/haswell-loaded-latency.csv --chains 10 --stream 21.5 --load 0.5
"""

import argparse
import csv
import json
import sys
from pathlib import Path

LINE = 64  # bytes of a cache line


def curve(file: Path) -> list[tuple[float, float]]:
    """Points (bandwidth in GB/s, latency in ns) by bandwidth."""
    with file.open(newline="") as opened:
        rows = csv.DictReader(opened)
        missing = {"latency_ns", "bandwidth_MB_per_s"} - set(rows.fieldnames or [])
        if missing:
            raise SystemExit(f"{file}: has no column {' and '.join(sorted(missing))}")
        return sorted((float(row["bandwidth_MB_per_s"]) / 1000, float(row["latency_ns"])) for row in rows)


def latency_at(points: list[tuple[float, float]], bandwidth: float) -> float:
    """Linear between the measured points; below the first, as there."""
    for (low, before), (high, after) in zip(points, points[1:]):
        if low <= bandwidth < high:
            return before + (after - before) * (bandwidth - low) / (high - low)
    return points[0][1] if bandwidth < points[0][0] else points[-1][1]


def from_curve(points: list[tuple[float, float]], chains: int, stream: float, load: float) -> tuple[float, float]:
    """A lone line costs latency / chains; each further byte of the row comes at the rate of a stream."""
    per_byte = 1 / stream
    line = latency_at(points, load * points[-1][0]) / chains
    return max(0.0, line - LINE * per_byte), per_byte


def from_lookups(lookups: list[tuple[float, float]]) -> tuple[float, float]:
    """The straight line through two measured lookups."""
    (small, fast), (large, slow) = sorted(lookups)
    if small == large:
        raise SystemExit("--lookup: the two rows must differ in size")
    per_byte = (slow - fast) / (large - small)
    return fast - small * per_byte, per_byte


def positive(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"found {text}; expected more than 0")
    return number


def share(text: str) -> float:
    number = positive(text)
    if number > 1:
        raise argparse.ArgumentTypeError(f"found {text}; expected a share, at most 1")
    return number


def lookup(text: str) -> tuple[float, float]:
    size, colon, time = text.partition(":")
    if not colon:
        raise argparse.ArgumentTypeError(f"found {text}; expected BYTES:NANOSECONDS, such as 64:57")
    return positive(size), positive(time)


def arguments(argv: list[str] | None) -> argparse.Namespace:
    first, _, rest = __doc__.partition("\n")
    result = argparse.ArgumentParser(
        description=first, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    result.add_argument(
        "curve", metavar="CURVE.csv", type=Path, help="loaded latency, as of Intel's Memory Latency Checker"
    )
    result.add_argument(
        "--chains", type=positive, default=10, help="cache lines a core has under way at a time (default 10)"
    )
    result.add_argument(
        "--stream",
        type=positive,
        default=21.5,
        metavar="GB/S",
        help="what one core reads in sequence (default 21.5 GB/s)",
    )
    result.add_argument(
        "--load",
        type=share,
        default=0.5,
        help="share of the memory's bandwidth in use, at which latency is read (default 0.5)",
    )
    result.add_argument(
        "--lookup",
        type=lookup,
        action="append",
        default=[],
        metavar="BYTES:NS",
        help="measured time of a lookup; twice, instead of the three above",
    )
    options = result.parse_args(argv)
    if len(options.lookup) not in (0, 2):
        result.error("--lookup: give it twice, for two sizes of rows")
    return options


def main(argv: list[str] | None = None) -> None:
    options = arguments(argv)
    points = curve(options.curve)
    if options.lookup:
        time, per_byte = from_lookups(options.lookup)
    else:
        time, per_byte = from_curve(points, options.chains, options.stream, options.load)
    peak = points[-1][0]
    figures = {
        "memory_bandwidth": f"{peak:.4g} GB/s",
        "lookup": {"time": f"{time:.3g} ns", "time_per_byte": f"{per_byte:.3f} ns"},
    }
    print(json.dumps(figures, indent=2))
    line = time + LINE * per_byte
    print(
        f"a row of {LINE} B takes {line:.1f} ns on a core; {peak * line / LINE:.1f} cores use up the memory",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
