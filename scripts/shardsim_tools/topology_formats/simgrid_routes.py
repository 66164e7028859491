# SPDX-License-Identifier: Apache-2.0
"""Makes a graph of SimGrid's routes, which name links in order but not where a link ends.

The rule. Each link is a cable with two ends. A route of A and B over links x, y, z says that x begins at A, x and y
meet, y and z meet, z ends at B; where links meet and no host or router is, a switch "junction-N" is made. Routes are
taken in the order of the file; a link may be crossed either way, and of the ways the one is chosen that needs the
fewest ends to be the same anew.

When a route would make two named nodes one, or join a cable to itself, the link of it that most routes cross has more
than two ends. It becomes a bus: a one-way cable of its bandwidth and latency from a switch "LINK:in" to a switch
"LINK:out", to which all its ends send and from which they receive by cables that take no time. All that cross the link
share it then, in both directions, as in SimGrid.

Then each route is compared with the shortest path (fewest cables) in the graph: latency and bandwidth of the narrowest
cable must be the route's. Where more routes fit when hosts pass on messages, as routes then lead over hosts, they do.
Zones where they still are not, or whose routes fit no cables and buses, are drawn differently: a cable for each route,
directly, with the route's total latency and narrowest bandwidth. What is lost there is that routes share links; this is
noted.
"""

from collections import Counter, deque
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .simgrid_platform import Platform, Route

_End = tuple[Any, ...]  # of a link: (name, 0 or 1); of a bus: ("bus", name, number); a node: ("point", name)
Cable = tuple[str, str, Decimal, Decimal, bool, int, str | None]  # a, b, bandwidth, latency, one way, line, name
UNLIMITED = Decimal("Infinity")
NOTHING = Decimal(0)
MOST_BUSES = 50  # in a zone; one that seems to need more is drawn a cable a route
MOST_STEPS = 20_000_000  # of comparing routes with paths


class _Conflict(Exception):
    def __init__(self, route: Route) -> None:
        super().__init__()
        self.route = route


def laid_out(platform: Platform) -> tuple[dict[str, None], list[Cable]]:
    """(names of junctions, [(a, b, bandwidth, latency, one way, line, name)]), the cables of clusters included."""
    direct: set[str] = set()  # zones drawn a cable a route
    buses: dict[str, str] = {}  # link -> the zone for whose routes it became one
    while True:
        try:
            layout = _Layout(platform, direct, buses)
        except _Conflict as conflict:
            zone = conflict.route.zone
            bus = _most_crossed(platform, conflict.route, buses)
            if bus is None or list(buses.values()).count(zone) == MOST_BUSES:
                direct.add(zone)
                buses = {name: other for name, other in buses.items() if other != zone}
            else:
                buses[bus] = zone
            continue
        cables = layout.cables()
        unlike = _unlike(platform, cables) - direct
        if unlike and not platform.hosts_forward:
            over_hosts = _unlike(platform, cables, over_hosts=True)
            if len(over_hosts) < len(unlike):
                platform.hosts_forward, unlike = "routes lead over hosts", over_hosts - direct
        if not unlike:
            break
        direct |= unlike
        buses = {name: zone for name, zone in buses.items() if zone not in unlike}
    _note(platform, direct, sorted(layout.bus_ends))
    return layout.junctions, cables


def _most_crossed(platform: Platform, route: Route, buses: dict[str, str]) -> str | None:
    """The link of the route that most routes cross and is no bus yet."""
    crossed = Counter(name for other in platform.routes for name in set(other.links))
    free = [name for name in route.links if name not in buses]
    return max(free, key=lambda name: crossed[name]) if free else None


class _Layout:
    """Where the ends of links are. An end is (link, 0 or 1); ends known to be at one place are one set."""

    def __init__(self, platform: Platform, direct: set[str], buses: dict[str, str]) -> None:
        self.platform, self.buses = platform, buses
        self.parent: dict[_End, _End] = {}
        self.name: dict[_End, str] = {}  # of a set's root, when it is a host or router
        self.at: dict[_End, set[str]] = {}  # of a set's root: the links with an end there
        self.crossed: dict[str, set[int]] = {}  # link -> ends entered
        self.bus_ends: dict[str, list[_End]] = {}
        self.straight: dict[tuple[str, str], tuple[Decimal, Decimal, int]] = {}
        for route in platform.routes:
            if route.zone in direct:
                self._draw_straight(route)
            else:
                self._lay(route)
        self.junctions: dict[str, None] = {}  # a set that keeps its order
        self._called: dict[_End, str] = {}

    def cables(self) -> list[Cable]:
        cables: list[Cable] = [(*cable, None) for cable in self.platform.cables]
        for name, entered in self.crossed.items():
            link = self.platform.links[name]
            a, b = self._node((name, 0)), self._node((name, 1))
            if entered == {1}:
                a, b = b, a
            cables.append((a, b, link.bandwidth, link.latency, len(entered) == 1, link.line, name))
        for name, places in self.bus_ends.items():
            link = self.platform.links[name]
            into, out = self._fresh(f"{name}:in"), self._fresh(f"{name}:out")
            cables.append((into, out, link.bandwidth, link.latency, True, link.line, name))
            for node in dict.fromkeys(self._node(place) for place in places):
                cables.append((node, into, UNLIMITED, NOTHING, True, link.line, None))
                cables.append((out, node, UNLIMITED, NOTHING, True, link.line, None))
        drawn = set()
        for (a, b), (bandwidth, latency, line) in self.straight.items():
            both_ways = self.straight.get((b, a), ())[:2] == (bandwidth, latency)
            if (b, a) not in drawn:
                cables.append((a, b, bandwidth, latency, not both_ways, line, None))
            if both_ways:
                drawn.add((a, b))
        return cables

    def _draw_straight(self, route: Route) -> None:
        total = totals(self.platform, route)
        for ends in [route.ends, route.ends[::-1]] if route.both_ways else [route.ends]:
            self.straight.setdefault(ends, (*total, route.line))

    def _lay(self, route: Route) -> None:
        """Chooses for each link the end to enter by, at the least cost over the whole route, and joins the ends."""
        start, finish = self._named(route.ends[0]), self._named(route.ends[1])
        steps = [self._ways(name) for name in route.links]
        best: list[list[tuple[int, int]]] = [[(self._cost(start, way[0]), -1) for way in steps[0]]]
        for before, here in zip(steps, steps[1:]):
            best.append([
                min((best[-1][i][0] + self._cost(left[1], way[0]), i) for i, left in enumerate(before)) for way in here
            ])  # fmt: skip
        at = min(range(len(steps[-1])), key=lambda i: best[-1][i][0] + self._cost(steps[-1][i][1], finish))
        chosen: list[tuple[_End, _End]] = []
        for step, costs in zip(reversed(steps), reversed(best)):
            chosen.insert(0, step[at])
            at = costs[at][1]
        for left, right in zip([(start, start), *chosen], [*chosen, (finish, finish)]):
            if not self._join(left[1], right[0]):
                raise _Conflict(route)
        for name, way in zip(route.links, chosen):
            if name not in self.buses:
                self.crossed.setdefault(name, set()).update((0, 1) if route.both_ways else (way[0][1],))

    def _ways(self, name: str) -> list[tuple[_End, _End]]:
        """[(end to enter by, end to leave by)]; a bus has new ends each time."""
        if name in self.buses:
            places = self.bus_ends.setdefault(name, [])
            pair: list[_End] = [("bus", name, len(places)), ("bus", name, len(places) + 1)]
            places += pair
            for end in pair:
                self._add(end, set())
            return [(pair[0], pair[1])]
        first, second = (name, 0), (name, 1)
        for end in (first, second):
            self._add(end, {name})
        return [(first, second), (second, first)]

    def _add(self, end: _End, links: set[str]) -> None:
        if end not in self.parent:
            self.parent[end], self.at[end] = end, links

    def _named(self, point: str) -> _End:
        key = ("point", point)
        if key not in self.parent:
            self._add(key, set())
            self.name[key] = point
        return key

    def _root(self, end: _End) -> _End:
        while self.parent[end] != end:
            self.parent[end] = self.parent[self.parent[end]]
            end = self.parent[end]
        return end

    def _cost(self, x: _End, y: _End) -> int:
        x, y = self._root(x), self._root(y)
        if x == y:
            return 0
        return 1 if not (x in self.name and y in self.name) and self.at[x].isdisjoint(self.at[y]) else 1000

    def _join(self, x: _End, y: _End) -> bool:
        if self._cost(x, y) > 1:
            return False
        x, y = self._root(x), self._root(y)
        if x != y:
            if len(self.at[x]) < len(self.at[y]):
                x, y = y, x
            self.parent[y] = x
            self.at[x] |= self.at.pop(y)
            if y in self.name:
                self.name[x] = self.name.pop(y)
        return True

    def _node(self, end: _End) -> str:
        root = self._root(end)
        if root in self.name:
            return self.name[root]
        if root not in self._called:
            self._called[root] = self._fresh(f"junction-{len(self._called) + 1}")
        return self._called[root]

    def _fresh(self, name: str) -> str:
        while name in self.platform.points or name in self.junctions:
            name += "'"
        self.junctions[name] = None
        return name


def totals(platform: Platform, route: Route) -> tuple[Decimal, Decimal]:
    """(narrowest bandwidth, total latency) of a route."""
    links = [platform.links[name] for name in route.links]
    return min(link.bandwidth for link in links), sum((link.latency for link in links), NOTHING)


@dataclass
class _Best:
    """Of all shortest paths from a node: the extremes of bandwidth and latency."""

    hops: int
    narrow: Decimal
    wide: Decimal
    low: Decimal
    high: Decimal


def _unlike(platform: Platform, cables: list[Cable], over_hosts: bool = False) -> set[str]:
    """Zones with a route whose latency or bandwidth is not that of every shortest path."""
    backward: dict[str, list[tuple[str, Decimal, Decimal]]] = {}
    for a, b, bandwidth, latency, one_way, *_ in cables:
        backward.setdefault(b, []).append((a, bandwidth, latency))
        if not one_way:
            backward.setdefault(a, []).append((b, bandwidth, latency))
    wanted: dict[str, list[tuple[str, Route]]] = {}
    for route in platform.routes:
        wanted.setdefault(route.ends[1], []).append((route.ends[0], route))
        if route.both_ways:
            wanted.setdefault(route.ends[0], []).append((route.ends[1], route))
    zones, steps = set(), 0
    for to, routes in wanted.items():
        steps += len(cables)
        if steps > MOST_STEPS:
            platform.notes.append("too many routes to compare them all with the graph's paths; the first are compared")
            break
        best = _paths_to(platform, backward, to, over_hosts or bool(platform.hosts_forward))
        for start, route in routes:
            bandwidth, latency = totals(platform, route)
            found = best.get(start)
            if found is None or {found.narrow, found.wide} != {bandwidth} or {found.low, found.high} != {latency}:
                zones.add(route.zone)
    return zones


def _paths_to(
    platform: Platform, backward: dict[str, list[tuple[str, Decimal, Decimal]]], to: str, over_hosts: bool
) -> dict[str, _Best]:
    """Breadth first, against the direction of the cables; node -> _Best."""
    best = {to: _Best(0, UNLIMITED, UNLIMITED, NOTHING, NOTHING)}
    queue = deque([to])
    while queue:
        node = queue.popleft()
        here = best[node]
        if node != to and platform.points.get(node, False) and not over_hosts:
            continue
        for before, bandwidth, latency in backward.get(node, ()):
            narrow, wide = min(here.narrow, bandwidth), min(here.wide, bandwidth)
            low, high = here.low + latency, here.high + latency
            known = best.get(before)
            if known is None:
                best[before] = _Best(here.hops + 1, narrow, wide, low, high)
                queue.append(before)
            elif known.hops == here.hops + 1:
                known.narrow, known.wide = min(known.narrow, narrow), max(known.wide, wide)
                known.low, known.high = min(known.low, low), max(known.high, high)
    return best


def _note(platform: Platform, direct: set[str], buses: list[str]) -> None:
    if direct:
        names = ", ".join(map(repr, sorted(direct)))[:200]
        platform.notes.append(
            f"the routes of the zones {names} fit no graph of their links: each route is a cable of its own there, "
            "with its latency and narrowest bandwidth, and routes do not share links"
        )
    if buses:
        names = ", ".join(map(repr, buses))[:200]
        platform.notes.append(f"links with more than two ends, each a one-way cable that all of them share: {names}")
