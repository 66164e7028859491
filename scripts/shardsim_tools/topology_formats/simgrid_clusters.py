# SPDX-License-Identifier: Apache-2.0
"""Clusters of SimGrid platforms.

FLAT: every host has a cable to the cluster's router. With a backbone, which all messages of the cluster cross once, the
hosts and the router send to a switch "ID:up" and receive from a switch "ID:down", and the backbone is the one-way
cable between the two: all of the cluster shares it, as in SimGrid.

A zone with routing Cluster is the same, made by hand: <cabinet> brings hosts with a cable each, <host_link> gives a host its
cables up and down, <backbone> is as above; without a backbone all meet at the zone's router.

FAT_TREE, TORUS, DRAGONFLY: as SimGrid numbers and joins them. In a torus the hosts pass messages on; a ring of two has
one cable. A dragonfly's parallel cables are one of their summed bandwidth, as SimGrid has it. Router k of a group (its
chassis counted by blades) has the cable to group k.
"""

import math
import re
from decimal import Decimal

from . import simgrid_platform, units
from .graph import MOST_NODES, Graph
from .grid import coordinates, torus_links, torus_size
from .source import BadInput
from .xml_tree import Element

UNLIMITED = Decimal("Infinity")
NOTHING = Decimal(0)


def add(platform: simgrid_platform.Platform, cluster: Element, graph: Graph) -> None:
    hosts = _hosts(cluster)
    kind = cluster.attributes.get("topology", "FLAT").upper()
    known = {"FLAT": _flat, "FAT_TREE": _fat_tree, "TORUS": _torus, "DRAGONFLY": _dragonfly}
    if kind not in known:
        raise BadInput(cluster.line, f"the topology {kind!r} is unknown; one of {', '.join(known)} is wanted")
    bandwidth = simgrid_platform.quantity(cluster, "bw", simgrid_platform.BANDWIDTH)
    latency = simgrid_platform.quantity(cluster, "lat", simgrid_platform.LATENCY)
    if not bandwidth:
        raise BadInput(cluster.line, f"the cluster {cluster.attributes['id']!r} has bandwidth 0; more than 0 is wanted")
    known[kind](platform, cluster, hosts, _Cabling(platform, cluster.line, bandwidth, latency, graph))
    _note(platform, cluster)


def add_zone(platform: simgrid_platform.Platform, zone: Element, graph: Graph) -> None:
    """Of a zone with routing Cluster, what its cabinets and host links say."""
    if not zone.all("cabinet") and not zone.all("host_link"):
        return
    up, down = _middle(platform, zone)
    for cabinet in zone.all("cabinet"):
        hosts = _hosts(cabinet)
        bandwidth = simgrid_platform.quantity(cabinet, "bw", simgrid_platform.BANDWIDTH)
        latency = simgrid_platform.quantity(cabinet, "lat", simgrid_platform.LATENCY)
        if not bandwidth:
            raise BadInput(cabinet.line, "the cabinet has bandwidth 0; more than 0 is wanted")
        cabling = _Cabling(platform, cabinet.line, bandwidth, latency, graph)
        cabling.expect(len(hosts), 2 * len(hosts))
        for host in hosts:
            cabling.host(host)
            _attach(cabling, host, up, down)
    for link in zone.all("host_link"):
        _host_link(platform, link, up, down, graph)


def _middle(platform: simgrid_platform.Platform, zone: Element) -> tuple[str, str]:
    """(where the hosts send to, where they receive from); one and the same without a backbone."""
    name, line = zone.attributes["id"], zone.line
    backbone, router = zone.find("backbone"), zone.find("router")
    if backbone is None:
        if router is None:
            platform.point(f"{name}:hub", False, line)
        return (router.wanted("id") if router else f"{name}:hub",) * 2
    line = backbone.line
    speed, delay = (next((k for k in keys if k in backbone.attributes), keys[0])
                    for keys in (("bandwidth", "bw"), ("latency", "lat")))  # fmt: skip
    bandwidth = simgrid_platform.quantity(backbone, speed, simgrid_platform.BANDWIDTH)
    if not bandwidth:
        raise BadInput(line, f"the backbone of the zone {name!r} has bandwidth 0; more than 0 is wanted")
    up, down = f"{name}:up", f"{name}:down"
    for end in (up, down):
        platform.point(end, False, line)
    latency = simgrid_platform.quantity(backbone, delay, simgrid_platform.LATENCY)
    platform.cables.append((up, down, bandwidth, latency, True, line))
    if router:
        platform.cables.append((router.wanted("id"), up, UNLIMITED, NOTHING, True, line))
        platform.cables.append((down, router.wanted("id"), UNLIMITED, NOTHING, True, line))
    return up, down


def _attach(cabling: "_Cabling", host: str, up: str, down: str) -> None:
    if up == down:
        cabling.join(host, up)
    else:
        cabling.one_way(host, up, cabling.bandwidth, cabling.latency)
        cabling.one_way(down, host, cabling.bandwidth, cabling.latency)


def _host_link(platform: simgrid_platform.Platform, element: Element, up: str, down: str, graph: Graph) -> None:
    host, line = element.wanted("id"), element.line
    if not platform.points.get(host, False):
        raise BadInput(line, f"<host_link> is of {host!r}, but there is no such host before it")
    names = [simgrid_platform.known_link(platform, element.wanted(way), line) for way in ("up", "down")]
    platform.linked_by_hand.update(names)
    there, back = (platform.links[name] for name in names)
    if names[0] == names[1] and there.policy == "SHARED":
        platform.notes.append(
            f"the link {names[0]!r} of <host_link> is SHARED: both directions share the bandwidth in SimGrid; here each"
            " direction has it"
        )
    if names[0] == names[1]:
        _attach(_Cabling(platform, line, there.bandwidth, there.latency, graph), host, up, down)
        return
    platform.cables.append((host, up, there.bandwidth, there.latency, True, line))
    platform.cables.append((down, host, back.bandwidth, back.latency, True, line))


class _Cabling:
    """Adds nodes and cables of one cluster, all cables alike."""

    def __init__(
        self, platform: simgrid_platform.Platform, line: int, bandwidth: Decimal, latency: Decimal, graph: Graph
    ) -> None:
        self.platform, self.line, self.bandwidth, self.latency, self.graph = platform, line, bandwidth, latency, graph

    def host(self, name: str) -> None:
        self.platform.point(name, True, self.line)

    def switch(self, name: str) -> None:
        self.platform.point(name, False, self.line)

    def join(self, a: str, b: str, times: int = 1) -> None:
        self.platform.cables.append((a, b, self.bandwidth * times, self.latency, False, self.line))

    def one_way(self, a: str, b: str, bandwidth: Decimal, latency: Decimal) -> None:
        self.platform.cables.append((a, b, bandwidth, latency, True, self.line))

    def expect(self, nodes: int, links: int) -> None:
        self.graph.expect(nodes, links, self.line)


def _hosts(cluster: Element) -> list[str]:
    """Names, in the order of the radical: "1-3,7" is 1, 2, 3, 7."""
    prefix, suffix = cluster.attributes.get("prefix", ""), cluster.attributes.get("suffix", "")
    numbers: list[int] = []
    for part in cluster.wanted("radical").split(","):
        match = re.fullmatch(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?", part)
        if not match or (match[2] and int(match[2]) < int(match[1])):
            raise BadInput(cluster.line, f"the radical has {part.strip()[:30]!r}; numbers and ranges are wanted: 1-3,7")
        first, last = int(match[1]), int(match[2] or match[1])
        if len(numbers) + last - first >= MOST_NODES:
            raise BadInput(cluster.line, f"the radical names more than {MOST_NODES} hosts, the most that is converted")
        numbers += range(first, last + 1)
    return [f"{prefix}{i}{suffix}" for i in numbers]


def _flat(platform: simgrid_platform.Platform, cluster: Element, hosts: list[str], cabling: _Cabling) -> None:
    name = cluster.attributes["id"]
    prefix, suffix = cluster.attributes.get("prefix", ""), cluster.attributes.get("suffix", "")
    router = cluster.attributes.get("router_id") or f"{prefix}{name}_router{suffix}"
    cabling.switch(router)
    for host in hosts:
        cabling.host(host)
    if "bb_bw" not in cluster.attributes and "bb_lat" not in cluster.attributes:
        for host in hosts:
            cabling.join(host, router)
        return
    backbone = simgrid_platform.quantity(cluster, "bb_bw", simgrid_platform.BANDWIDTH, "0")
    if not backbone:
        raise BadInput(cluster.line, f"the backbone of the cluster {name!r} has bandwidth 0; more than 0 is wanted")
    up, down = f"{name}:up", f"{name}:down"
    cabling.switch(up)
    cabling.switch(down)
    for host in hosts:
        cabling.one_way(host, up, cabling.bandwidth, cabling.latency)
        cabling.one_way(down, host, cabling.bandwidth, cabling.latency)
    cabling.one_way(up, down, backbone, simgrid_platform.quantity(cluster, "bb_lat", simgrid_platform.LATENCY, "0"))
    cabling.one_way(router, up, UNLIMITED, NOTHING)
    cabling.one_way(down, router, UNLIMITED, NOTHING)


def _torus(platform: simgrid_platform.Platform, cluster: Element, hosts: list[str], cabling: _Cabling) -> None:
    sizes = _numbers(cluster, cluster.wanted("topo_parameters"))
    _expect_hosts(cluster, hosts, math.prod(sizes))
    cabling.expect(*torus_size(sizes))
    for host in hosts:
        cabling.host(host)
    for a, b in torus_links(sizes):
        cabling.join(hosts[a], hosts[b])
    platform.hosts_forward = "a cluster is a torus"


def _fat_tree(platform: simgrid_platform.Platform, cluster: Element, hosts: list[str], cabling: _Cabling) -> None:
    """levels;children a node of each level;parents a node;cables to each parent.

    Two nodes of neighbouring levels are joined when their labels differ at most in the digit between them; a label has
    a digit a level, the first counting fastest.
    """
    parts = cluster.wanted("topo_parameters").split(";")
    if len(parts) != 4:
        raise BadInput(cluster.line, f"topo_parameters has {len(parts)} parts; a fat tree has 4: levels;down;up;count")
    (levels,), down, up, count = (_numbers(cluster, part) for part in parts)
    if not len(down) == len(up) == len(count) == levels:
        raise BadInput(cluster.line, f"topo_parameters says {levels} levels; down, up and count need a value for each")
    _expect_hosts(cluster, hosts, math.prod(down))
    sizes = [up[:level] + down[level:] for level in range(levels + 1)]  # of the digits of a label
    links = sum(math.prod(sizes[level]) * up[level] * count[level] for level in range(levels))
    cabling.expect(sum(math.prod(size) for size in sizes), links)
    names = [hosts]
    for host in hosts:
        cabling.host(host)
    for level in range(1, levels + 1):
        names.append([f"{cluster.attributes['id']}:{level}.{i}" for i in range(math.prod(sizes[level]))])
        for name in names[level]:
            cabling.switch(name)
        stride = math.prod(sizes[level][: level - 1])  # of the digit between the levels; the same in both
        for child, name in enumerate(names[level - 1]):
            above = child // (stride * down[level - 1]) * stride * up[level - 1] + child % stride
            for parent in range(up[level - 1]):
                for _ in range(count[level - 1]):
                    cabling.join(name, names[level][above + parent * stride])


def _dragonfly(platform: simgrid_platform.Platform, cluster: Element, hosts: list[str], cabling: _Cabling) -> None:
    """groups,cables;chassis a group,cables;blades a chassis,cables;nodes a blade."""
    parts = [_numbers(cluster, part) for part in cluster.wanted("topo_parameters").split(";")]
    if [len(part) for part in parts] != [2, 2, 2, 1]:
        wanted = "groups,cables;chassis,cables;blades,cables;nodes"
        raise BadInput(cluster.line, f"topo_parameters of a dragonfly are: {wanted}")
    (groups, blue), (chassis, black), (blades, green), (nodes,) = parts
    a_group = chassis * blades
    _expect_hosts(cluster, hosts, groups * a_group * nodes)
    if groups > a_group:
        raise BadInput(cluster.line, f"{groups} groups need as many routers in each; there are {a_group}")
    routers = groups * a_group
    cabling.expect(routers * (1 + nodes), routers * (nodes + chassis + blades) + groups * groups)
    names = [f"{cluster.attributes['id']}:" + ".".join(map(str, reversed(coordinates(r, [blades, chassis, groups]))))
             for r in range(routers)]  # fmt: skip
    for i, router in enumerate(names):
        cabling.switch(router)
        for host in hosts[i * nodes : (i + 1) * nodes]:
            cabling.host(host)
            cabling.join(host, router)
    for i, router in enumerate(names):
        blade, in_group = i % blades, i % a_group // blades
        for k in range(1, blades - blade):
            cabling.join(router, names[i + k], green)
        for k in range(1, chassis - in_group):
            cabling.join(router, names[i + k * blades], black)
    for a in range(groups):
        for b in range(a + 1, groups):
            cabling.join(names[a * a_group + b], names[b * a_group + a], blue)


def _numbers(cluster: Element, text: str) -> list[int]:
    values = [units.count(part, cluster.line, "a value of topo_parameters", 1, 10**6) for part in text.split(",")]
    if len(values) > 20:
        raise BadInput(cluster.line, f"topo_parameters has {len(values)} values in one part; at most 20 are converted")
    return values


def _expect_hosts(cluster: Element, hosts: list[str], wanted: int) -> None:
    if len(hosts) != wanted:
        raise BadInput(cluster.line, f"topo_parameters make {wanted} hosts, but the radical names {len(hosts)}")


def _note(platform: simgrid_platform.Platform, cluster: Element) -> None:
    name = cluster.attributes["id"]
    if simgrid_platform.policy(cluster, "sharing_policy", "SPLITDUPLEX") == "SHARED":
        platform.notes.append(
            f"the cables of the cluster {name!r} are SHARED: both directions share the bandwidth in SimGrid; "
            "here each direction has it"
        )
    if simgrid_platform.policy(cluster, "bb_sharing_policy", "SHARED") == "FATPIPE" and "bb_bw" in cluster.attributes:
        platform.notes.append(
            f"the backbone of the cluster {name!r} is FATPIPE: no two messages share it in SimGrid; here they do"
        )
    if "limiter_link" in cluster.attributes:
        platform.notes.append(f"the limiters of the cluster {name!r} are left out")
