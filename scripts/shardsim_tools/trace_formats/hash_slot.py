# SPDX-License-Identifier: Apache-2.0
"""Streams of `hash:slot` words, a request a line, perhaps after plain numbers (show, click): 1 0 7712384:23 441:24 ..."""

from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces import words
from shardsim_tools.traces.source import Source
from shardsim_tools.traces.trace import Trace

ABOUT = "slot files the other way round: hash:slot ... a line; a table a slot, rows are hashes (modulo --rows)"
OPTIONS: dict[str, Any] = {"rows": None}


def matches(source: Source) -> bool:
    """Numbers on both sides, of which the right ones, the slots, are few: libsvm's index:value has them many."""
    pairs = words.head_pairs(source)
    if len(pairs) < 4 or not all(left.isdigit() and right.isdigit() for left, right in pairs):
        return False
    hashes, slots = {left for left, _ in pairs}, {right for _, right in pairs}
    return "0" not in slots and max(map(int, hashes)) > 100 * max(map(int, slots)) and 2 * len(slots) <= len(pairs)


def read(source: Source, o: SimpleNamespace) -> Trace:
    return words.read(source, o.rows, table_first=False)
