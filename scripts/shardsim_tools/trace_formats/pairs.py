# SPDX-License-Identifier: Apache-2.0
"""Interactions of users with items, one a line: user, item, perhaps a rating, perhaps a time (MovieLens, Amazon, ...).

Between them are commas, tabs, blanks or `::`. Names that are no numbers get numbers in the order of their first line.
"""

import re
from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces import values
from shardsim_tools.traces.source import Source
from shardsim_tools.traces.tables import row_counts
from shardsim_tools.traces.trace import Records, Trace

ABOUT = "user-item pairs: user, item[, rating[, time]] a line, with or without a heading; tables user and item"
OPTIONS: dict[str, Any] = {"rows": None, "time_unit": "s"}
TABLES = ["user", "item"]
USER = {"user", "userid", "user_id", "uid", "reviewerid", "reviewer_id", "visitorid"}
ITEM = {"item", "itemid", "item_id", "iid", "movieid", "movie_id", "asin", "product_id", "productid", "parent_asin"}
TIME = {"timestamp", "time", "ts", "unixreviewtime"}
BETWEEN = ("::", ",", "\t", ";", None)  # None: blanks
EPOCH = 10**8  # numbers above are times


def matches(source: Source) -> bool:
    lines = [line for line in source.head_lines()[:50] if line.strip()]
    rows = [_cells(line, _between(lines[0])) for line in lines]
    if _places(rows[0]):
        return True
    if {len(row) for row in rows} not in ({3}, {4}) or not all(values.NUMBER.fullmatch(row[2]) for row in rows):
        return False  # two numbers a line may be anything
    ids = all(re.fullmatch(r"\w+", cell, re.ASCII) for row in rows for cell in row[:2])
    return ids and len(rows[0]) == 4 and all(_is_epoch(row[3]) for row in rows)


def _between(line: str) -> str | None:
    return next(mark for mark in BETWEEN if mark is None or mark in line)


def _cells(line: str, between: str | None) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(between)]


def _is_epoch(cell: str) -> bool:
    return bool(values.NUMBER.fullmatch(cell)) and float(cell) > EPOCH


def _places(cells: list[str]) -> tuple[int, int, int | None] | None:
    """Columns of user, item and time (None: no time), if it is a heading."""
    names = [cell.lower() for cell in cells]

    def place(known: Collection[str]) -> int | None:
        return next((i for i, name in enumerate(names) if name in known), None)

    user, item = place(USER), place(ITEM)
    return None if user is None or item is None else (user, item, place(TIME))


def read(source: Source, o: SimpleNamespace) -> Trace:
    first = next(line for line in source.head_lines() if line.strip())
    between = _between(first)
    cells = _cells(first, between)
    headed = _places(cells)
    places = headed or (0, 1, 3 if len(cells) > 3 and _is_epoch(cells[3]) else None)
    if len(cells) < 2:
        raise source.bad(f"is {first[:40]!r}; a user and an item are wanted in each line", 1)
    counts = row_counts(o.rows, TABLES)
    named = [n for n, place in zip(TABLES, places[:2]) if not _all_numbers(source, between, place, bool(headed))]
    remarks = {"requests": "an interaction each; a rating is left out"}
    if named:
        remarks[
            "rows"
        ] = f"of {' and '.join(named)}: numbered in the order of their first interaction, as they are no numbers"
    tables = [(name, counts.get(name)) for name in TABLES]
    records = _records(source, between, places, bool(headed), counts, named, values.UNITS[o.time_unit])
    timed = places[2] is not None
    return Trace(records, "rows", tables, has_times=timed, sort=timed, remarks=remarks)


def _all_numbers(source: Source, between: str | None, place: int, headed: bool) -> bool:
    for line in [line for line in source.head_lines() if line.strip()][headed:]:
        cells = _cells(line, between)
        if place < len(cells) and not (cells[place].isascii() and cells[place].isdigit()):
            return False
    return True


def _records(
    source: Source,
    between: str | None,
    places: tuple[int, int, int | None],
    headed: bool,
    counts: dict[str, int],
    named: list[str],
    unit: int,
) -> Records:
    numbers: dict[str, dict[str, int]] = {name: {} for name in named}
    lines = source.said()
    if headed:
        next(lines)
    for line in lines:
        cells = _cells(line, between)
        if len(cells) <= max(place for place in places if place is not None):
            raise source.bad(f"has {len(cells)} columns; the file may be cut short")
        content = {}
        for name, place in zip(TABLES, places[:2]):
            if name in named:
                row = numbers[name].setdefault(cells[place], len(numbers[name]))
                if row >= counts.get(name, 2**63):
                    raise source.bad(f"is {name} number {row}, which --rows gives {counts[name]} rows")
            else:
                row = values.whole(cells[place], source, name, 0, counts.get(name, 2**63) - 1)
            content[name] = [row]
        time = None if places[2] is None else values.instant(cells[places[2]], source, "the time", unit)
        yield time, None, content
