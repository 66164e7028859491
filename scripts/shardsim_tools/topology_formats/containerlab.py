# SPDX-License-Identifier: Apache-2.0
"""Containerlab: nodes of kind linux are hosts, all others switches. It states neither bandwidth nor latency of links.

A node's kind is its own, else its group's, else that of topology.defaults. Endpoints outside of the lab ("host",
"mgmt-net", "macvlan") are left out with a note.
"""

import re
from typing import Any

from . import yaml_tree
from .graph import Graph
from .source import BadInput, Source

NAME = "containerlab"
TITLE = "containerlab YAML"
ABOUT = "containerlab YAML (kind linux is a host, others are switches)"
OUTSIDE = {"host", "mgmt-net", "macvlan", "vxlan", "vxlan-stitch", "dummy"}


def matches(source: Source) -> bool:
    """Its topology has nodes; CODES, which has the same word, is asked before."""
    return bool(source.suffix in {".yml", ".yaml"} and re.search(r"(?m)^\s*topology:\s*(#.*)?$", source.text))


def read(source: Source, graph: Graph) -> None:
    graph.unsaid = "containerlab does not describe the speed of links"
    topology = yaml_tree.parse(source.text).mapping("topology", "the file")
    nodes = topology.mapping("nodes", "topology")
    for name, node in nodes.items():
        graph.node(name, _kind(topology, node, name, nodes.line_of(name)) == "linux", nodes.line_of(name))
    links = topology.get("links") or []
    if not isinstance(links, list):
        raise BadInput(topology.line_of("links"), "'links' is no list; a list of endpoints is wanted")
    for link in links:
        with source.gathering():
            _link(source, graph, link, link.line if isinstance(link, yaml_tree.Mapping) else topology.line_of("links"))


def _link(source: Source, graph: Graph, link: Any, line: int | None) -> None:
    ends = link.get("endpoints") if isinstance(link, yaml_tree.Mapping) else None
    if not isinstance(ends, list) or len(ends) != 2:
        raise BadInput(line, "a link has no 'endpoints' with two entries; it needs them")
    a, b = (_node(end, line) for end in ends)
    if any(end in OUTSIDE and not graph.has(end) for end in (a, b)):
        source.note("links to the machine around the lab (host, mgmt-net, macvlan) are left out")
        return
    graph.link(a, b, line=line)


def _kind(topology: yaml_tree.Mapping, node: Any, name: str, line: int | None) -> str:
    node = node if isinstance(node, yaml_tree.Mapping) else yaml_tree.Mapping()
    groups, defaults = topology.get("groups"), topology.get("defaults")
    group = groups.get(node.get("group")) if isinstance(groups, dict) else None
    for place in (node, group, defaults):
        if isinstance(place, dict) and isinstance(kind := place.get("kind"), str):
            return kind
    raise BadInput(line, f"the node {name!r} has no kind; it needs one, of its own, its group's or the defaults'")


def _node(end: Any, line: int | None) -> str:
    """Of "leaf1:e1-1", or of a mapping with node and interface."""
    if isinstance(end, yaml_tree.Mapping):
        return end.text("node", "an endpoint")
    if isinstance(end, str) and end.split(":")[0].strip():
        return end.split(":")[0].strip()
    raise BadInput(line, "an endpoint is neither 'node:interface' nor a mapping with 'node'")
