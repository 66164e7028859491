# SPDX-License-Identifier: Apache-2.0
"""Bags: a user and the items that go with it, all numbers, a line each (`user id id ...`); one request a line."""

from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces import values
from shardsim_tools.traces.source import Source
from shardsim_tools.traces.tables import row_counts
from shardsim_tools.traces.trace import Records, Trace

ABOUT = "bags: user id id ... a line, whole numbers; a request a line, tables user and item"
OPTIONS: dict[str, Any] = {"rows": None}
TABLES = ["user", "item"]


def matches(source: Source) -> bool:
    """Lines of unlike lengths; else they might be pairs, or the edges of a graph."""
    lines = [line.split() for line in source.head_lines()[:50] if line.strip()]
    numbers = all(word.isascii() and word.isdigit() for words in lines for word in words)
    return numbers and len({len(words) for words in lines}) > 1 and max(len(words) for words in lines) > 2


def read(source: Source, o: SimpleNamespace) -> Trace:
    counts = row_counts(o.rows, TABLES)
    remarks = {"requests": "a line each; a user without items looks up its own row only"}
    tables = [(name, counts.get(name)) for name in TABLES]
    return Trace(_records(source, counts), "rows", tables, has_times=False, remarks=remarks)


def _records(source: Source, counts: dict[str, int]) -> Records:
    most = {name: counts.get(name, 2**63) - 1 for name in TABLES}
    for line in source.said():
        user, *items = line.split()
        content = {"user": [values.whole(user, source, "the user", 0, most["user"])]}
        if items:
            content["item"] = [values.whole(item, source, "an item", 0, most["item"]) for item in items]
        yield None, None, content
