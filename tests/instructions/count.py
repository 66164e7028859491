#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Instructions that a query takes, by callgrind: a measure of speed that other load on the machine cannot touch.

Counts runs of two lengths; the difference, over the difference in queries, leaves out what a run costs once.

example: tests/instructions/count.py             prints the table beside the committed baseline
         tests/instructions/count.py --update    rewrites tests/instructions/baseline.json
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import tempfile
from collections.abc import Iterable

Program = str | pathlib.Path
ROOT = pathlib.Path(__file__).resolve().parents[2]
BASELINE = pathlib.Path(__file__).with_name("baseline.json")
SCENARIOS = {  # file, and the two numbers of queries
    "fork_join_small": ("tests/bench/fork_join_small.json", 1000, 3000),
    "drm1-load": ("workloads/experiments/drm1-load.json", 50, 150),
    "mlperf-dlrm-v2": ("workloads/experiments/mlperf-dlrm-v2-scenario.json", 50, 150),
}


def callgrind(
    out: str, program: Program, scenario: Program, queries: int, settings: Iterable[str] = ()
) -> list[Program]:
    """The command that counts a run's instructions, function by function, in the file `out`."""
    words = [w for s in (f"traffic.queries={queries}", "traffic.warmup=0", *settings) for w in ("--set", s)]
    return ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", program, "run", ROOT / scenario, *words]


def instructions(program: Program, scenario: Program, queries: int, settings: Iterable[str] = ()) -> int:
    with tempfile.NamedTemporaryFile() as profile:
        command = callgrind(profile.name, program, scenario, queries, settings)
        log = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return int(re.findall(r"Collected : (\d+)", log)[0])


def per_query_of(program: Program, scenario: Program, few: int, many: int, settings: Iterable[str] = ()) -> float:
    counted = [instructions(program, scenario, queries, settings) for queries in (few, many)]
    return (counted[1] - counted[0]) / (many - few)


def per_query(program: Program, name: str) -> float:
    return per_query_of(program, *SCENARIOS[name])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.environ.get("SHARDSIM", ROOT / "build/release/shardsim"))
    parser.add_argument("--update", action="store_true", help="take what is counted now as the baseline")
    args = parser.parse_args()
    baseline = json.loads(BASELINE.read_text())
    counted = {name: round(per_query(args.program, name)) for name in SCENARIOS}
    print("| scenario | instructions a query | against the baseline |\n|---|---:|---:|")
    for name, count in counted.items():
        change = f"{100 * (count / baseline[name] - 1):+.1f} %" if name in baseline else ""
        print(f"| {name} | {count:,} | {change} |")
    if args.update:
        BASELINE.write_text(json.dumps(counted, indent=2) + "\n")


if __name__ == "__main__":
    main()
