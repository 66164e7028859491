# SPDX-License-Identifier: Apache-2.0
"""Times of arrival, one a line: a column of a CSV file (comma, semicolon or tab), as dates or as numbers."""

from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces import values
from shardsim_tools.traces.errors import BadInput
from shardsim_tools.traces.source import Source, delimiter_of, heading
from shardsim_tools.traces.trace import Records, Trace

ABOUT = "arrivals, one a line: --time-column of a CSV file, dates or numbers; other columns are left out"
OPTIONS: dict[str, Any] = {"time_column": None, "time_format": None, "time_unit": "s", "items_column": None}
USUAL = {"timestamp", "time", "datetime", "date", "arrival_s", "arrival_time", "request_time", "ts"}
MOST_ITEMS = 1_000_000


def matches(source: Source) -> bool:
    """A heading in which one column is called a time, and its first value is one; no more, as many files have times."""
    cells = heading(source, delimiter_of(source))
    return len(cells) == 1 and cells[0] in USUAL and len(source.head_lines()) > 1


def read(source: Source, o: SimpleNamespace) -> Trace:
    delimiter = delimiter_of(source)
    column = o.time_column or next((c for c in heading(source, delimiter) if c in USUAL), None)
    if column is None:
        raise BadInput("has no column that is called a time; --time-column names it", source.path)
    remarks = {"arrivals": f"the column {column}; several may have the same time, as the source has it"}
    if o.items_column:
        remarks["items"] = f"the column {o.items_column}"
    records = _records(source, o, column, delimiter)
    return Trace(records, has_items=bool(o.items_column), remarks=remarks)


def _records(source: Source, o: SimpleNamespace, column: str, delimiter: str) -> Records:
    unit = values.UNITS[o.time_unit]
    for time, *items in source.columns([column, *([o.items_column] if o.items_column else [])], delimiter):
        count = values.whole(items[0], source, o.items_column, 1, MOST_ITEMS) if items else None
        yield values.instant(time, source, column, unit, o.time_format), count, None
