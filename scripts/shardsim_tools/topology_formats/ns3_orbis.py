# SPDX-License-Identifier: Apache-2.0
"""Edge list of Orbis, as ns-3 reads it: two node names a line, nothing else.

A first line that counts the nodes and the links of all that follow, as Inet's files have one, is a heading, no link.
"""

from .graph import Graph
from .source import BadInput, Source, lines

NAME = "ns3-orbis"
TITLE = "Orbis edge list"
ABOUT = "edge list of Orbis, as ns-3 reads it (two node names a line)"


def matches(source: Source) -> bool:
    rows = [words for _, words in zip(range(100), (w for _, w in lines(source.text)))]
    return source.suffix in {".txt", ".orb", ".orbis", ".edges", ""} and all(len(words) == 2 for words in rows)


def read(source: Source, graph: Graph) -> None:
    graph.unsaid = "an Orbis edge list gives names only"
    graph.edge_list = True
    rows = list(lines(source.text))
    if _is_heading(rows):
        source.note(f"the first line counts {rows[0][1][0]} nodes and {rows[0][1][1]} links, and is no link")
        rows = rows[1:]
    for line, words in rows:
        if len(words) != 2:
            raise BadInput(line, f"has {len(words)} words; a link is two node names")
        for name in words:
            if not graph.has(name):
                graph.node(name, None, line)
        graph.link(words[0], words[1], line=line)


def _is_heading(rows: list[tuple[int, list[str]]]) -> bool:
    """Both numbers fit what follows: as many lines, and no more nodes."""
    first, rest = rows[0][1] if rows else [], rows[1:]
    if len(first) != 2 or not all(word.isdigit() for word in first):
        return False
    return int(first[1]) == len(rest) and int(first[0]) >= len({name for _, words in rest for name in words}) > 0
