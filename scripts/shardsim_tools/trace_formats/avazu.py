# SPDX-License-Identifier: Apache-2.0
"""Avazu click-through: CSV with id, click, hour (YYMMDDHH) and 21 categories, some hashed to hexadecimal numbers.

The source says only the hour of an impression: those of an hour are spread evenly over it, in their order.
"""

from collections.abc import Iterator
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces import values
from shardsim_tools.traces.source import Source, heading
from shardsim_tools.traces.tables import row_counts
from shardsim_tools.traces.trace import Records, Trace

ABOUT = "Avazu click logs: CSV with id, click, hour and 21 categories, a table each; spread evenly over the hours"
OPTIONS: dict[str, Any] = {"rows": None}
LICENCE = "Avazu's terms of the data set (Kaggle); no redistribution without permission"
TABLES = [
    "C1", "banner_pos", "site_id", "site_domain", "site_category", "app_id", "app_domain", "app_category", "device_id",
    "device_ip", "device_model", "device_type", "device_conn_type", *(f"C{i}" for i in range(14, 22)),
]  # fmt: skip
HASHED = {
    "site_id", "site_domain", "site_category", "app_id", "app_domain", "app_category", "device_id", "device_ip",
    "device_model",
}  # fmt: skip
HOUR = 3600 * values.SECOND


def matches(source: Source) -> bool:
    return {"hour", "device_id", "c21"} <= set(heading(source))


def read(source: Source, o: SimpleNamespace) -> Trace:
    counts = row_counts(o.rows, TABLES, every=True)
    remarks = {
        "arrivals": "the source says the hour only: the impressions of an hour are spread evenly over it",
        "rows": "the value modulo the table's rows, as --rows gives them" if o.rows else "the value itself; -1 is no lookup",
    }  # fmt: skip
    tables = [(name, counts.get(name)) for name in TABLES]
    return Trace(_records(source, counts), "rows", tables, sort=True, remarks=remarks)


def _stamps(source: Source) -> Iterator[int]:
    for (stamp,) in source.columns(["hour"]):
        yield values.instant(stamp, source, "hour", form="%y%m%d%H")


def _records(source: Source, counts: dict[str, int]) -> Records:
    many = {hour: sum(1 for _ in same) for hour, same in groupby(_stamps(source))}  # the file is read twice
    seen = dict.fromkeys(many, 0)
    for stamp, *cells in source.columns(["hour", *TABLES]):
        hour = values.instant(stamp, source, "hour", form="%y%m%d%H")
        content = {
            name: [row] for name, cell in zip(TABLES, cells) if (row := _row(name, cell, counts, source)) is not None
        }
        yield hour + HOUR * seen[hour] // many[hour], None, content
        seen[hour] += 1


def _row(name: str, cell: str, counts: dict[str, int], source: Source) -> int | None:
    cell = cell.strip()
    if cell in ("", "-1"):
        return None
    try:
        row = int(cell, 16 if name in HASHED else 10)
    except ValueError:
        row = -1
    if row < 0:
        kind = "a hexadecimal" if name in HASHED else "a whole"
        raise source.bad(f"{name} is {cell[:40]!r}; {kind} number is wanted")
    return row % counts.get(name, 2**63)
