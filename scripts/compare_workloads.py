#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How much reality moves the tail: one scenario under real arrivals and lookups, their fitted twin, and plain Poisson.

example: scripts/compare_workloads.py arrivals.jsonl lookups.jsonl --rates 25 200 --out out/reality

The tables of the scenario's model follow the real LOOKUPS (scripts/dress_trace.py), each with its own mean, at the times of
ARRIVALS stretched to a rate; items are drawn as the scenario says. The twin is what scripts/fit_workload.py makes of that.
Poisson traffic has every table's mean pooling in every query. Prints a table in Markdown; the traces, the fit and its picture
stay in the folder of results. The program is $SHARDSIM, or build/release/shardsim.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shardsim_tools.checkout import ROOT
from shardsim_tools.traces import command, model
from shardsim_tools.traces.errors import BadInput

PROGRAM = Path(os.environ.get("SHARDSIM", ROOT / "build/release/shardsim")).absolute()
STRATEGIES: dict[str, dict[str, Any]] = {
    "singular": {"strategy": "singular"},
    "8 shards": {"strategy": "load-balanced", "shards": 8},
}


def parser() -> argparse.ArgumentParser:
    result = command.parser(__doc__)
    result.add_argument("arrivals", metavar="ARRIVALS", type=Path, help="a trace; its times count")
    result.add_argument("lookups", metavar="LOOKUPS", type=Path, help="a trace with detail counts or rows")
    result.add_argument("--scenario", type=Path, default=ROOT / "workloads/experiments/drm1.json")
    result.add_argument("--rates", metavar="R", type=float, nargs="+", default=[25.0], help="queries a second")
    result.add_argument("--queries", metavar="N", type=int, default=20_000, help="at most (default: 20000)")
    result.add_argument("--out", metavar="DIR", type=Path, required=True, help="for results; made if it is not there")
    return result


def call(*words: object) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BadInput(f"{Path(str(words[0])).name} {words[1]}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def with_tables(source: Path, target: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """The model again, with its tables changed."""
    described = json.loads(source.read_text())
    for net in described["nets"]:
        for table in net.get("tables", []):
            change(table)
    target.write_text(json.dumps(described))


RATES = ("rate", "rate_on", "rate_off")
TIMES = ("mean_on", "mean_off", "mean_stay", "period", "peak_at")


def stretch(arrivals: dict[str, Any], speedup: float, folder: Path) -> None:
    """The fitted arrivals at another rate: all times divided by `speedup`."""
    if "file" in arrivals:
        arrivals.update(file=str(folder / arrivals["file"]), speedup=speedup)
    for key, value in arrivals.items():
        if key in RATES or key in TIMES:
            number, unit = value.split()
            arrivals[key] = f"{float(number) * (speedup if key in RATES else 1 / speedup):.9g} {unit}"
    for part in [*arrivals.get("states", []), *([arrivals["moments"]] if "moments" in arrivals else [])]:
        stretch(part, speedup, folder)


class Comparison:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.folder = options.out.absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.scenario = json.loads(options.scenario.read_text())
        if not isinstance(self.scenario.get("model"), str):
            raise BadInput("names no file of its model", options.scenario)
        self.model = (options.scenario.parent / self.scenario["model"]).resolve()

    def prepare(self) -> None:
        """Writes the real trace and its twin at the first rate; other rates only stretch the time."""
        real, first = self.folder / "real.jsonl", self.folder / "arrivals.jsonl"
        arrivals = {
            "type": "replay",
            "file": str(self.options.arrivals.absolute()),
            "rate": f"{self.options.rates[0]} /s",
        }
        call(PROGRAM, "trace", "record", self.options.scenario, first, "--force", "--detail", "none", "--queries",
             self.options.queries, "--set", f"traffic.arrivals={json.dumps(arrivals)}", *self.items_unless_given())  # fmt: skip
        call(
            sys.executable,
            ROOT / "scripts" / "dress_trace.py",
            first,
            self.options.lookups,
            self.model,
            real,
            "--force",
        )
        fit = self.folder / "twin.json"
        call(
            sys.executable,
            ROOT / "scripts" / "fit_workload.py",
            real,
            "--out",
            fit,
            "--plot",
            self.folder / "twin.png",
            "--force",
        )
        self.fit = json.loads(fit.read_text())
        if off := self.fit["fit"]["verdict"]["off"]:
            command.say(f"note: the twin is not like the trace in {', '.join(off)}")
        self.queries = self.fit["traffic"]["queries"]

        means = {table.name: table.mean for table in model.tables(self.model)}
        with_tables(self.model, self.folder / "mean.model.json", lambda table: self.flatten(table, means))
        fitted = {table["name"]: table for table in self.fit["tables"]}
        keys = ("pooling", "per", "coverage", "shares_factor")
        with_tables(
            self.model, self.folder / "twin.model.json",
            lambda table: table.update({key: fitted[table["name"]][key] for key in keys if key in fitted[table["name"]]}),
        )  # fmt: skip

    def items_unless_given(self) -> list[str]:
        with open(self.options.arrivals, encoding="utf-8-sig") as file:
            given = json.loads(file.readline()).get("items", False)
        return ["--set", "traffic.items=null"] if given else []

    @staticmethod
    def flatten(table: dict[str, Any], means: dict[str, float]) -> None:
        table["pooling"] = {"type": "fixed", "value": means[table["name"]]}
        table.pop("coverage", None)

    def workloads(self, rate: float) -> dict[str, tuple[Path, dict[str, Any]]]:
        """By name: the model and the traffic."""
        speedup = rate / self.options.rates[0]
        items = self.fit["traffic"]["items"]

        def replay(name: str) -> dict[str, Any]:
            return {"arrivals": {"type": "replay", "file": str(self.folder / name), "speedup": speedup}}

        twin = json.loads(json.dumps(self.fit["traffic"]))
        arrivals = twin["arrivals"]
        stretch(arrivals, speedup, self.folder)
        mean = self.folder / "mean.model.json"
        return {
            "Poisson, mean pooling": (mean, {"arrivals": {"type": "poisson", "rate": f"{rate} /s"}, "items": items}),
            "real arrivals, mean pooling": (mean, replay("arrivals.jsonl")),
            "real arrivals and lookups": (self.model, replay("real.jsonl")),
            "their fitted twin": (self.folder / "twin.model.json", twin),
        }

    def latency_ms(self, sharding: dict[str, Any], described: Path, traffic: dict[str, Any]) -> list[float]:
        traffic = {**traffic, "queries": self.queries, "warmup": min(100, self.queries // 10)}
        call(PROGRAM, "run", self.options.scenario, "--set", f"model={described}", "--set", f"traffic={json.dumps(traffic)}",
             "--set", f"sharding={json.dumps(sharding)}", "--out", self.folder / "run", "--force")  # fmt: skip
        latency = json.loads((self.folder / "run/result.json").read_text())["latency_us"]
        return [latency[key] / 1000 for key in ("p50", "p90", "p99")]

    def show(self) -> None:
        self.prepare()
        print("| rate (/s) | workload | " + " | ".join(f"{s}: P50, P90, P99 (ms)" for s in STRATEGIES) + " |")
        print("|---:|---|" + "---:|" * len(STRATEGIES))
        for rate in self.options.rates:
            for name, (described, traffic) in self.workloads(rate).items():
                found = [self.latency_ms(sharding, described, traffic) for sharding in STRATEGIES.values()]
                print(
                    f"| {rate:g} | {name} | " + " | ".join(", ".join(f"{v:.1f}" for v in row) for row in found) + " |"
                )


def main() -> int:
    options = parser().parse_args()
    return command.run(lambda: Comparison(options).show(), None)


if __name__ == "__main__":
    sys.exit(main())
