# SPDX-License-Identifier: Apache-2.0
"""Text of the ns-3 simulations of HPCC, ConWeave and SimAI.

The first line counts nodes, switches and links, the second lists the switches; then a link a line: source,
destination, rate, delay, error rate. Nodes are numbered from 0 and keep their numbers as names. After the announced
number of links the simulators read no more, and people write there what they like: remarks, other sets of links.

SimAI's first line has six words: nodes, GPUs of a server, NVSwitches, other switches, links, type of the GPUs; GPUs are
the hosts, and the second line lists both sorts of switches.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from . import units
from .graph import Graph
from .source import BadInput, Source, lines

NAME = "ns3-hpcc"
TITLE = "ns-3 HPCC text"
ABOUT = "ns-3 text of HPCC, ConWeave, SimAI (nodes switches links; switch ids; src dst rate delay error)"

# The spellings ns-3 knows; k and K are both 1000, Ki is 1024.
_PREFIXES = {
    "": 1,
    "k": 10**3,
    "K": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
}
RATES = {
    prefix + unit: Decimal(factor) * size
    for unit, size in (("bps", Decimal("0.125")), ("b/s", Decimal("0.125")), ("Bps", Decimal(1)), ("B/s", Decimal(1)))
    for prefix, factor in _PREFIXES.items()
}
TIMES = units.LATENCY | {"fs": Decimal("1e-15"), "min": Decimal(60), "h": Decimal(3600)}


def matches(source: Source) -> bool:
    rows = (words for _, words in lines(source.text))
    none: list[str] = []
    first, _, third = next(rows, none), next(rows, none), next(rows, none)
    counts = first if len(first) == 3 else first[:5] if len(first) == 6 else ["none"]
    return len(third) == 5 and all(re.fullmatch(r"\d+", w) for w in counts)


def read(source: Source, graph: Graph) -> None:
    rows = lines(source.text)
    line, first = next(rows)
    nodes, switches, links = _counts(source, line, first)
    graph.expect(nodes, links, line)
    ids = _switches(rows, line, nodes, switches)
    for i in range(nodes):
        graph.node(str(i), str(i) not in ids, line)
    found, losses = 0, 0
    for line, words in rows:
        if found == links:
            _note_rest(source, links, [words, *(words for _, words in rows)])
            break
        found += 1
        with source.gathering():
            losses += _link(graph, line, words)
    if found < links:
        raise BadInput(line, f"the file ends after {found} links, the first line announces {links}; it is cut short")
    if losses:
        source.note(f"{losses} links have an error rate; links here lose nothing")


def _link(graph: Graph, line: int | None, words: list[str]) -> bool:
    """Whether it loses packets."""
    if len(words) < 4 or len(words) > 5:
        raise BadInput(line, f"has {len(words)} words; a link is: source, destination, rate, delay, error rate")
    a, b = (str(units.count(word, line, "a node")) for word in words[:2])
    what = f"the link of {a} and {b}"
    rate = units.bandwidth(units.scaled(words[2], RATES, line, what, "bps"), line, what)
    delay = units.latency(units.scaled(words[3], TIMES, line, what, "s"), line, what)
    graph.link(a, b, rate, delay, line)
    return len(words) == 5 and units.number(words[4], line, "the error rate") > 0


def _counts(source: Source, line: int | None, first: list[str]) -> tuple[int, int, int]:
    """(nodes, switches, links)"""
    if len(first) == 6:
        nodes, servers, inner, outer, links = (
            units.count(word, line, f"the number of {what}")
            for word, what in zip(first, ("nodes", "GPUs of a server", "NVSwitches", "switches", "links"))
        )
        source.note(
            f"of SimAI's {inner + outer} switches {inner} are NVSwitches; {servers} GPUs ({first[5][:20]}) a server"
        )
        return nodes, inner + outer, links
    if len(first) != 3:
        raise BadInput(
            line,
            (
                f"has {len(first)} words; the first line is: number of nodes, of switches, of links (or SimAI's six:"
                " nodes, GPUs of a server, NVSwitches, switches, links, type of GPU)"
            ),
        )
    nodes, switches, links = (
        units.count(word, line, f"the number of {what}")
        for word, what in zip(first, ("nodes", "switches", "links"), strict=True)
    )
    return nodes, switches, links


def _note_rest(source: Source, links: int, rest: list[list[str]]) -> None:
    """The simulators stop at the announced number, in silence."""
    alike = sum(4 <= len(words) <= 5 and words[0].isdigit() and words[1].isdigit() for words in rest)
    source.note(
        f"the first line announces {links} links: {len(rest)} lines after them are not read, as the simulator reads"
        f" none ({alike} of them look like links)"
    )


def _switches(rows: Iterator[tuple[int, list[str]]], line: int | None, nodes: int, switches: int) -> set[str]:
    if not switches:
        return set()
    line, words = next(rows, (line, []))
    if len(words) != switches:
        raise BadInput(line, f"lists {len(words)} switches, but the first line announces {switches}")
    ids = {str(units.count(word, line, "a switch", 0, max(nodes - 1, 0))) for word in words}
    if len(ids) < switches:
        raise BadInput(line, "lists a switch twice; each is listed once")
    return ids
