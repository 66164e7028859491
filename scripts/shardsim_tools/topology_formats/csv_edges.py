# SPDX-License-Identifier: Apache-2.0
"""CSV edge list with a heading.

The two ends are the columns source and target (or src/dst, from/to, a/b, node1/node2). Optional columns: bandwidth
(capacity, rate, speed) and latency (delay), each value with a unit or the unit in the heading, as in bandwidth_Gbps
or "latency (us)"; name; and "arc exist" with 1 or 0, where 0 leaves the line out. Others are ignored.
"""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

from . import units
from .graph import Graph
from .source import BadInput, Source

NAME = "csv"
TITLE = "CSV"
ABOUT = "CSV edge list with a heading (source, target; optional bandwidth, latency, name)"

ENDS = [("source", "target"), ("src", "dst"), ("from", "to"), ("a", "b"), ("node1", "node2"), ("u", "v")]
BANDWIDTHS = {"bandwidth", "capacity", "rate", "speed"}
LATENCIES = {"latency", "delay"}
EXISTS = {"arcexist", "exists", "exist"}


def matches(source: Source) -> bool:
    return source.suffix in {".csv", ".tsv"}


def read(source: Source, graph: Graph) -> None:
    head = source.text[:4096].split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(source.text, newline=""), delimiter=delimiter, strict=True)
    graph.edge_list = True
    graph.unsaid = "no column of this CSV gives it"
    try:
        _rows(source, graph, reader)
    except csv.Error as error:
        raise BadInput(reader.line_num, f"not valid CSV: {error}") from None


def _rows(source: Source, graph: Graph, reader: Any) -> None:
    heading = [cell.strip() for cell in next(reader)]
    keys = [re.sub(r"[^a-z0-9]", "", cell.lower()) for cell in heading]
    ends = next(([a, b] for a, b in ENDS if a in keys and b in keys), None)
    if not ends:
        raise BadInput(1, f"the heading is {', '.join(heading)[:80]!r}; it needs two columns source and target")
    columns = _columns(source, heading, keys, ends)
    for row in reader:
        line = reader.line_num
        if not any(cell.strip() for cell in row):
            continue
        with source.gathering():
            if len(row) != len(heading):
                raise BadInput(line, f"has {len(row)} columns, the heading {len(heading)}; the file may be cut short")
            if "exists" not in columns or row[columns["exists"]].strip() != "0":
                _link(graph, columns, row, line, [row[keys.index(end)].strip() for end in ends])


def _link(graph: Graph, columns: dict[str, Any], row: list[str], line: int | None, ends: list[str]) -> None:
    for name in ends:
        if not graph.has(name):
            graph.node(name, None, line)
    cell = {key: row[i].strip() for key, i in columns.items() if not isinstance(i, tuple)}
    graph.link(
        ends[0], ends[1], _quantity(graph.plain_bandwidth, columns, "bandwidth", row, line),
        _quantity(graph.plain_latency, columns, "latency", row, line), line, cell.get("name") or None,
    )  # fmt: skip


def _columns(source: Source, heading: list[str], keys: list[str], ends: list[str]) -> dict[str, Any]:
    """name of a quantity -> (column, unit of the heading); others -> column."""
    columns: dict[str, Any] = {}
    ignored = []
    for i, (title, key) in enumerate(zip(heading, keys, strict=True)):
        parts = re.match(r"([A-Za-z]*)[ _(\[]*(.*?)[)\]]*$", title)
        word, unit = parts.groups() if parts else ("", "")
        if word.lower() in BANDWIDTHS and (not unit or unit in units.BANDWIDTH):
            columns.setdefault("bandwidth", (i, unit))
        elif word.lower() in LATENCIES and (not unit or unit in units.LATENCY):
            columns.setdefault("latency", (i, unit))
        elif key in EXISTS:
            columns.setdefault("exists", i)
        elif key == "name":
            columns.setdefault("name", i)
        elif key not in ends:
            ignored.append(title)
    if ignored:
        source.note(f"columns that are not read: {', '.join(ignored)[:200]}")
    return columns


def _quantity(
    parse: Callable[[str, int | None, str], str | None],
    columns: dict[str, Any],
    key: str,
    row: list[str],
    line: int | None,
) -> str | None:
    if key not in columns:
        return None
    column, unit = columns[key]
    text = row[column].strip()
    if not text:
        return None
    return parse(f"{text} {unit}" if unit and units.NUMBER.fullmatch(text) else text, line, key)
