# SPDX-License-Identifier: Apache-2.0
"""Measures configurations round by round, and keeps each run as a line of a file, so that a second start goes on."""

import csv
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shardsim_tools.benching.progress import steps

from .configurations import Configuration
from .system import System

SERIAL = 0.0  # a load: one query at a time
FEWEST, MOST = 60, 600  # queries of a run
SECONDS = 5  # of a run, if that is within these

Run = dict[str, Any]


def queries_of(load: float, rate: float) -> int:
    """Of a run. At the lowest loads there are fewer."""
    return FEWEST if load == SERIAL else min(MOST, max(FEWEST, round(SECONDS * rate)))


def traffic(load: float, rate: float) -> list[str]:
    """Settings of a run's arrivals: a rate, or one query at a time."""
    arrivals = 'traffic.arrivals={"type": "serial"}' if load == SERIAL else f"traffic.arrivals.rate={rate} /s"
    return [arrivals, f"traffic.queries={queries_of(load, rate)}"]


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
    for done, (_, configuration) in enumerate(steps("measuring", rounds, names)):
        number = done // len(names)
        missing = [load for load in wanted if len(kept.of(configuration, load)) <= number]
        if not missing:
            continue
        with System(program, configuration) as system:
            for load in missing:
                kept.add(one_run(system, load, number, kept))


def one_run(system: System, load: float, number: int, kept: Kept) -> Run:
    configuration = system.configuration
    rate = 0.0 if load == SERIAL else kept.rate(configuration, load)
    settings = traffic(load, rate)
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


@dataclass
class Batch:
    """What is known of a batch: us since the query came."""

    end: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)  # time by step
    last: dict[str, tuple[float, str]] = field(default_factory=dict)  # by net: end and target of the last RPC
    shards: dict[tuple[str, str], float] = field(default_factory=dict)  # by net and target: time in the handler

    def note(self, row: dict[str, str]) -> None:
        step, net, target = row["step"], row["net"], row["target"]
        took = float(row["took_us"])
        end = float(row["begin_us"]) + took
        self.end = max(self.end, end)
        if step == "rpc":
            self.last[net] = max(self.last.get(net, (0.0, "")), (end, target))
        elif step == "shard":
            self.shards[net, target] = took
        else:
            self.steps[step] = self.steps.get(step, 0.0) + took

    def parts(self) -> dict[str, float]:
        out = {step: self.steps.get(step, 0.0) for step in ("bottom", "gather", "wait", "top")}
        out["rest"] = -sum(out.values())
        out["shard"] = sum(self.shards.get((net, target), 0.0) for net, (_, target) in self.last.items())
        return out


def spans_of(stamps: Path) -> dict[str, float]:
    """Mean over the queries, us, along the batch that ended last: its steps; `shard`, of its wait: the time in the handler
    of the RPC that came back last; `rest`: what the main shard's handler had beside them."""
    batches: dict[str, dict[str, Batch]] = {}
    whole: dict[str, float] = {}
    with stamps.open(newline="") as opened:
        for row in csv.DictReader(opened):
            if row["step"] == "query":
                whole[row["query"]] = float(row["took_us"])
            else:
                batches.setdefault(row["query"], {}).setdefault(row["batch"], Batch()).note(row)
    sums: dict[str, float] = {}
    for query, took in whole.items():
        parts = max(batches[query].values(), key=lambda b: b.end).parts()
        parts["rest"] += took
        parts["query"] = took
        for part, value in parts.items():
            sums[part] = sums.get(part, 0.0) + value / len(whole)
    return {part: round(value, 2) for part, value in sums.items()}
