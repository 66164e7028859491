# SPDX-License-Identifier: Apache-2.0
"""Maps of Rocketfuel, in both forms that ns-3 reads. Each link stands there in both directions, and is one cable.

weights: two nodes and a number a line. The number is a weight of routing; in a latencies file it is a time, which
--default latency-unit=ms takes.

maps (.cch): "uid @place [+] [bb] (neighbours) [&externals] -> <uid> ... {-uid} ... =name rN" a line. As in ns-3, only
routers of radius 0 (r0) bring links, and those to other networks ({-uid}) are left out.
"""

import re
from collections.abc import Iterator

from .graph import Graph
from .source import BadInput, Source, lines

NAME = "rocketfuel"
TITLE = "Rocketfuel map"
ABOUT = "Rocketfuel weights, latencies and maps (.cch), as ns-3 reads them"
WEIGHT = re.compile(r"\s*(\S+)\s+(\S+)\s+(\d+\.?\d*|\.\d+)\s*")
MAP = re.compile(
    r"\s*(?P<uid>-?\d+)\s+@\S*\s+(\+\s*)?(bb\s*)?\(\d+\)\s+(&\d+\s+)?->\s*(?P<near>(<\d+>\s*)*)(?P<other>(\{-?\d+\}\s*)*)"
    r"=\S+\s+r(?P<radius>\d+)\s*"
)
EXTERNAL = re.compile(r"\s*-\d+\s+=\S+\s+r\d+\s*")  # a router of another network


def matches(source: Source) -> bool:
    rows = [row for _, row in zip(range(100), (r for r in source.text.splitlines() if r.strip()))]
    return bool(rows) and (all(map(WEIGHT.fullmatch, rows)) or bool(MAP.fullmatch(rows[0])))


def read(source: Source, graph: Graph) -> None:
    graph.unsaid = (
        "Rocketfuel gives weights of routing without a unit, or only who joins whom (a latencies file gives times: "
        "--default latency-unit=ms takes them)"
    )
    first = next(row for row in source.text.splitlines() if row.strip())
    pairs = _map(source) if MAP.fullmatch(first) else _weights(source)
    seen, listed = set(), 0
    for line, a, b, number in pairs:
        for name in (a, b):
            if not graph.has(name):
                graph.node(name, None, line)
        listed += 1
        if (b, a) not in seen:
            graph.link(a, b, None, graph.plain_latency(number, line, "the latency") if number else None, line)
        seen.add((a, b))
    both = listed - len(graph.links)
    if both and not source.findings:
        source.note(f"{both} links stand in both directions: a cable each")


def _weights(source: Source) -> Iterator[tuple[int, str, str, str | None]]:
    for line, words in lines(source.text):
        row = " ".join(words)
        match = WEIGHT.fullmatch(row)
        if not match:
            raise BadInput(line, f"is {row[:60]!r}; two nodes and a weight are wanted")
        yield line, match[1], match[2], match[3]


def _map(source: Source) -> Iterator[tuple[int, str, str, str | None]]:
    outside = beyond = 0
    for line, row in enumerate(source.text.splitlines(), 1):
        if not row.strip() or EXTERNAL.fullmatch(row):
            continue
        match = MAP.fullmatch(row)
        if not match:
            raise BadInput(line, f"is {row.strip()[:60]!r}; a map has: uid @place (neighbours) -> <uid> ... =name rN")
        outside += match["other"].count("{")
        if match["radius"] != "0":
            beyond += 1
            continue
        for other in re.findall(r"\d+", match["near"]):
            yield line, match["uid"], other, None
    if outside or beyond:
        source.note(f"left out as in ns-3: {outside} links to other networks, {beyond} routers outside of radius 0")
