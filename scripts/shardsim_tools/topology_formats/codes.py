# SPDX-License-Identifier: Apache-2.0
"""CODES network description (YAML) of a torus or a fat tree; connections as its models make them.

torus: nodes that route, joined along rings; link_bandwidth is in GiB/s, as the model counts. The description gives
no latency.

fattree: leaf switches with radix/2 terminals each; two or three levels, ft_type 0 (link bundles to the core that fill
its ports) or 1. link_bandwidth and cn_bandwidth (terminal to leaf) are in GB/s. router_delay, in ns, is spent in a
switch: each cable of a switch has half of it, so that every way through the switch has all of it. A description
without router_delay leaves the latency unsaid. soft_delay is time of the sending software, and not converted.

Values may have a unit of CODES' (100Gbps, 1.5us). Dragonflies are named as what the generator of that name needs. The
forms "groups" and "flat" lay out processes, and describe no network.
"""

import json
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from . import units, yaml_tree
from .graph import Graph
from .grid import torus_links, torus_size
from .source import BadInput, Source

NAME = "codes"
TITLE = "CODES YAML"
ABOUT = "CODES YAML of a torus or a fat tree"
FORMS = "parametric|groups|flat"
_PREFIXES = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
BANDWIDTH = {f"{prefix}Bps": Decimal(factor) for prefix, factor in _PREFIXES.items()}
BANDWIDTH |= {f"{prefix}bps": Decimal(_PREFIXES[prefix]) / 8 for prefix in ("", "K", "M", "G")}
TIME = {unit: units.LATENCY[unit] for unit in ("ns", "us", "ms", "s")}


def matches(source: Source) -> bool:
    text = source.text
    either = [rf"^\s+format:\s*({FORMS})\b", r"^schema_version:"]
    both = [rf"^\s+{key}:\s*(#.*)?$" for key in ("fabric", "shape")]

    def found(pattern: str) -> bool:
        return bool(re.search(pattern, text, re.MULTILINE))

    return source.suffix in {".yml", ".yaml"} and (any(map(found, either)) or all(map(found, both)))


def read(source: Source, graph: Graph) -> None:
    topology = yaml_tree.parse(source.text).mapping("topology", "the file")
    form = topology.get("format", "parametric")
    if form != "parametric":
        raise BadInput(
            topology.line_of("format"),
            (
                f"the format {str(form)[:40]!r} lays out CODES' processes and describes no network; 'parametric' with a"
                " 'fabric' (torus, fattree) is converted"
            ),
        )
    fabric = topology.mapping("fabric", "topology")
    shape, model = fabric.mapping("shape", "fabric"), fabric.text("model", "fabric")
    if model == "torus":
        _torus(graph, fabric, shape)
    elif model == "fattree":
        _fat_tree(source, graph, fabric, shape)
    elif model.startswith("dragonfly"):
        _refuse_dragonfly(fabric, shape, model)
    else:
        raise BadInput(fabric.line_of("model"), f"the model {model!r} is not converted; torus and fattree are")


def _refuse_dragonfly(fabric: yaml_tree.Mapping, shape: yaml_tree.Mapping, model: str) -> None:
    """Names the generator; with its values where CODES' dragonfly is the same."""
    line = fabric.line_of("model")
    if model not in ("dragonfly", "dragonfly-dally"):
        raise BadInput(
            line,
            (
                f"the model {model!r}, whose cables are in binary files, is not converted; of dragonflies there is the "
                'generator {"type": "dragonfly"}, whose groups are fully connected routers'
            ),
        )

    def size(key: str) -> int:
        return units.count(shape.text(key, "shape"), shape.line_of(key), key, 1, 10**4)

    routers = size("num_routers")
    if model == "dragonfly":
        terminals = globals_ = max(routers // 2, 1)
        groups = routers * globals_ + 1
    else:
        groups, terminals, globals_ = size("num_groups"), size("num_cns_per_router"), size("num_global_channels")
    generator: dict[str, Any] = {
        "type": "dragonfly", "groups": groups, "routers": routers, "hosts_per_router": terminals, "global_links": globals_,
    }  # fmt: skip
    links = fabric.get("links")
    if not isinstance(links, yaml_tree.Mapping):
        links = yaml_tree.Mapping()
    for cable, name in (("host_link", "cn"), ("local_link", "local"), ("global_link", "global")):
        given = links.get(name)
        bandwidth = _bandwidth(given, "bandwidth", 2**30) if isinstance(given, yaml_tree.Mapping) else None
        bandwidth = bandwidth or _bandwidth(fabric, f"{name}_bandwidth", 2**30)
        generator[cable] = {"bandwidth": bandwidth} if bandwidth else {}
    raise BadInput(
        line,
        f"the model {model!r} has a generator here; make it the topology, with latencies, which CODES leaves unsaid: "
        + json.dumps(generator),
    )


def _torus(graph: Graph, fabric: yaml_tree.Mapping, shape: yaml_tree.Mapping) -> None:
    graph.unsaid = "a CODES torus description gives no latency, and its link_bandwidth may be left out"
    line = shape.line_of("dim_length")
    sizes = [units.count(n, line, "dim_length", 1) for n in shape.text("dim_length", "shape").split(",")]
    dimensions = units.count(shape.text("n_dims", "shape"), shape.line_of("n_dims"), "n_dims", 1, 20)
    if len(sizes) != dimensions:
        raise BadInput(line, f"dim_length has {len(sizes)} values, n_dims says {dimensions}")
    graph.expect(*torus_size(sizes), line)
    bandwidth = _bandwidth(fabric, "link_bandwidth", 2**30)
    for i in range(math.prod(sizes)):
        graph.node(f"node{i}", True, line)
    for a, b in torus_links(sizes):
        graph.link(f"node{a}", f"node{b}", bandwidth, None, fabric.line_of("link_bandwidth"))
    graph.hosts_forward = True


def _fat_tree(source: Source, graph: Graph, fabric: yaml_tree.Mapping, shape: yaml_tree.Mapping) -> None:
    graph.unsaid = "this CODES fat tree leaves it to the simulator"
    line = shape.line
    levels = units.count(shape.text("num_levels", "shape"), shape.line_of("num_levels"), "num_levels", 2, 3)
    leaves = units.count(shape.text("switch_count", "shape"), shape.line_of("switch_count"), "switch_count", 1, 10**6)
    radix = units.count(shape.text("switch_radix", "shape"), shape.line_of("switch_radix"), "switch_radix", 4, 10**4)
    half = radix // 2
    cables = _two_levels(leaves, radix, line) if levels == 2 else _three_levels(fabric, leaves, half, radix, line)
    graph.expect(leaves * (half + 2) + 1, leaves * half * 3, line)
    delay = fabric.get("router_delay")
    between = at_terminal = None
    if isinstance(delay, str):
        seconds = units.scaled(delay, TIME, fabric.line_of("router_delay"), "router_delay", "ns")
        at_terminal, between = (units.latency(x, line, "router_delay") for x in (seconds / 2, seconds))
    terminal_bandwidth = _bandwidth(fabric, "cn_bandwidth", 10**9)
    bandwidth = _bandwidth(fabric, "link_bandwidth", 10**9)
    for i in range(leaves):
        graph.node(f"switch0.{i}", False, line)
        for terminal in range(i * half, (i + 1) * half):
            graph.node(f"terminal{terminal}", True, line)
            graph.link(f"terminal{terminal}", f"switch0.{i}", terminal_bandwidth, at_terminal, line)
    for a, b in cables:
        for name in (a, b):
            if not graph.has(name):
                graph.node(name, False, line)
        graph.link(a, b, bandwidth, between, line)
    if "soft_delay" in fabric:
        source.note("soft_delay, time of the sending software, is not part of the network")


def _two_levels(leaves: int, radix: int, line: int | None) -> Iterator[tuple[str, str]]:
    """Each leaf has two cables to each of radix/4 switches above."""
    tops = radix // 4
    if leaves // 2 < tops or leaves > radix // 2:
        raise BadInput(line, f"two levels of radix {radix} join exactly {radix // 2} leaf switches, not {leaves}")
    for leaf in range(leaves):
        for top in range(tops):
            yield from [(f"switch0.{leaf}", f"switch1.{top}")] * 2


def _three_levels(
    fabric: yaml_tree.Mapping, leaves: int, half: int, radix: int, line: int | None
) -> Iterator[tuple[str, str]]:
    """Pods of radix/2 leaves and as many middle switches; the middle switches at one place share their cores."""
    if leaves % half:
        raise BadInput(line, f"switch_count is {leaves}; three levels of radix {radix} need a multiple of {half}")
    kind = fabric.get("ft_type", "1")
    if kind == "0":
        pods = leaves // half
        bundle = radix // pods
        if not bundle:
            raise BadInput(line, f"{pods} pods are more than the {radix} ports of a core switch")
        cores = math.ceil(half * half / bundle)
    elif kind == "1":
        cores, bundle = leaves // 2, 2
    else:
        raise BadInput(fabric.line_of("ft_type"), f"ft_type is {str(kind)[:20]!r}; 0 and 1 are converted")
    for leaf in range(leaves):
        for middle in range(leaf // half * half, leaf // half * half + half):
            yield f"switch0.{leaf}", f"switch1.{middle}"
    for middle in range(leaves):
        for core in range(middle % half, cores, half):
            yield from [(f"switch1.{middle}", f"switch2.{core}")] * bundle


def _bandwidth(fabric: yaml_tree.Mapping, key: str, factor: int | Decimal) -> str | None:
    if not isinstance(fabric.get(key), str):
        return None
    line = fabric.line_of(key)
    value, unit = units.split(fabric[key], line, key)
    if not unit:
        return units.bandwidth(value * factor, line, key, "bytes")
    return units.bandwidth(
        units.scaled(fabric[key], BANDWIDTH, line, key), line, key, "bits" if "b" in unit else "bytes"
    )
