# SPDX-License-Identifier: Apache-2.0
"""Streams of `table:row` words, a request a line, as libsvm and slot files are: user:17 item:4 item:9 ..."""

from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces import words
from shardsim_tools.traces.source import Source
from shardsim_tools.traces.trace import Trace

ABOUT = "slot files: table:row ... a line (slot:feature); what is no whole number is left out, as is label"
OPTIONS: dict[str, Any] = {"rows": None}


def matches(source: Source) -> bool:
    pairs = words.head_pairs(source)
    named = any(not left.isdigit() for left, _ in pairs)
    known = any(left in ("feat_idx", "userid") for left, _ in pairs)  # formats of their own
    return bool(pairs) and named and not known and any(right.isdigit() for _, right in pairs)


def read(source: Source, o: SimpleNamespace) -> Trace:
    return words.read(source, o.rows, table_first=True)
