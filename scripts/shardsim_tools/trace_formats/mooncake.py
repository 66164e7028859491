# SPDX-License-Identifier: Apache-2.0
"""Mooncake trace: JSON Lines with timestamp (ms), input_length, output_length and hash_ids, blocks of the prompt."""

import json
from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces import values
from shardsim_tools.traces.source import Source
from shardsim_tools.traces.trace import Records, Trace

ABOUT = "Mooncake trace: JSON Lines with timestamp (ms) and hash_ids; rows of the table block"
OPTIONS: dict[str, Any] = {"items_column": None}
TABLE = "block"
MOST_ITEMS = 1_000_000


def matches(source: Source) -> bool:
    first = next((line for line in source.head_lines() if line.strip()), "").lstrip()
    return first.startswith("{") and '"hash_ids"' in first and '"timestamp"' in first


def read(source: Source, o: SimpleNamespace) -> Trace:
    remarks = {
        "rows": "hash_ids, the numbers of cached blocks of a language model's prompt, not rows of an embedding table"
    }
    if o.items_column:
        remarks["items"] = f"{o.items_column}; tokens of a language model are not items that a recommender ranks"
    return Trace(_records(source, o.items_column), "rows", [(TABLE, None)], bool(o.items_column), remarks=remarks)


def _records(source: Source, items: str | None) -> Records:
    for line in source.said():
        record = _parsed(line, source)
        time = record.get("timestamp")
        if isinstance(time, bool) or not isinstance(time, (int, float)):
            raise source.bad("has no timestamp that is a number (of ms)")
        ids = record.get("hash_ids")
        if not isinstance(ids, list) or not all(type(i) is int and 0 <= i < 2**63 for i in ids):
            raise source.bad("has no hash_ids that are a list of whole numbers of at least 0")
        count = values.whole(str(record.get(items)), source, items, 1, MOST_ITEMS) if items else None
        content = {TABLE: ids} if ids else {}
        yield values.picoseconds(str(time), source, "timestamp", values.UNITS["ms"]), count, content


def _parsed(line: str, source: Source) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise source.bad("is no JSON object; the file may be cut short")
    return record
