# SPDX-License-Identifier: Apache-2.0
"""Criteo display advertising: label, 13 numbers and 26 categories hashed to hexadecimal numbers, an impression a line.

With a heading (Label,I1..I13,C1..C26, with or without Id) or, as in the published files, without one and tabs between.
"""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces.source import Source, heading
from shardsim_tools.traces.tables import row_counts
from shardsim_tools.traces.trace import Records, Trace

ABOUT = "Criteo click logs: TSV or CSV with 26 hashed categories; one lookup in each of the tables C1 to C26"
OPTIONS: dict[str, Any] = {"rows": None}
LICENCE = "Criteo's terms of the data set; no redistribution without permission"
TABLES = [f"C{i}" for i in range(1, 27)]
HEX = re.compile(r"[0-9a-fA-F]{1,15}", re.ASCII)
WIDTHS = (40, 39)  # with the label; the published test set has none


def _delimiter(source: Source) -> str:
    return "\t" if "\t" in source.head_lines()[0] else ","


def _has_heading(source: Source) -> bool:
    return {"c1", "c26"} <= set(heading(source, _delimiter(source)))


def matches(source: Source) -> bool:
    if _has_heading(source):
        return True
    cells = heading(source, "\t")
    return len(cells) in WIDTHS and all(not cell or HEX.fullmatch(cell) for cell in cells[-26:])


def read(source: Source, o: SimpleNamespace) -> Trace:
    counts = row_counts(o.rows, TABLES, every=True)
    remarks = {
        "rows": "the hashed value modulo the table's rows, as --rows gives them"
        if o.rows
        else "the hashed value itself",
        "absent": "a missing value is no lookup",
    }
    tables = [(name, counts.get(name)) for name in TABLES]
    return Trace(_records(source, counts), "rows", tables, has_times=False, remarks=remarks)


def _bare(source: Source) -> Iterator[list[str]]:
    for row in source.cells("\t"):
        if len(row) not in WIDTHS:
            raise source.bad(
                f"has {len(row)} columns; 40 are wanted (label, 13 numbers, 26 categories), or 39 without label"
            )
        yield row[-26:]


def _records(source: Source, counts: dict[str, int]) -> Records:
    rows = source.columns(TABLES, _delimiter(source)) if _has_heading(source) else _bare(source)
    sizes = [counts.get(name, 2**63) for name in TABLES]
    for cells in rows:
        content = {}
        for name, cell, size in zip(TABLES, cells, sizes):
            if not cell:
                continue
            if not HEX.fullmatch(cell):
                raise source.bad(
                    f"{name} is {cell[:40]!r}; a hexadecimal number of up to 15 digits or nothing is wanted"
                )
            content[name] = [int(cell, 16) % size]
        yield None, None, content
