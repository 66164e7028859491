# SPDX-License-Identifier: Apache-2.0
"""Where the instructions of a query go: callgrind's exclusive counts, by part of the program."""
import collections
import re
import subprocess
import tempfile
from pathlib import Path

from .domain import CASES, Case, counting
from .measure import Failed, table
from .progress import say
from .rooms import REST, ROOMS, room_of

SHOWN = {"drm1-load": CASES["DRM1, 8 shards, 25 queries/s"], "fork_join_small": CASES["fork-join, 8 shards"]}
Counts = dict[str, float]  # by room


def counted(program: Path, case: Case, queries: int) -> Counts:
    with tempfile.NamedTemporaryFile() as out:
        annotate = ["callgrind_annotate", "--threshold=100", "--auto=no", out.name]
        try:
            subprocess.run(counting(out.name, program, case, queries), capture_output=True, check=True)
            text = subprocess.run(annotate, capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError) as error:
            raise Failed(f"callgrind: {error}") from None
    return by_room(text)


def by_room(annotated: str) -> Counts:
    """Of what callgrind_annotate prints."""
    counts: Counts = collections.defaultdict(float)
    for line in annotated.splitlines():
        found = re.match(r"\s*([\d,]+) \([ \d.]+%\)  (.*)", line)
        if found and not found[2].startswith("PROGRAM TOTALS"):
            counts[room_of(re.sub(r" \[[^\]]*\]$", "", found[2]))] += int(found[1].replace(",", ""))
    return counts


def per_query(program: Path, case: Case) -> Counts:
    few, many = case.counted
    once, twice = (counted(program, case, queries) for queries in (few, many))
    return {room: (twice.get(room, 0) - once.get(room, 0)) / (many - few) for room in (*ROOMS, REST)}


def measure(program: Path) -> dict[str, Counts]:
    results = {}
    for name, case in SHOWN.items():
        say(f"profile: {name}")
        results[name] = per_query(program, case)
    return results


def report(results: dict[str, Counts]) -> str:
    totals = {name: sum(counts.values()) for name, counts in results.items()}
    rows = [
        [
            room,
            *(w for name, c in results.items() for w in (f"{c[room]:,.0f}", f"{100 * c[room] / totals[name]:.0f} %")),
        ]
        for room in (*ROOMS, REST)
    ]
    rows.append(["all", *(w for total in totals.values() for w in (f"{total:,.0f}", ""))])
    return table(["instructions a query", *(w for name in results for w in (name, "share"))], rows)
