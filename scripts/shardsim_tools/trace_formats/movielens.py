# SPDX-License-Identifier: Apache-2.0
"""Interactions of users with items in RecBole's atomic files (.inter), as MovieLens's ratings: arrivals and rows."""

from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces import values
from shardsim_tools.traces.errors import shown
from shardsim_tools.traces.source import Source, heading
from shardsim_tools.traces.tables import row_counts
from shardsim_tools.traces.trace import Records, Trace

ABOUT = "RecBole .inter with timestamps (MovieLens): a request an interaction; tables user and item"
OPTIONS: dict[str, Any] = {"rows": None, "time_unit": "s"}
LICENCE = "of MovieLens, GroupLens's terms: no redistribution without permission"
COLUMNS = {"user_id:token": "user", "item_id:token": "item", "timestamp:float": None}


def matches(source: Source) -> bool:
    return {"user_id:token", "item_id:token"} <= set(heading(source, "\t"))


def read(source: Source, o: SimpleNamespace) -> Trace:
    counts = row_counts(o.rows, ["user", "item"])
    remarks = {"arrivals": "the interactions, sorted; several may have the same time, as the source has it"}
    tables = [(name, counts.get(name)) for name in ("user", "item")]
    return Trace(_records(source, counts, values.UNITS[o.time_unit]), "rows", tables, sort=True, remarks=remarks)


def _records(source: Source, counts: dict[str, int], unit: int) -> Records:
    most = {name: counts.get(name, 2**63) - 1 for name in ("user", "item")}
    lines = source.said()
    names = next(lines).strip().split("\t")
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise source.bad(f"the heading has no column {missing[0]!r}; it is {shown(','.join(names))}")
    user, item, time = (names.index(name) for name in COLUMNS)
    for line in lines:
        cells = line.split("\t")
        if len(cells) != len(names):
            raise source.bad(f"has {len(cells)} columns, the heading {len(names)}; the file may be cut short")
        content = {
            "user": [values.whole(cells[user], source, "user_id", 0, most["user"])],
            "item": [values.whole(cells[item], source, "item_id", 0, most["item"])],
        }
        yield values.picoseconds(cells[time], source, "timestamp", unit), None, content
