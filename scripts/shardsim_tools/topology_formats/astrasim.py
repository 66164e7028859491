# SPDX-License-Identifier: Apache-2.0
"""Network of ASTRA-sim's analytical backend: a building block (Ring, FullyConnected, Switch) for each dimension.

The NPUs are the points of the grid that the counts span, the first dimension counting fastest; those that differ in
one dimension only are joined by that dimension's block. Bandwidth is in GB/s, of which ASTRA-sim counts 2^30 bytes
each; latency is in ns. NPUs pass on messages of others.
"""

import math
import re
from decimal import Decimal

from . import units, yaml_tree
from .graph import Graph
from .grid import coordinates, step
from .source import BadInput, Source

NAME = "astrasim"
TITLE = "ASTRA-sim YAML"
ABOUT = "ASTRA-sim analytical network YAML (Ring, FullyConnected, Switch)"
BLOCKS = {"Ring", "FullyConnected", "Switch"}


def matches(source: Source) -> bool:
    return bool(source.suffix in {".yml", ".yaml"} and re.search(r"(?m)^npus_count:", source.text))


def read(source: Source, graph: Graph) -> None:
    data = yaml_tree.parse(source.text)
    columns = [_list(data, key) for key in ("topology", "npus_count", "bandwidth", "latency")]
    if len({len(column) for column in columns}) > 1:
        raise BadInput(
            data.line, "topology, npus_count, bandwidth and latency differ in length; each has a value a dimension"
        )
    line = data.line_of("npus_count")
    sizes = [units.count(text, line, "npus_count", 1) for text in columns[1]]
    total = math.prod(sizes)
    graph.expect(total, sum(_links(block, size, total) for block, size in zip(columns[0], sizes)), line)
    for i in range(total):
        graph.node(f"npu{i}", True, line)
    for dimension, block in enumerate(columns[0]):
        if block not in BLOCKS:
            known = ", ".join(sorted(BLOCKS))
            raise BadInput(data.line_of("topology"), f"the topology {block!r} is unknown; one of {known} is wanted")
        gigabytes = units.number(columns[2][dimension], data.line_of("bandwidth"), "the bandwidth")
        bandwidth = units.bandwidth(gigabytes * 2**30, data.line_of("bandwidth"), f"dimension {dimension}", "bytes")
        nanoseconds = units.number(columns[3][dimension], data.line_of("latency"), "the latency")
        latency = units.latency(nanoseconds * Decimal("1e-9"), data.line_of("latency"), f"dimension {dimension}")
        _join(graph, sizes, dimension, block, bandwidth, latency)
    graph.hosts_forward = len(sizes) > 1 or (columns[0] == ["Ring"] and total > 3)
    source.note("ASTRA-sim counts 2^30 bytes a GB: a bandwidth of 1 GB/s is written as 1.073741824 GB/s")


def _links(block: str, size: int, total: int) -> int:
    return {"FullyConnected": total * (size - 1) // 2}.get(block, total)


def _join(graph: Graph, sizes: list[int], dimension: int, block: str, bandwidth: str, latency: str) -> None:
    size = sizes[dimension]
    for i in range(math.prod(sizes)):
        at = coordinates(i, sizes)
        if block == "Switch":
            switch = f"switch{dimension}." + ".".join(str(c) for d, c in enumerate(at) if d != dimension)
            switch = switch.rstrip(".")
            if not graph.has(switch):
                graph.node(switch, False)
            graph.link(f"npu{i}", switch, bandwidth, latency)
        elif block == "Ring" and size > 1 and (size > 2 or at[dimension] == 0):
            graph.link(f"npu{i}", f"npu{step(i, sizes, dimension, 1)}", bandwidth, latency)
        elif block == "FullyConnected":
            for by in range(1, size - at[dimension]):
                graph.link(f"npu{i}", f"npu{step(i, sizes, dimension, by)}", bandwidth, latency)


def _list(data: yaml_tree.Mapping, key: str) -> list[str]:
    value = data.get(key)
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
        raise BadInput(data.line_of(key), f"{key!r} is no list with a value a dimension, as in {key}: [ 8 ]")
    if len(value) > 10:
        raise BadInput(data.line_of(key), f"{key!r} has {len(value)} dimensions; at most 10 are converted")
    return value
