# SPDX-License-Identifier: Apache-2.0
"""SimGrid platform XML.

Zones (also AS of older files) may nest; hosts and routers keep their names, routers become switches. simgrid_routes
tells how routes, which are lists of links, become a graph; simgrid_clusters how clusters do.

Bandwidths are in B/s and latencies in s unless they have a unit. A link that is SHARED (the default) serves both
directions with one bandwidth in SimGrid; a cable here has it in each direction, which is noted. FATPIPE links, which
no two messages share in SimGrid, are shared here, which is noted too. Limiters and loopbacks are left out; so are
links that no route names.
"""

import re

from . import simgrid_clusters, simgrid_routes, units, xml_tree
from .graph import Graph
from .simgrid_platform import BANDWIDTH, LATENCY, Link, Platform, Route, known_link, policy, quantity
from .source import BadInput, Source
from .xml_tree import Element

NAME = "simgrid"
TITLE = "SimGrid XML"
ABOUT = "SimGrid XML (zones, routes, clusters)"

IGNORED = {
    "prop", "config", "random", "trace", "trace_connect", "storage", "storage_type", "mount", "mstorage", "disk",
    "model_prop", "process", "actor",
}  # fmt: skip
HAND_MADE = {"cabinet", "host_link", "backbone"}  # of a cluster made by hand
COMPOSED = {"floyd", "dijkstra", "dijkstracache"}  # zones in which a path is several routes, end to end
ROUTINGS = COMPOSED | {"full", "none", "vivaldi", "cluster"}


def matches(source: Source) -> bool:
    return bool(source.suffix == ".xml" and re.search(r"<platform[\s>]", source.text[:65536]))


def read(source: Source, graph: Graph) -> None:
    root = xml_tree.parse(source.data)
    if root.tag != "platform":
        raise BadInput(root.line, f"the outermost element is <{root.tag}>; <platform> is wanted")
    version = root.attributes.get("version", "4")
    if units.NUMBER.fullmatch(version) and float(version) < 3:
        raise BadInput(root.line, f"is of version {version}; versions from 3 on are converted (see simgrid_update_xml)")
    platform = Platform(source)
    _zone(platform, root, graph)
    _check(platform)
    if source.findings:
        return
    _find_forwarding(platform, root)
    junctions, cables = simgrid_routes.laid_out(platform)
    if platform.hosts_forward:
        platform.notes.append(f"hosts pass on messages of others (hosts_forward): {platform.hosts_forward}")
    for point, is_host in platform.points.items():
        graph.node(point, is_host, platform.lines[point])
    for junction in junctions:
        graph.node(junction, False)
    for a, b, bandwidth, latency, one_way, line, name in cables:
        what = f"the link {name!r}" if name else f"the link of {a!r} and {b!r}"
        speed, delay = units.bandwidth(bandwidth, line, what, "bytes"), units.latency(latency, line, what)
        graph.link(a, b, speed, delay, line, name, one_way)
    graph.hosts_forward = bool(platform.hosts_forward)
    _note_policies(platform, cables)
    if platform.without_latency:
        platform.notes.append(f"{platform.without_latency} links do not say their latency: 0, as SimGrid takes it")
    for note in platform.notes:
        source.note(note)


def _zone(platform: Platform, zone: Element, graph: Graph) -> None:
    """What stands in a zone, and in those below."""
    for element in zone.children:
        tag = element.tag
        if tag in ("zone", "AS"):
            _name_zone(platform, element)
            _refuse_routing(element)
            _zone(platform, element, graph)
        elif tag == "host":
            platform.point(element.wanted("id"), True, element.line)
        elif tag == "router":
            platform.point(element.wanted("id"), False, element.line)
        elif tag == "link":
            _link(platform, element)
        elif tag in ("route", "zoneRoute", "ASroute"):
            _route(platform, zone, element)
        elif tag == "cluster":
            _name_zone(platform, element)
            simgrid_clusters.add(platform, element, graph)
        elif tag in HAND_MADE:
            if zone.attributes.get("routing", "").lower() != "cluster":
                raise BadInput(
                    element.line, f"<{tag}> stands in a zone whose routing is not Cluster; it belongs to one"
                )
        elif tag not in IGNORED:
            raise BadInput(element.line, f"<{tag}> is not converted; host, router, link, route, zoneRoute, cluster are")
    if zone.attributes.get("routing", "").lower() == "cluster":
        simgrid_clusters.add_zone(platform, zone, graph)


def _name_zone(platform: Platform, element: Element) -> None:
    name = element.wanted("id")
    if name in platform.zones:
        raise BadInput(element.line, f"a second zone is called {name!r} (the first in line {platform.zones[name]})")
    platform.zones[name] = element.line


def _refuse_routing(zone: Element) -> None:
    """Of a Vivaldi zone, only one that joins nothing has no latencies that come from coordinates."""
    routing = zone.attributes.get("routing", "Full").lower()
    if routing not in ROUTINGS:
        raise BadInput(zone.line, f"routing {routing!r} is not converted; Full, Floyd, Dijkstra and None are")
    joined = [c for c in zone.children if c.tag in ("host", "router", "zone", "AS", "cluster", "peer")]
    if routing == "vivaldi" and len(joined) > 1:
        raise BadInput(zone.line, "a Vivaldi zone has latencies by coordinates, not by links; make it a Full zone")


def _link(platform: Platform, element: Element) -> None:
    name = element.wanted("id")
    if name in platform.links:
        first = platform.links[name].line
        platform.source.find(
            "second link", element.line, f"a second link is called {name!r} (the first in line {first})"
        )
        return
    bandwidth = quantity(element, "bandwidth", BANDWIDTH)
    if not bandwidth:
        raise BadInput(element.line, f"the link {name!r} has bandwidth 0; more than 0 is wanted")
    latency = quantity(element, "latency", LATENCY, "0")
    platform.without_latency += "latency" not in element.attributes
    platform.links[name] = Link(bandwidth, latency, policy(element, "sharing_policy", "SHARED"), element.line)


def _route(platform: Platform, zone: Element, element: Element) -> None:
    prefix = "" if element.tag == "route" else "gw_"
    element.wanted("src"), element.wanted("dst")
    ends = (element.wanted(prefix + "src"), element.wanted(prefix + "dst"))
    both_ways = element.attributes.get("symmetrical", "YES").upper() not in ("NO", "FALSE", "0")
    links = [part.wanted("id") for part in element.children if part.tag in ("link_ctn", "link:ctn")]
    if not links:
        raise BadInput(element.line, f"the route of {ends[0]!r} and {ends[1]!r} names no link; it needs at least one")
    if ends[0] == ends[1]:
        if prefix:
            raise BadInput(element.line, f"the route joins the gateway {ends[0]!r} to itself; two are wanted")
        return  # a loopback
    zones = [element.attributes[end] for end in ("src", "dst")] if prefix else []
    platform.routes.append(Route(zone.attributes.get("id", ""), ends, links, both_ways, element.line, zones))


def _check(platform: Platform) -> None:
    for route in platform.routes:
        with platform.source.gathering():
            for name in route.ends:
                if name not in platform.points:
                    raise BadInput(route.line, f"the route joins {name!r}, but there is no such host or router")
            for name in route.zones:
                if name not in platform.zones:
                    raise BadInput(route.line, f"the route joins the zone {name!r}, but there is no such zone")
            if route.zones and any(platform.points[name] for name in route.ends):
                platform.hosts_forward = "a gateway of a zone is a host"
            route.links = [known_link(platform, name, route.line) for name in route.links]


def _find_forwarding(platform: Platform, root: Element) -> None:
    """Hosts pass messages on where paths are composed of routes that meet at a host."""
    composed = set()
    stack = [root]
    while stack:
        zone = stack.pop()
        stack += [c for c in zone.children if c.tag in ("zone", "AS")]
        if zone.attributes.get("routing", "").lower() in COMPOSED:
            composed.add(zone.attributes["id"])
    neighbours: dict[str, set[str]] = {}
    for route in platform.routes:
        if route.zone in composed:
            for a, b in (route.ends, route.ends[::-1]):
                neighbours.setdefault(a, set()).add(b)
    if any(platform.points[name] and len(others) > 1 for name, others in neighbours.items()):
        platform.hosts_forward = platform.hosts_forward or "routes of a Floyd or Dijkstra zone meet at a host"


def _note_policies(platform: Platform, cables: list[simgrid_routes.Cable]) -> None:
    both_ways = {name for *_, one_way, _, name in cables if name and not one_way}
    used = {name for route in platform.routes for name in route.links} | platform.linked_by_hand
    for kind, concerned, text in (
        ("SHARED", both_ways, "both directions share the bandwidth in SimGrid; here each direction has it"),
        ("FATPIPE", used, "no two messages share it in SimGrid; here they do"),
    ):
        found = [name for name, link in platform.links.items() if link.policy == kind and name in concerned]
        if found:
            platform.notes.append(f"{kind} links ({len(found)}, the first is {found[0]!r}): {text}")
    left_out = len(platform.links) - len(used)
    if left_out:
        platform.notes.append(f"links that no route between two nodes uses are left out: {left_out}")
