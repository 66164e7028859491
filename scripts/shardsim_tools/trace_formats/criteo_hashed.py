# SPDX-License-Identifier: Apache-2.0
"""Criteo impressions hashed to rows of one table: `feat_idx:N ... feat_value:X ... label:L` a line."""

from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces import values
from shardsim_tools.traces.source import Source
from shardsim_tools.traces.tables import row_counts
from shardsim_tools.traces.trace import Records, Trace

ABOUT = "Criteo impressions as rows of one table: feat_idx:N feat_value:X ... a line"
OPTIONS: dict[str, Any] = {"rows": None}
LICENCE = "Criteo's terms of the data set; no redistribution without permission"
TABLE = "feat_idx"
IGNORED = {"feat_value", "label"}


def matches(source: Source) -> bool:
    return source.head_lines()[0].lstrip().startswith("feat_idx:")


def read(source: Source, o: SimpleNamespace) -> Trace:
    rows = row_counts(o.rows, [TABLE]).get(TABLE)
    remarks = {"rows": "every feat_idx is a lookup, row 0 included, which the source uses for missing values too"}
    return Trace(_records(source, rows), "rows", [(TABLE, rows)], has_times=False, remarks=remarks)


def _records(source: Source, rows: int | None) -> Records:
    for line in source.said():
        found = []
        for word in line.split():
            field, colon, value = word.partition(":")
            if colon and field == TABLE:
                found.append(values.whole(value, source, field, 0, (rows or 2**63) - 1))
            elif not colon or field not in IGNORED:
                raise source.bad(f"holds {word[:40]!r}; feat_idx:N, feat_value:X and label:L are known")
        if not found:
            raise source.bad("has no feat_idx; the file may be cut short")
        yield None, None, {TABLE: found}
