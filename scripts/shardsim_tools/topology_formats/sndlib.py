# SPDX-License-Identifier: Apache-2.0
"""SNDlib network XML: nodes and links; demands are not read.

A link's capacity is its preinstalled module's or, where that is absent or 0, that of the smallest additional module: nothing
is installed there yet, and which module will be is for a planner to decide (--default module=largest takes the largest).
SNDlib states no unit of capacities and no latency. x and y are longitude and latitude where coordinatesType is
geographical. Links are undirected; a file may list each in both directions.
"""

import re

from . import units, xml_tree
from .graph import Graph
from .source import BadInput, Source
from .xml_tree import Element

NAME = "sndlib"
TITLE = "SNDlib XML"
ABOUT = "SNDlib network XML (capacities without unit: --default bandwidth-unit=Mbps)"

UNSAID = "SNDlib states neither the unit of capacities nor latencies"


def matches(source: Source) -> bool:
    return bool(source.suffix == ".xml" and re.search(r"<network[\s>]", source.text[:4096]))


def read(source: Source, graph: Graph) -> None:
    root = xml_tree.parse(source.data)
    structure = root.find("networkStructure")
    if root.tag != "network" or structure is None:
        raise BadInput(root.line, f"the outermost element is <{root.tag}>; <network> with <networkStructure> is wanted")
    graph.unsaid = UNSAID
    graph.edge_list = True
    nodes = structure.find("nodes")
    kind = nodes.attributes.get("coordinatesType") if nodes else None
    geographical = kind == "geographical"
    if not geographical and graph.defaults.latency_per_km is not None:
        source.note(f"coordinatesType is {str(kind)[:40]!r}: no latency is worked out from coordinates")
    for node in nodes.all("node") if nodes else []:
        name = graph.node(node.wanted("id"), None, node.line)
        at = node.find("coordinates")
        if geographical and at is not None:
            graph.place(name, *(float(units.number(at.text_of(axis), at.line, axis)) for axis in "xy"))
    links, modules = structure.find("links"), Modules(graph)
    for link in links.all("link") if links else []:
        with source.gathering():
            name, what = link.wanted("id"), f"the link {link.wanted('id')!r}"
            text = modules.capacity(*_capacities(link))
            bandwidth = graph.plain_bandwidth(text, link.line, what) if text else None
            graph.link(link.text_of("source"), link.text_of("target"), bandwidth, None, link.line, name)


class Modules:
    """Chooses capacities, and tells how many links had to have a module chosen for them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._chosen, self._first = 0, ""

    def capacity(self, installed: list[str], additional: list[str]) -> str | None:
        """Text; None when there is none. Zero means: nothing installed yet."""
        for text in installed:
            if not (units.NUMBER.fullmatch(text) and float(text) == 0):
                return text
        additional = [t for t in additional if not (units.NUMBER.fullmatch(t) and float(t) == 0)]
        if len(set(additional)) < 2:
            return additional[0] if additional else None
        which = self._graph.defaults.module
        ordered = sorted(additional, key=lambda text: units.number(text, None, "the capacity of a module"))
        self._chosen += 1
        self._first = self._first or f"of {ordered[0]} to {ordered[-1]}"
        self._note(which, len(set(additional)))
        return ordered[0 if which == "smallest" else -1]

    def _note(self, which: str, number: int) -> None:
        notes, other = self._graph.source.notes, "largest" if which == "smallest" else "smallest"
        text = (
            f"{self._chosen} links have nothing installed but modules to choose from (the first: {number},"
            f" {self._first}): the {which} is taken for the capacity (--default module={other} takes the {other})"
        )
        notes[:] = [note for note in notes if "modules to choose from" not in note] + [text]


def _capacities(link: Element) -> tuple[list[str], list[str]]:
    """([of what is installed], [of what may be])"""
    installed, additional = link.find("preInstalledModule"), link.find("additionalModules")
    modules = additional.all("addModule") if additional else []
    return [installed.text_of("capacity")] if installed else [], [module.text_of("capacity") for module in modules]
