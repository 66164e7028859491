# SPDX-License-Identifier: Apache-2.0
"""Text of the ns-3 simulations of HPCC and ConWeave.

The first line counts nodes, switches and links, the second lists the switches; then a link a line: source,
destination, rate, delay, error rate. Nodes are numbered from 0 and keep their numbers as names.
"""

import re
from decimal import Decimal

from . import units
from .source import BadInput, lines

NAME = "ns3-hpcc"
TITLE = "ns-3 HPCC text"
ABOUT = "ns-3 text of HPCC and ConWeave (nodes switches links; switch ids; src dst rate delay error)"

# The spellings ns-3 knows; k and K are both 1000, Ki is 1024.
_PREFIXES = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
RATES = {
    prefix + unit: Decimal(factor) * size
    for unit, size in (("bps", Decimal("0.125")), ("b/s", Decimal("0.125")), ("Bps", 1), ("B/s", 1))
    for prefix, factor in _PREFIXES.items()
}
TIMES = units.LATENCY | {"fs": Decimal("1e-15"), "min": Decimal(60), "h": Decimal(3600)}


def matches(source):
    rows = lines(source.text)
    _, first = next(rows, (0, []))
    _, _ = next(rows, (0, []))
    _, third = next(rows, (0, []))
    return len(first) == 3 and len(third) == 5 and all(re.fullmatch(r"\d+", w) for w in first)


def read(source, graph):
    rows = lines(source.text)
    line, first = next(rows)
    if len(first) != 3:
        raise BadInput(line, f"has {len(first)} words; the first line is: number of nodes, of switches, of links")
    nodes, switches, links = (
        units.count(word, line, f"the number of {what}")
        for word, what in zip(first, ("nodes", "switches", "links"), strict=True)
    )
    graph.expect(nodes, links, line)
    ids = _switches(rows, line, nodes, switches)
    for i in range(nodes):
        graph.node(str(i), str(i) not in ids, line)
    found, losses = 0, 0
    for line, words in rows:
        if len(words) < 4 or len(words) > 5:
            raise BadInput(line, f"has {len(words)} words; a link is: source, destination, rate, delay, error rate")
        found += 1
        if found > links:
            raise BadInput(line, f"is link {found}, but the first line announces {links}")
        a, b = (str(units.count(word, line, "a node")) for word in words[:2])
        what = f"the link of {a} and {b}"
        rate = units.bandwidth(units.scaled(words[2], RATES, line, what, "bps"), line, what)
        delay = units.latency(units.scaled(words[3], TIMES, line, what, "s"), line, what)
        losses += len(words) == 5 and units.number(words[4], line, "the error rate") > 0
        graph.link(a, b, rate, delay, line)
    if found < links:
        raise BadInput(line, f"the file ends after {found} links, the first line announces {links}; it is cut short")
    if losses:
        source.note(f"{losses} links have an error rate; links here lose nothing")


def _switches(rows, line, nodes, switches):
    if not switches:
        return set()
    line, words = next(rows, (line, []))
    if len(words) != switches:
        raise BadInput(line, f"lists {len(words)} switches, but the first line announces {switches}")
    ids = {str(units.count(word, line, "a switch", 0, max(nodes - 1, 0))) for word in words}
    if len(ids) < switches:
        raise BadInput(line, "lists a switch twice; each is listed once")
    return ids
