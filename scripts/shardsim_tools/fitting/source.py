# SPDX-License-Identifier: Apache-2.0
"""Reads a trace once and keeps what the fits need: all times, a sample of the queries, a prefix of the row numbers."""

import os
import subprocess
import tempfile
from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from shardsim_tools.checkout import PROGRAM
from shardsim_tools.traces.command import Progress
from shardsim_tools.traces.errors import BadInput, shown
from shardsim_tools.traces.reader import TraceFile
from shardsim_tools.traces.source import Source

from .types import Floats, Integers

MOST_LOOKUPS = 100_000_000  # in a table by one query
MOST_SAMPLED = 2**18  # queries
MOST_CELLS = 2**24  # queries x tables: 64 MiB
MOST_ROWS = 2**24  # row numbers over all tables: 128 MiB


def _none() -> Integers:
    return np.empty(0, dtype=np.int64)


@dataclass
class TableData:
    name: str
    rows: int  # 0: not known
    lookups: Integers = field(default_factory=_none)  # of each query of the sample
    numbers: Integers = field(default_factory=_none)  # row numbers looked up, where known, from the trace's start on
    seen: int = 0  # row numbers in the whole trace


@dataclass
class Trace:
    detail: str
    times: Floats  # seconds since the first arrival, every query's
    items: Integers | None  # of each query of the sample
    sampled_every: int  # the sample is every n-th query
    tables: list[TableData]


class Sample:
    """Every n-th query; n doubles when there are too many, so that the sample always spans the whole trace."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.most = max(1024, min(MOST_SAMPLED, MOST_CELLS // width))
        self.every = 1
        self.kept = 0
        self.cells = array("i")

    def offer(self, number: int, values: Callable[[], Iterable[int]]) -> None:
        if number % self.every:
            return
        self.cells.extend(values())
        self.kept += 1
        if self.kept == self.most:
            self.cells = array("i", self.matrix()[::2].tobytes())
            self.every *= 2
            self.kept = (self.kept + 1) // 2

    def matrix(self) -> Integers:
        return np.array(self.cells, dtype=np.int64).reshape(-1, self.width)


def read(path: Path, program: Path | None) -> Trace:
    """program: shardsim, for the compact form; may be None."""
    if not Source(path).head.startswith(b"SSTRACE"):
        return _taken(path)
    if program is None:
        raise BadInput("is a compact trace, which only shardsim reads; name the program with --shardsim", path)
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "trace.jsonl"
        convert(program, path, text)
        return _taken(text)


def convert(program: Path, path: Path, text: Path) -> None:
    command: list[str | Path] = [program, "trace", "convert", path, text]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        told = done.stderr.strip().splitlines() or [f"{program}: trace convert: exit code {done.returncode}"]
        raise BadInput(told[-1])


def find_program(given: Path | None) -> Path | None:
    """--shardsim, $SHARDSIM, or what the checkout has built."""
    if given or os.environ.get("SHARDSIM"):
        return given or Path(os.environ["SHARDSIM"])
    return PROGRAM if PROGRAM.exists() else None


def _taken(path: Path) -> Trace:
    file = TraceFile(path)
    names = [name for name, _ in file.tables]
    tables = [TableData(name, rows or 0) for name, rows in file.tables]
    for table in tables:
        if type(table.rows) is not int or table.rows < 0:
            raise BadInput(f"the header has {shown(table.rows)} rows for table {table.name!r}", path, 1)
    rows = _Rows(file, tables) if file.detail == "rows" else None
    times, sample = array("q"), Sample(1 + len(names))
    for time, items, content in Progress(file.source.progress).counted(file):
        counts = rows.take(content or {}) if rows else content or {}
        if not rows and counts and max(counts.values()) > MOST_LOOKUPS:
            raise file.source.bad(f"more than {MOST_LOOKUPS} lookups in a table")
        sample.offer(len(times), lambda: [items or 0, *(counts.get(name, 0) for name in names)])
        times.append(time)
    if not times:
        raise BadInput("has a header and no records; there is nothing to fit", path)
    if times[-1] == times[0]:
        raise BadInput(f"has the same time in all records ({len(times)}); there is no rate to fit", path)
    cells = sample.matrix()
    for i, table in enumerate(tables):
        table.lookups = cells[:, 1 + i]
        if rows:
            table.numbers = np.array(rows.numbers[table.name], dtype=np.int64)
    seconds = (np.array(times, dtype=np.int64) - times[0]) * 1e-12
    return Trace(file.detail, seconds, cells[:, 0] if file.has_items else None, sample.every, tables)


class _Rows:
    """Checks and keeps row numbers."""

    def __init__(self, file: TraceFile, tables: list[TableData]) -> None:
        self.bad = file.source.bad
        self.tables = {table.name: table for table in tables}
        self.numbers = {table.name: array("q") for table in tables}
        self.most = MOST_ROWS // len(tables)

    def take(self, content: Mapping[str, Any]) -> dict[str, int]:
        for name, rows in content.items():
            table, kept = self.tables[name], self.numbers[name]
            limit = table.rows or 2**62
            if not all(type(row) is int and 0 <= row < limit for row in rows):
                wrong = next(row for row in rows if not (type(row) is int and 0 <= row < limit))
                below = f" below {table.rows}" if table.rows else ""
                raise self.bad(f"a row of {name!r} is {shown(wrong)}; a whole number from 0{below} is wanted")
            table.seen += len(rows)
            if len(kept) < self.most:
                kept.extend(rows[: self.most - len(kept)])
        return {name: len(rows) for name, rows in content.items()}
