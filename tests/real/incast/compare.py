#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The incasts that measure.py measured, in shardsim's `packet`: a Markdown table of both, and how far apart they are.

Each round begins as it did in the kernel: the senders begin one after the other, in a random order, from the median time
of the first to that of the last, which is that round's, or, in a table without all rounds, drawn from those measured. A
link's latency is a quarter of the round trip that was measured; senders have links so fast that only the receiver's
counts.
"""

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[3]
TABLE = ROOT / "docs/validation/incast.csv"
BURST = 6000  # of tbf, which is as much more of a buffer; see measure.py
HEADERS = 52  # with TCP's timestamps
WARMUP = 20
GAP_US = 10_000
LIMIT = 0.2


def measured(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def one_switch(row: dict[str, str]) -> dict[str, object]:
    hosts = ["receiver", *(f"sender{i}" for i in range(int(row["senders"])))]
    latency = f"{float(row['round_trip_us']) / 4:.3f} us"
    links = [{"a": host, "b": "switch", "bandwidth": "40 Gbps", "latency": latency} for host in hosts]
    links[0]["bandwidth"] = "1 Gbps"
    return {"type": "graph", "hosts": hosts, "switches": ["switch"], "links": links}


def quantile(row: dict[str, str], q: float) -> float:
    """Of the last start, between those that the table has."""
    known = [float(row[f"last_start_p{percent}_us"]) for percent in (10, 30, 50, 70, 90)]
    place = min(max((q - 0.1) / 0.2, 0), 4)
    below = min(int(place), 3)
    return known[below] + (place - below) * (known[below + 1] - known[below])


def flows(row: dict[str, str], rounds: int) -> str:
    draws = random.Random(1)
    first = float(row["first_start_us"])
    senders = int(row["senders"])
    known = [float(word) for word in row.get("last_starts_us", "").split()]
    lines = ["start_us,from,to,bytes,round"]
    for number in range(rounds + WARMUP):
        order = draws.sample(range(senders), senders)
        last = known[(number - WARMUP) % len(known)] if known else quantile(row, draws.random())
        lines += [f"{GAP_US},receiver,sender{sender},1,{number}" for sender in order]
        for place, sender in enumerate(order):
            late = first + (last - first) * (place / max(1, senders - 1)) + draws.uniform(0, 2)
            lines.append(f"{GAP_US + late:.3f},sender{sender},receiver,{row['bytes']},{number}")
    return "\n".join([*lines, ""])


def simulated(program: Path, row: dict[str, str], rounds: int, changes: list[str]) -> tuple[float, float]:
    """P50 and P99 of the slowest flow, in us, from the beginning of a round."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "switch.json").write_text(json.dumps(one_switch(row)))
        (folder / "flows.csv").write_text(flows(row, rounds))
        settings = [
            f"transport.buffer={wire_bytes(int(row['buffer']))} B",
            f"transport.headers={HEADERS} B",
            f'transport.stack={{"type":"linux","congestion":"{row["congestion"]}"}}',
            *changes,
        ]
        words = [program, "topology", "flows", folder / "switch.json", folder / "flows.csv"]
        words += ["--transport", "packet", *(word for s in settings for word in ("--set", s))]
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        return ends_of_rounds(done.stdout, int(row["senders"]))


def ends_of_rounds(text: str, senders: int) -> tuple[float, float]:
    ends: dict[int, float] = {}
    for place, flow in enumerate(csv.DictReader(text.splitlines())):
        number = place // (2 * senders)  # requests and answers
        ended = float(flow["start_us"]) - GAP_US + float(flow["took_us"])
        ends[number] = max(ends.get(number, 0), ended)
    slowest = sorted(end for number, end in ends.items() if number >= WARMUP)
    return slowest[(len(slowest) - 1) // 2], slowest[-(-99 * len(slowest) // 100) - 1]


def wire_bytes(buffer: int) -> int:
    """tbf counts 1514 bytes of a packet of which there are 1538 on the wire."""
    return (buffer + BURST) * 1538 // 1514


def difference(simulated_us: float, measured_us: float) -> str:
    apart = simulated_us / measured_us - 1
    bold = "**" if abs(apart) > LIMIT else ""
    return f"{bold}{100 * apart:+.0f} %{bold}"


def with_range(values: Sequence[float]) -> str:
    """Median, in ms, and of several the least and the most."""
    middle = f"{median(values) / 1000:.2f}"
    return middle if len(values) == 1 else f"{middle} ({min(values) / 1000:.2f} .. {max(values) / 1000:.2f})"


def point(row: dict[str, str]) -> tuple[int, int, int]:
    return int(row["buffer"]), int(row["bytes"]), int(row["senders"])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example: tests/real/incast/compare.py --set transport.stack.rack=false",
    )
    parser.add_argument("table", nargs="?", type=Path, default=TABLE, help="of measure.py (default: %(default)s)")
    parser.add_argument("--shardsim", type=Path, default=ROOT / "build/release/shardsim", help="the program")
    parser.add_argument("--rounds", type=int, default=0, help="that count (default: as many as were measured)")
    parser.add_argument("--set", action="append", default=[], dest="changes", help="as of shardsim")
    options = parser.parse_args()
    rows = measured(options.table)
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(
            lambda row: simulated(options.shardsim, row, options.rounds or int(row["rounds"]), options.changes), rows
        )
        print("| buffer | senders | bytes | P50 kernel, ms | packet | | P99 kernel, ms | packet | | timeouts a round |")
        print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
        far = count = 0
        both = sorted(zip(rows, found), key=lambda pair: point(pair[0]))
        for (buffer, size, senders), pairs in groupby(both, key=lambda pair: point(pair[0])):
            repeats = list(pairs)
            cells = [f"{buffer // 1024} KiB", str(senders), f"{size // 1000} kB"]
            for place, name in enumerate(("p50_us", "p99_us")):
                theirs = [float(row[name]) for row, _ in repeats]
                ours = [simulated[place] for _, simulated in repeats]
                far += abs(median(ours) / median(theirs) - 1) > LIMIT
                count += 1
                cells += [with_range(theirs), with_range(ours), difference(median(ours), median(theirs))]
            rounds = sum(int(row["rounds"]) for row, _ in repeats)
            cells.append(f"{sum(int(row['timeouts']) for row, _ in repeats) / rounds:.2f}")
            print("| " + " | ".join(cells) + " |", flush=True)
    print(f"\n{far} of {count} figures are more than {100 * LIMIT:.0f} % apart.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
