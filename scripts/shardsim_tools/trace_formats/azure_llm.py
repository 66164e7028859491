# SPDX-License-Identifier: Apache-2.0
"""Azure LLM inference trace: TIMESTAMP,ContextTokens,GeneratedTokens, one request a line."""

from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces import values
from shardsim_tools.traces.source import Source, heading
from shardsim_tools.traces.trace import Records, Trace

ABOUT = "Azure LLM inference trace: CSV with TIMESTAMP, ContextTokens, GeneratedTokens"
OPTIONS: dict[str, Any] = {"items_column": None}
LICENCE = "CC-BY-4.0, as published in Azure/AzurePublicDataset"
MOST_ITEMS = 1_000_000


def matches(source: Source) -> bool:
    return {"timestamp", "contexttokens"} <= set(heading(source))


def read(source: Source, o: SimpleNamespace) -> Trace:
    remarks = {}
    if o.items_column:
        remarks[
            "items"
        ] = f"the column {o.items_column}; tokens of a language model are not items that a recommender ranks"
    return Trace(_records(source, o.items_column), has_items=bool(o.items_column), remarks=remarks)


def _records(source: Source, column: str | None) -> Records:
    for time, *items in source.columns(["TIMESTAMP"] + ([column] if column else [])):
        count = values.whole(items[0], source, column, 1, MOST_ITEMS) if column else None
        yield values.instant(time, source, "TIMESTAMP"), count, None
