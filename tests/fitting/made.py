# SPDX-License-Identifier: Apache-2.0
"""Traces made for the tests, straight from the definitions: nothing here is the fits' own."""

import json
import math
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "fit_workload.py"
PROGRAM = os.environ.get("SHARDSIM")
sys.path.insert(0, str(ROOT / "scripts"))

SIGMA = 5.0  # error probability of one comparison 6e-7, were errors normal
HEADER = {"format": "shardsim-trace", "version": 1, "time_unit": "s"}


def from_gaps(gaps):
    return np.concatenate([[0.0], np.cumsum(gaps)])


def switching(random, n, rates, stays):
    """Arrivals at a rate that changes at exponential times."""
    times, now, state = [], 0.0, 0
    while len(times) < n:
        stay = random.exponential(stays[state])
        times += sorted(now + stay * random.random(random.poisson(rates[state] * stay)))
        now, state = now + stay, 1 - state
    return np.array(times[:n]) - times[0]


def thinned(random, span, most, rate):
    """Arrivals at the rate rate(t), which is at most `most`."""
    times = np.sort(random.uniform(0, span, random.poisson(most * span)))
    return times[random.random(len(times)) < rate(times) / most]


def zipf(random, n, rows, s):
    """Row numbers, the popular ones anywhere."""
    mass = np.cumsum(np.arange(1, rows + 1) ** -float(s))
    return random.permutation(rows)[np.searchsorted(mass, random.random(n) * mass[-1])]


def lognormal(random, n, mean, cv):
    sigma = math.sqrt(math.log(1 + cv * cv))
    return mean * np.exp(sigma * random.standard_normal(n) - sigma * sigma / 2)


def whole(x):
    return np.floor(np.asarray(x) + 0.5).astype(np.int64)


def run(*arguments, environment=None):
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=1200,
        env={**os.environ, "PYTHONWARNINGS": "error::RuntimeWarning", **(environment or {})},  # NumPy's
    )  # fmt: skip


class Tests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def assert_near(self, found, truth, error, what=""):
        self.assertTrue(0 < error < math.inf, f"{what}: error {error}")
        self.assertLess(abs(found - truth), SIGMA * error, f"{what}: found {found} +- {error}, truth {truth}")

    def write(self, times, records, name="trace.jsonl", **header):
        lines = [json.dumps({**HEADER, **header})]
        lines += [json.dumps({"t": float(time), **record}) for time, record in zip(times, records)]
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n")
        return path
