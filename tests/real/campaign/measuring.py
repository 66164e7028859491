# SPDX-License-Identifier: Apache-2.0
"""Measures configurations round by round, and keeps each run as a line of a file, so that a second start goes on."""

import csv
import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from .configurations import Configuration
from .steps import steps
from .system import System

SERIAL = 0.0  # a load: one query at a time
SERIAL_SETTINGS = ['traffic.arrivals={"type": "serial"}', "traffic.queries=200"]

Run = dict[str, Any]


class Kept:
    """The runs so far: a line each."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.runs: list[Run] = []
        if file.exists():
            self.runs = [json.loads(line) for line in file.read_text().splitlines() if line.endswith("}")]

    def add(self, run: Run) -> None:
        self.runs.append(run)
        with self.file.open("a") as out:
            out.write(json.dumps(run) + "\n")

    def of(self, configuration: Configuration, load: float) -> list[Run]:
        return [r for r in self.runs if r["configuration"] == configuration.name and r["load"] == load]

    def rate(self, configuration: Configuration, load: float) -> float:
        """Queries/s: that share of what the busiest core can do, by the first serial run."""
        processes = self.of(configuration, SERIAL)[0]["processes"]
        main = processes[0]["cpu_us_per_query"]
        sparse = sum(p["cpu_us_per_query"] for p in processes[1:])
        return round(load * 1e6 / max(main, sparse), 3)


def measure(
    program: Path, configurations: Sequence[Configuration], loads: Iterable[float], rounds: int, kept: Kept
) -> None:
    """All configurations by turns, `rounds` times."""
    wanted = [SERIAL, *loads]
    names = {c.name: c for c in configurations}
    for number, name, configuration in steps("measuring", rounds, names):
        missing = [load for load in wanted if len(kept.of(configuration, load)) <= number]
        if not missing:
            continue
        with System(program, configuration) as system:
            for load in missing:
                kept.add(one_run(system, load, number, kept))


def one_run(system: System, load: float, number: int, kept: Kept) -> Run:
    configuration = system.configuration
    settings = SERIAL_SETTINGS
    rate = 0.0
    if load != SERIAL:
        rate = kept.rate(configuration, load)
        settings = [f"traffic.arrivals.rate={rate} /s"]
    with tempfile.TemporaryDirectory() as folder:
        latencies, stamps = Path(folder) / "latencies.csv", Path(folder) / "stamps.csv"
        summary = system.load(settings, "--latencies", str(latencies), "--stamps", str(stamps))
        with latencies.open(newline="") as opened:
            values = [float(row["latency_us"]) for row in csv.DictReader(opened)]
        spans = spans_of(stamps)
    return {
        "configuration": configuration.name,
        "load": load,
        "rate": rate,
        "round": number,
        "latencies_us": [round(v, 1) for v in values],
        "latest_sent_us": summary["latest_sent_us"],
        "processes": summary["processes"],
        "spans": spans,
    }


def spans_of(stamps: Path) -> dict[str, float]:
    """Mean over the queries, us, along the batch that ended last: its steps, and of the RPC that it waited for last the
    time in the shard's handler. `rest` is what the main shard's handler had beside it."""
    batches: dict[tuple[str, str], dict[str, Any]] = {}
    whole: dict[str, float] = {}
    with stamps.open(newline="") as opened:
        for row in csv.DictReader(opened):
            took, begin = float(row["took_us"]), float(row["begin_us"])
            if row["step"] == "query":
                whole[row["query"]] = took
                continue
            batch = batches.setdefault((row["query"], row["batch"]), {"end": 0.0, "last": {}})
            step = row["step"]
            batch["end"] = max(batch["end"], begin + took)
            if step == "rpc":
                if begin + took > batch["last"].get(row["net"], (0.0, ""))[0]:
                    batch["last"][row["net"]] = (begin + took, row["target"])
            elif step == "shard":
                batch[step, row["net"], row["target"]] = took
            else:
                batch[step] = batch.get(step, 0.0) + took
    sums: dict[str, float] = {}
    for query, took in whole.items():
        last = max((b for (q, _), b in batches.items() if q == query), key=lambda b: b["end"])
        shard = sum(last.get(("shard", net, target), 0.0) for net, (_, target) in last["last"].items())
        parts = {step: last.get(step, 0.0) for step in ("bottom", "gather", "wait", "top")}
        parts |= {"shard": shard, "rest": took - sum(parts.values()), "query": took}
        for part, value in parts.items():
            sums[part] = sums.get(part, 0.0) + value / len(whole)
    return {part: round(value, 2) for part, value in sums.items()}
