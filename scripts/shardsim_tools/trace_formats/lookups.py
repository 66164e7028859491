# SPDX-License-Identifier: Apache-2.0
"""A stream of lookups: CSV with request, table and row; the rows of a request stand together. For data of one's own."""

from collections.abc import Iterator
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces import values
from shardsim_tools.traces.source import Source, heading
from shardsim_tools.traces.tables import row_counts
from shardsim_tools.traces.trace import Records, Trace

ABOUT = "lookups, one a line: CSV with request, table, row; requests are numbers that rise"
OPTIONS: dict[str, Any] = {"rows": None}
COLUMNS = ["request", "table", "row"]
MOST_TABLES = 100_000


def matches(source: Source) -> bool:
    return set(COLUMNS) <= set(heading(source))


def read(source: Source, o: SimpleNamespace) -> Trace:
    names = _tables(source)
    counts = row_counts(o.rows, names)
    tables = [(name, counts.get(name)) for name in names]
    remarks = {"requests": "a request is as the source numbers it; numbers it skips are no requests"}
    return Trace(_records(source, counts), "rows", tables, has_times=False, remarks=remarks)


def _tables(source: Source) -> list[str]:
    """The header comes before the records, so that the file is read twice."""
    names = {}
    for (name,) in source.columns(["table"]):
        if name.strip() not in names:
            if not name.strip():
                raise source.bad("table is empty; a name is wanted")
            names[name.strip()] = True
            if len(names) > MOST_TABLES:
                raise source.bad(f"is the table number {MOST_TABLES + 1}; a table a line looks like a mistake")
    return list(names)


def _rows(source: Source, most: dict[str, int]) -> Iterator[tuple[int, str, int]]:
    last = -1
    for request, table, row in source.columns(COLUMNS):
        number = values.whole(request, source, "request")
        if number < last:
            raise source.bad(f"is of request {number}, after request {last}; the rows of a request must stand together")
        if number > last + 1 >= 1:
            source.note(f"the source skips request numbers, the first is {last + 1}")
        last = number
        name = table.strip()
        yield number, name, values.whole(row, source, f"row of table {name}", 0, most.get(name, 2**63) - 1)


def _records(source: Source, counts: dict[str, int]) -> Records:
    for _, rows in groupby(_rows(source, counts), key=lambda row: row[0]):
        content: dict[str, list[int]] = {}
        for _, table, row in rows:
            content.setdefault(table, []).append(row)
        yield None, None, content
