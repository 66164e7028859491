# SPDX-License-Identifier: Apache-2.0
"""Edge list of Orbis, as ns-3 reads it: two node names a line, nothing else."""

from .source import BadInput, lines

NAME = "ns3-orbis"
TITLE = "Orbis edge list"
ABOUT = "edge list of Orbis, as ns-3 reads it (two node names a line)"


def matches(source):
    rows = [words for _, words in zip(range(100), (w for _, w in lines(source.text)))]
    return source.suffix in {".txt", ".orb", ".orbis", ".edges", ""} and all(len(words) == 2 for words in rows)


def read(source, graph):
    graph.unsaid = "an Orbis edge list gives names only"
    for line, words in lines(source.text):
        if len(words) != 2:
            raise BadInput(line, f"has {len(words)} words; a link is two node names")
        for name in words:
            if not graph.has(name):
                graph.node(name, None, line)
        graph.link(words[0], words[1], line=line)
