# SPDX-License-Identifier: Apache-2.0
"""Runs of programs, with what they took."""
import os
import statistics
import subprocess
import tempfile
import time
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


def run(command: Iterable[object]) -> Took:
    with tempfile.TemporaryFile("w+") as out:
        start = time.perf_counter()
        process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    if process.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}\n{text.strip()[-500:]}")
    return Took(text, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


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
