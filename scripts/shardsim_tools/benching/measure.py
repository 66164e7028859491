# SPDX-License-Identifier: Apache-2.0
"""Runs of programs, with what they took."""
import os
import subprocess
import tempfile
import time
from collections.abc import Iterable
from typing import NamedTuple


class Failed(Exception):
    pass


class Took(NamedTuple):
    text: str
    wall_s: float
    peak_mib: float


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
    return Took(text, wall, usage.ru_maxrss / 1024)


def table(header: list[str], rows: Iterable[list[str]]) -> str:
    """Markdown; the first column is text and the others are numbers."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
