# SPDX-License-Identifier: Apache-2.0
"""Amazon Electronics as the DIN and BST models take it: `field:row` pairs, a request a line; long histories too."""

from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces import values
from shardsim_tools.traces.source import Source
from shardsim_tools.traces.trace import Records, Trace

ABOUT = "Amazon Electronics for DIN and BST: userid:N history:N ... target:N a line"
OPTIONS: dict[str, Any] = {}
# Rows as in the source's own configuration (PaddlePaddle/PaddleRec, models/rank/bst).
ROWS = {"userid": 192403, "item": 63001, "category": 801, "position": 5001}
TABLE_OF = {
    "userid": "userid",
    "history": "item",
    "target": "item",
    "cate": "category",
    "target_cate": "category",
    "position": "position",
    "target_position": "position",
}


def matches(source: Source) -> bool:
    first = source.head_lines()[0]
    return first.lstrip().startswith("userid:") and " history:" in first


def read(source: Source, o: SimpleNamespace) -> Trace:
    remarks = {"tables": "history and target share a table, as do their categories and their positions"}
    return Trace(_records(source), "rows", list(ROWS.items()), has_times=False, remarks=remarks)


def _records(source: Source) -> Records:
    for line in source.said():
        content: dict[str, list[int]] = {}
        for word in line.split():
            field, colon, value = word.partition(":")
            if field == "label":
                continue
            if not colon or field not in TABLE_OF:
                raise source.bad(f"holds {word[:40]!r}; label and {', '.join(TABLE_OF)} are known, as in history:17704")
            table = TABLE_OF[field]
            content.setdefault(table, []).append(values.whole(value, source, field, 0, ROWS[table] - 1))
        if "item" not in content:
            raise source.bad("has neither history nor target; the file may be cut short")
        yield None, None, content
