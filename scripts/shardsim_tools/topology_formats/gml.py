# SPDX-License-Identifier: Apache-2.0
"""GML, with the attributes of the Internet Topology Zoo.

A node is called by its label, or by "label (id)" where several share one. Bandwidth is the first of: LinkSpeedRaw
(bits per second), LinkSpeed with LinkSpeedUnits, bandwidth, capacity, a LinkLabel that begins as "45 Mbps" does;
latency the first of latency, delay. Longitude and Latitude serve --latency-per-km. A node's kind or type says host or
switch. directed 1 makes links one-way. A file with several graphs, or with graphs inside of nodes, is refused.

NetworkX has a reader too. It names the line of a token that cannot be, but not of a node without an id or of an edge
with an unknown end; its graph has no lines, so that nothing found later could name one; it stops at the first error;
and it refuses parallel links and texts over two lines, and passes over nested graphs in silence.
"""

import html
import re
from collections import Counter
from decimal import Decimal
from typing import Any

from . import units
from .graph import Graph, is_host_of
from .source import BadInput, Source

NAME = "gml"
_Value = tuple[int, Any]  # line; a text, or a list
_List = list[tuple[str, _Value]]

TITLE = "GML"
ABOUT = "GML, with the attributes of the Internet Topology Zoo"
TOKEN = re.compile(r'\s+|#[^\n]*|"(?P<text>[^"]*)"|(?P<open>\[)|(?P<close>\])|(?P<word>[^\s\[\]"]+)')
LABEL = re.compile(r"\d+(\.\d+)? ?[kMGT]?bps\b")
DEEPEST = 50
SPEED_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def matches(source: Source) -> bool:
    start = r"(\s*(#|Creator|Version|comment)[^\n]*\n)*\s*graph\s*\["
    return source.suffix == ".gml" or bool(re.match(start, source.text))


def read(source: Source, graph: Graph) -> None:
    tops = [_list(value) for key, value in _parse(source.text) if key == "graph"]
    if not tops:
        raise BadInput(1, "has no 'graph [ ... ]'; GML needs one")
    for line, _ in tops[1:]:
        source.find("graph", line, "a second graph begins", "; a topology is one: leave one of them in the file")
    _, content = tops[0]
    directed = _text(content, "directed") == "1"
    graph.edge_list = not directed
    nodes = [_list(value) for key, value in content if key == "node"]
    for line, node in nodes:
        if _first(node, "graph") is not None:
            source.find("nested", line, "a node holds a graph of its own", "; nested graphs are not converted: write "
                        "their nodes and edges out in the one graph")  # fmt: skip
    names = _names(graph, nodes)
    for edge_line, edge in (_list(value) for key, value in content if key == "edge"):
        ends = []
        for end in ("source", "target"):
            text = _text(edge, end)
            if text is None:
                raise BadInput(edge_line, f"an edge has no {end}; it needs the id of a node")
            ends.append(text)
        unknown = [text for text in ends if text not in names]
        if unknown:
            what = f"the edge of {ends[0]} and {ends[1]}: there is no node with id {unknown[0]}"
            source.find("unknown node", edge_line, what, "; each end is the id of a node")
            continue
        a, b = (names[end] for end in ends)
        what = f"the link of {a!r} and {b!r}"
        with source.gathering():
            graph.link(a, b, _bandwidth(graph, edge, edge_line, what), _latency(graph, edge, edge_line, what), edge_line,
                       one_way=directed)  # fmt: skip


def _names(graph: Graph, nodes: list[tuple[int, _List]]) -> dict[str, str]:
    """id -> name"""
    labels = Counter(_text(node, "label") for _, node in nodes)
    names = {}
    for line, node in nodes:
        number, label = _text(node, "id"), _text(node, "label")
        if number is None:
            raise BadInput(line, "a node has no id; it needs one")
        if number in names:
            graph.source.find("second node", line, f"a second node has the id {number}", "; each needs its own")
            continue
        name = number if not label else label if labels[label] == 1 else f"{label} ({number})"
        kind = _text(node, "kind") or _text(node, "type")
        names[number] = graph.node(name, is_host_of(kind), line)
        place = [_text(node, key) or "" for key in ("Longitude", "Latitude")]
        if all(units.NUMBER.fullmatch(text) for text in place):
            graph.place(name, *map(float, place))
    return names


def _bandwidth(graph: Graph, edge: _List, line: int | None, what: str) -> str | None:
    raw = _text(edge, "LinkSpeedRaw")
    if raw is not None:
        return units.bandwidth(units.number(raw, line, "LinkSpeedRaw") / 8, line, what)
    speed, prefix = _text(edge, "LinkSpeed"), _text(edge, "LinkSpeedUnits")
    if speed is not None and prefix in SPEED_UNITS:
        return units.bandwidth(units.number(speed, line, "LinkSpeed") * Decimal(SPEED_UNITS[prefix]) / 8, line, what)
    for key in ("bandwidth", "capacity"):
        if text := _text(edge, key):
            return graph.plain_bandwidth(text, line, what)
    label = LABEL.match(_text(edge, "LinkLabel") or "")
    return units.bandwidth(units.scaled(label[0], units.BANDWIDTH, line, what), line, what) if label else None


def _latency(graph: Graph, edge: _List, line: int | None, what: str) -> str | None:
    for key in ("latency", "delay"):
        if text := _text(edge, key):
            return graph.plain_latency(text, line, what)
    return None


def _parse(text: str) -> _List:
    """[(key, (line, text or list))]"""
    stack: list[tuple[int, _List]] = [(0, [])]
    key: str | None = None
    position, line, hint = 0, 1, ""
    while position < len(text):
        match = TOKEN.match(text, position)
        if not match:
            raise BadInput(
                line, f"unexpected {text[position : position + 20]!r}{hint or '; a quoted text may not be closed'}"
            )
        position, kind = match.end(), match.lastgroup
        if kind == "close":
            if key is not None or len(stack) == 1:
                raise BadInput(line, "unexpected ']'; a value is wanted" if key else "']' closes nothing")
            stack.pop()
        elif kind == "open":
            if key is None or len(stack) > DEEPEST:
                raise BadInput(line, "'[' without a key before it" if key is None else "lists are nested too deeply")
            inner: _List = []
            stack[-1][1].append((key, (line, inner)))
            stack.append((line, inner))
            key = None
        elif kind == "word" and key is None:
            key = match["word"]
        elif kind in ("word", "text"):
            if key is None:
                raise BadInput(line, f"the text {match[0][:40]} has no key before it{hint}")
            value = match["word"] if kind == "word" else html.unescape(match["text"])
            stack[-1][1].append((key, (line, value)))
            key = None
        if kind == "text" and "\n" in match["text"]:
            hint = f"; the text that begins in line {line} may lack its closing quote"
        line += match[0].count("\n")
    if len(stack) > 1 or key is not None:
        raise BadInput(line, f"the file ends inside '[' of line {stack[-1][0]}; it is cut short")
    return stack[0][1]


def _first(content: _List, key: str) -> _Value | None:
    return next((value for k, value in content if k == key), None)


def _text(content: _List, key: str) -> str | None:
    value = _first(content, key)
    return value[1].strip() if value is not None and isinstance(value[1], str) else None


def _list(value: _Value) -> tuple[int, _List]:
    line, content = value
    if isinstance(content, str):
        raise BadInput(line, f"{content[:40]!r} stands where '[' is wanted")
    return line, content
