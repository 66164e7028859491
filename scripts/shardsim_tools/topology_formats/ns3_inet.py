# SPDX-License-Identifier: Apache-2.0
"""Text of the Inet generator, as ns-3 reads it.

The first line counts nodes and links; then a node a line: number, x, y on a plane; then a link a line: two numbers of
nodes and the distance on that plane. Neither bandwidths nor times are given.
"""

import re

from . import units
from .graph import Graph
from .source import BadInput, Source, lines

NAME = "ns3-inet"
TITLE = "Inet text"
ABOUT = "text of Inet, as ns-3 reads it (nodes links; number x y; src dst weight)"


def matches(source: Source) -> bool:
    rows = lines(source.text)
    _, first = next(rows, (0, []))
    _, second = next(rows, (0, []))
    numbers = len(first) == 2 and all(re.fullmatch(r"\d+", word) for word in first)
    return numbers and len(second) == 3 and all(units.NUMBER.fullmatch(word) for word in second)


def read(source: Source, graph: Graph) -> None:
    graph.unsaid = "Inet gives distances on a plane, no speeds and no times"
    graph.edge_list = True
    rows = lines(source.text)
    line, first = next(rows)
    if len(first) != 2:
        raise BadInput(line, f"has {len(first)} words; the first line is: number of nodes, of links")
    nodes, links = (units.count(word, line, f"the number of {what}") for word, what in zip(first, ("nodes", "links")))
    graph.expect(nodes, links, line)
    for kind, wanted in (("node", nodes), ("link", links)):
        for found in range(wanted):
            line, words = next(rows, (line, None))
            if words is None:
                raise BadInput(
                    line, f"the file ends after {found} {kind}s, the first line announces {wanted}; it is cut short"
                )
            if len(words) != 3:
                form = "number, x, y" if kind == "node" else "two nodes and a weight"
                raise BadInput(line, f"has {len(words)} words; a {kind} is: {form}")
            if kind == "node":
                graph.node(words[0], None, line)
            else:
                graph.link(words[0], words[1], line=line)
    rest = sum(1 for _ in rows)
    if rest:
        source.note(f"{rest} lines after the announced {links} links are not read, as ns-3 reads none")
