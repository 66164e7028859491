# SPDX-License-Identifier: Apache-2.0
"""Runs the two experiments, the shipped ones or with a constant changed, and keeps what has been run."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shardsim_tools.checkout import ROOT
from shardsim_tools.plotting.sweep import SweepError, load

from .constants import Constant, change, copy_inputs
from .studies import Studies

EXPERIMENTS = {"serial": "workloads/experiments/paper.json", "load": "workloads/experiments/paper-load.json"}
# Points of paper-load.json that no finding looks at; a sensitivity study leaves them out.
NOT_JUDGED = [
    {"setting": ["drm1, one batch", "drm1, int8 and 40 % pruned"]},
    {
        "setting": ["drm1", "drm2", "drm3", "drm1, sc-small sparse"],
        "configuration": [
            "one-shard",
            *(f"{s} {n}" for s in ("capacity-balanced", "load-balanced", "nsbp") for n in (2, 4)),
        ],
    },
    {"setting": ["drm2", "drm3"], "configuration": ["capacity-balanced 8"]},
]
SHIPPED = "shipped"
KEPT = ["schema_version", "verdict", "embedded_us", "shards", "hosts"]  # of a result: what findings read


@dataclass(frozen=True)
class Runner:
    program: Path
    cache: Path
    queries: int
    jobs: int

    def studies(self, constant: Constant | None = None, factor: float = 1.0) -> Studies:
        """Both experiments, shipped or with a constant scaled; run, unless they were."""
        folder = self.cache / (folder_name(constant, factor) if constant else SHIPPED)
        inputs = folder / "input"
        shutil.rmtree(inputs, ignore_errors=True)
        copy_inputs(ROOT, inputs)
        if constant:
            change(inputs, constant, factor)
        leave_out(inputs / EXPERIMENTS["load"], NOT_JUDGED)
        key = self._key(inputs, self._shipped_results() if constant else [self.program])
        if not (folder / "key").exists() or (folder / "key").read_text() != key:
            for kind, experiment in EXPERIMENTS.items():
                self._sweep(inputs / experiment, folder / kind)
            (folder / "key").write_text(key)  # last: what was interrupted has none
        shutil.rmtree(inputs)
        return Studies.of(load(folder / "serial"), load(folder / "load"))

    def _shipped_results(self) -> list[Path]:
        """A program that gives the same results for the shipped constants is taken to for others."""
        return [self.cache / SHIPPED / kind / "sweep.csv" for kind in EXPERIMENTS]

    def _key(self, inputs: Path, program: list[Path]) -> str:
        digest = hashlib.sha256(f"{self.queries} ".encode())
        for file in [*program, *sorted(path for path in inputs.rglob("*") if path.is_file())]:
            digest.update(file.read_bytes())
        return digest.hexdigest()

    def _sweep(self, experiment: Path, out: Path) -> None:
        shutil.rmtree(out, ignore_errors=True)
        run_sweep(self.program, experiment, out, self.jobs, ["--set", f"traffic.queries={self.queries}"])
        for result in out.glob("points/*/result.json"):
            content = json.loads(result.read_text(encoding="utf-8"))
            result.write_text(json.dumps({key: content[key] for key in KEPT if key in content}), encoding="utf-8")


def folder_name(constant: Constant, factor: float) -> str:
    return re.sub("[^a-z0-9.]+", "-", f"{constant.name} {factor}".lower())


def leave_out(experiment: Path, points: list[dict[str, Any]]) -> None:
    content = json.loads(experiment.read_text(encoding="utf-8"))
    content["exclude"] = content.get("exclude", []) + points
    experiment.write_text(json.dumps(content), encoding="utf-8")


def run_sweep(program: Path, experiment: Path, out: Path, jobs: int, options: list[str]) -> None:
    command = [str(program), "sweep", str(experiment), "--out", str(out), "--jobs", str(jobs), *options]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except OSError as error:
        raise SweepError(f"{program}: {error.strerror}; build it, or say where it is with --shardsim") from None
    if done.returncode != 0:
        lines = done.stderr.splitlines() or [f"exit code {done.returncode}"]
        raise SweepError(f"{experiment}: {lines[-1]}")


def default_jobs() -> int:
    return len(os.sched_getaffinity(0))
