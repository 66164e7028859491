# SPDX-License-Identifier: Apache-2.0
"""The whole of fleet.json: once, as it takes minutes."""
import json
from pathlib import Path

from .measure import run, table
from .progress import say
from .scale import FLEET

Results = dict[str, float]


def measure(program: Path) -> Results:
    say("fleet: the whole of fleet.json, some minutes")
    took = run([program, "run", FLEET, "--json"])
    result = json.loads(took.text)
    return {
        "servers": len(result["hosts"]),
        "queries": result["queries"]["offered"],
        "events": result["events"],
        "wall_s": took.wall_s,
        "cpu_s": took.cpu_s,
        "peak_mib": took.peak_mib,
    }


def report(r: Results) -> str:
    header = ["servers", "queries", "million events", "million events/s", "wall, s", "CPU, s", "peak memory, MiB"]
    row = [
        f"{r['servers']:,.0f}",
        f"{r['queries']:,.0f}",
        f"{r['events'] / 1e6:,.0f}",
        f"{r['events'] / r['cpu_s'] / 1e6:.2f}",
        f"{r['wall_s']:,.0f}",
        f"{r['cpu_s']:,.0f}",
        f"{r['peak_mib']:,.0f}",
    ]
    return table(header, [row])
