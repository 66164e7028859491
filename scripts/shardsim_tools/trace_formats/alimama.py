# SPDX-License-Identifier: Apache-2.0
"""Alimama display advertising as the DMR model takes it: 267 columns without a heading, a request a line.

50 positions of history each of btag, category and brand, their mask and match mask, then user, ad, price, pid, label.
"""

from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces import values
from shardsim_tools.traces.source import Source
from shardsim_tools.traces.trace import Records, Trace

ABOUT = "Alimama display advertising for DMR: CSV of 267 columns without a heading"
OPTIONS: dict[str, Any] = {}
LICENCE = "Alimama/Tianchi's terms of the data set; no redistribution without permission"
HISTORY = 50
MASK = 3 * HISTORY
SINGLE = 5 * HISTORY
WIDTH = SINGLE + 17
# Rows as in the source's own configuration (PaddlePaddle/PaddleRec, models/rank/dmr/config.yaml).
ROWS = {
    "btag": 5, "cate": 12978, "brand": 461529, "uid": 1141730, "cms_segid": 97, "cms_group_id": 13,
    "final_gender_code": 3, "age_level": 7, "pvalue_level": 4, "shopping_level": 4, "occupation": 3,
    "new_user_class_level": 5, "adgroup_id": 846812, "campaign_id": 423437, "customer": 255876, "pid": 2,
}  # fmt: skip
COLUMNS = [
    "uid", "cms_segid", "cms_group_id", "final_gender_code", "age_level", "pvalue_level", "shopping_level",
    "occupation", "new_user_class_level", "adgroup_id", "cate", "campaign_id", "customer", "brand", None, "pid", None,
]  # fmt: skip


def matches(source: Source) -> bool:
    return len(source.head_lines()[0].split(",")) == WIDTH


def read(source: Source, o: SimpleNamespace) -> Trace:
    remarks = {
        "history": "positions whose mask is 0 are left out",
        "tables": "the ad's category and brand are rows of the history's tables; price is no lookup",
    }
    return Trace(_records(source), "rows", list(ROWS.items()), has_times=False, remarks=remarks)


def _records(source: Source) -> Records:
    for row in source.cells():
        if len(row) != WIDTH:
            raise source.bad(f"has {len(row)} columns; {WIDTH} are wanted; the file may be cut short")
        content: dict[str, list[int]] = {}
        for i in range(HISTORY):
            if not values.whole(row[MASK + i], source, f"column {MASK + i + 1} (mask)", 0, 1):
                continue
            for part, table in enumerate(("btag", "cate", "brand")):
                _add(content, table, row, part * HISTORY + i, source)
        for i, name in enumerate(COLUMNS):
            if name:
                _add(content, name, row, SINGLE + i, source)
        yield None, None, content


def _add(content: dict[str, list[int]], table: str, row: list[str], column: int, source: Source) -> None:
    value = values.whole(row[column], source, f"column {column + 1} ({table})", 0, ROWS[table] - 1)
    content.setdefault(table, []).append(value)
