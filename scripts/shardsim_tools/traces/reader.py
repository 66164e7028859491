# SPDX-License-Identifier: Apache-2.0
"""Traces in their text form (docs/traces.md), read record by record."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from .errors import BadInput, shown
from .source import Source
from .values import LARGEST, UNITS

HEADER_KEYS = {"format", "version", "time_unit", "items", "detail", "tables", "provenance", "estimate"}
DETAIL_KEY = {"none": None, "counts": "lookups", "rows": "rows"}


class TraceFile:
    """`tables` are (name, rows or None). Iterating reads the file from its start, each time anew."""

    def __init__(self, path: Path) -> None:
        self.source = Source(path)
        header = self._header()
        self.unit = UNITS[header["time_unit"]]
        self.has_items = bool(header.get("items", False))
        self.detail = header.get("detail", "none")
        self.tables = [(table["name"], table.get("rows")) for table in header.get("tables", [])]
        self.provenance = header.get("provenance", {})

    def __iter__(self) -> Iterator[tuple[int, int | None, dict[str, Any] | None]]:
        """(picoseconds, items or None, content by table or None)."""
        lines = self.source.said()
        next(lines)
        names = {name for name, _ in self.tables}
        last = 0
        for line in lines:
            record = self._object(line, "a record")
            time = self._time(record)
            if time < last:
                raise self.source.bad("its t is before the t of the record before it")
            last = time
            yield time, self._items(record), self._content(record, names)

    def _object(self, line: str, what: str) -> dict[str, Any]:
        try:
            value = json.loads(line, parse_float=Decimal, parse_constant=_refused)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise self.source.bad(f"is no JSON object; {what} of a trace (docs/traces.md) is wanted")
        return value

    def _header(self) -> dict[str, Any]:
        if self.source.head.startswith(b"SSTRACE"):
            raise BadInput("is a compact trace; `shardsim trace convert` makes it text", self.source.path)
        header = self._object(next(self.source.said()), "the header")
        tables = header.get("tables", [])
        checks = [
            (
                header.get("format") == "shardsim-trace",
                "has no format 'shardsim-trace'; scripts/convert_trace.py makes one",
            ),
            (header.get("version") == 1, f"is of version {shown(header.get('version'))}; 1 is known here"),
            (set(header) <= HEADER_KEYS, f"has an unknown key {min(set(header) - HEADER_KEYS, default='')!r}"),
            (
                header.get("time_unit") in UNITS,
                f"time_unit is {shown(header.get('time_unit'))}; {', '.join(UNITS)} are known",
            ),
            (
                header.get("detail", "none") in DETAIL_KEY,
                f"detail is {shown(header.get('detail'))}; none, counts or rows",
            ),
            (_are_tables(tables), "tables must be objects with a name of their own each"),
            (bool(tables) != (header.get("detail", "none") == "none"), "detail and tables do not fit each other"),
            (isinstance(header.get("provenance", {}), dict), "provenance is no object"),
        ]
        for fine, message in checks:
            if not fine:
                raise self.source.bad(f"the header {message}", 1)
        return header

    def _time(self, record: dict[str, Any]) -> int:
        time = record.get("t")
        if isinstance(time, bool) or not isinstance(time, (int, Decimal)) or not 0 <= time * self.unit <= LARGEST:
            raise self.source.bad(f"t is {shown(time)}; a number of at least 0 in the header's time_unit is wanted")
        return int((time * self.unit).to_integral_value()) if isinstance(time, Decimal) else time * self.unit

    def _items(self, record: dict[str, Any]) -> int | None:
        items = record.get("items")
        if self.has_items and not (type(items) is int and 1 <= items <= 1_000_000):
            raise self.source.bad(f"items is {shown(items)}; a whole number from 1 to 1000000 is wanted")
        return items if self.has_items else None

    def _content(self, record: dict[str, Any], names: set[str]) -> dict[str, Any] | None:
        key = DETAIL_KEY[self.detail]
        content = record.get(key) if key else None
        if not key:
            return None
        if not isinstance(content, dict):
            raise self.source.bad(f"has no {key} by table")
        for name, value in content.items():
            if name not in names:
                raise self.source.bad(f"{key} name {shown(name)}, which the header does not")
            if not (isinstance(value, list) if key == "rows" else type(value) is int and value >= 0):
                raise self.source.bad(f"{key} of {name!r} are {shown(value)}")
        return content

    def counts(self) -> Iterator[dict[str, int]]:
        """The lookups in each table, of each record."""
        for _, _, content in self:
            yield {name: len(value) if self.detail == "rows" else value for name, value in (content or {}).items()}


def _refused(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def _are_tables(tables: object) -> bool:
    if not isinstance(tables, list) or not all(isinstance(t, dict) and isinstance(t.get("name"), str) for t in tables):
        return False
    return len({table["name"] for table in tables}) == len(tables)
