# SPDX-License-Identifier: Apache-2.0
"""SNDlib network XML: nodes and links; demands are not read.

A link's capacity is its preinstalled module's or, where that is absent or 0, that of the first additional module.
SNDlib states no unit of capacities and no latency. x and y are longitude and latitude where coordinatesType is
geographical. Links are undirected.
"""

import re

from . import units, xml_tree
from .source import BadInput

NAME = "sndlib"
TITLE = "SNDlib XML"
ABOUT = "SNDlib network XML (capacities without unit: --default bandwidth-unit=Mbps)"

UNSAID = "SNDlib states neither the unit of capacities nor latencies"


def matches(source):
    return source.suffix == ".xml" and re.search(r"<network[\s>]", source.text[:4096])


def read(source, graph):
    root = xml_tree.parse(source.data)
    structure = root.find("networkStructure")
    if root.tag != "network" or structure is None:
        raise BadInput(root.line, f"the outermost element is <{root.tag}>; <network> with <networkStructure> is wanted")
    graph.unsaid = UNSAID
    nodes = structure.find("nodes")
    geographical = nodes is not None and nodes.attributes.get("coordinatesType") == "geographical"
    for node in nodes.all("node") if nodes else []:
        name = graph.node(node.wanted("id"), None, node.line)
        at = node.find("coordinates")
        if geographical and at is not None:
            graph.place(name, *(float(units.number(at.text_of(axis), at.line, axis)) for axis in "xy"))
    links = structure.find("links")
    for link in links.all("link") if links else []:
        name, what = link.wanted("id"), f"the link {link.wanted('id')!r}"
        text = capacity(_capacities(link))
        bandwidth = graph.plain_bandwidth(text, link.line, what) if text else None
        graph.link(link.text_of("source"), link.text_of("target"), bandwidth, None, link.line, name)


def capacity(texts):
    """The first that is not zero; None when there is none. Zero means: nothing installed yet."""
    return next((t for t in texts if not (units.NUMBER.fullmatch(t) and float(t) == 0)), None)


def _capacities(link):
    installed, additional = link.find("preInstalledModule"), link.find("additionalModules")
    modules = ([installed] if installed else []) + (additional.all("addModule") if additional else [])
    return [module.text_of("capacity") for module in modules]
