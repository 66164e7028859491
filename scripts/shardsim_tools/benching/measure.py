# SPDX-License-Identifier: Apache-2.0
"""Runs of programs, with what they took."""
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Failed(Exception):
    pass


class Took(NamedTuple):
    text: str
    wall_s: float
    cpu_s: float
    peak_mib: float


def pin() -> None:
    """This process, and all that it starts, to one core: the last, as others like the first."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


# A process's peak memory counts that of the program it was forked from: this one, with all its libraries. So a small one
# runs it, and tells what it took.
LAUNCHER = """
import resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.run(sys.argv[2:]).returncode
wall = time.perf_counter() - start
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as out:
    print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, file=out)
sys.exit(code if code >= 0 else 128 - code)
"""


def run(command: Iterable[object]) -> Took:
    words = [str(word) for word in command]
    with tempfile.NamedTemporaryFile("r") as took:
        launch = [sys.executable, "-I", "-S", "-c", LAUNCHER, took.name, *words]
        done = subprocess.run(launch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise Failed(f"{' '.join(words)}\n{done.stdout.strip()[-500:]}")
        wall, cpu, peak = map(float, took.read().split())
    return Took(done.stdout, wall, cpu, peak)


def median_of(rounds: Sequence[Sequence[float]]) -> list[float]:
    """Of each column."""
    return [statistics.median(column) for column in zip(*rounds)]


def spread(values: Sequence[float]) -> float:
    """How far from their median they reach, as a share of it."""
    middle = statistics.median(values)
    return max(max(values) - middle, middle - min(values)) / middle


def with_spread(values: Sequence[float], form: str) -> str:
    """Median, and by how many percent any round was away from it."""
    middle = format(statistics.median(values), form)
    return f"{middle} ± {100 * spread(values):.0f} %" if len(values) > 1 else middle


def table(header: list[str], rows: Iterable[list[str]]) -> str:
    """Markdown; the first column is text and the others are numbers."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
