# SPDX-License-Identifier: Apache-2.0
"""The graph every format is turned into: checks what any format can get wrong, fills in what the user supplies."""

import math
from dataclasses import dataclass, field
from decimal import Decimal

from . import units
from .source import BadInput, Source

MOST_NODES = 200_000
MOST_LINKS = 1_000_000
EARTH_RADIUS_KM = 6371.0
KINDS = {"host": True, "server": True, "switch": False, "router": False}


@dataclass
class Defaults:
    """What the command line supplies for what the file leaves unsaid; texts already checked."""

    bandwidth: str | None = None
    latency: str | None = None
    kind: str | None = None
    bandwidth_unit: str | None = None
    latency_unit: str | None = None
    latency_per_km: Decimal | None = None  # seconds


@dataclass
class Graph:
    source: Source
    defaults: Defaults
    format: str
    hosts: list[str] = field(default_factory=list)
    switches: list[str] = field(default_factory=list)
    links: list[dict] = field(default_factory=list)
    hosts_forward: bool | None = None  # None: where there is nothing but hosts, they do
    unsaid: str = ""  # for the error about a missing quantity: what the format leaves out by nature

    def __post_init__(self):
        self._line_of: dict[str, int | None] = {}  # also the set of all nodes
        self._place: dict[str, tuple[float, float]] = {}
        self._link_names: set[str] = set()
        self._without_unit: set[str] = set()  # quantities that came as a plain number

    def node(self, name: str, is_host: bool | None, line: int | None = None) -> str:
        """Adds a node; is_host is None when the file does not say. The name must be new."""
        if not name.strip():
            raise BadInput(line, "a node has an empty name; each needs one of its own")
        if name in self._line_of:
            first = self._line_of[name]
            raise BadInput(line, f"a second node is called {name!r}{f' (the first in line {first})' if first else ''}")
        if len(self._line_of) >= MOST_NODES:
            raise BadInput(line, f"there are more than {MOST_NODES} nodes, the most that is converted")
        if is_host is None:
            is_host = self._unsaid_kind()
        self._line_of[name] = line
        (self.hosts if is_host else self.switches).append(name)
        return name

    def has(self, name: str) -> bool:
        return name in self._line_of

    def place(self, name: str, longitude: float, latitude: float) -> None:
        """Where on Earth the node is, for --latency-per-km."""
        if math.isfinite(longitude) and math.isfinite(latitude) and abs(latitude) <= 90 and abs(longitude) <= 360:
            self._place[name] = (math.radians(longitude), math.radians(latitude))

    def link(self, a, b, bandwidth=None, latency=None, line=None, name=None, one_way=False) -> None:
        """Adds a cable; the quantities are texts, None where the file does not say."""
        called = f"the link {name!r} of {a!r} and {b!r}" if name else f"the link of {a!r} and {b!r}"
        for end in (a, b):
            if end not in self._line_of:
                raise BadInput(line, f"{called}: there is no node {end!r}; {self._some_nodes()}")
        if a == b:
            raise BadInput(line, f"{called} joins a node to itself; two different nodes are wanted")
        if len(self.links) >= MOST_LINKS:
            raise BadInput(line, f"there are more than {MOST_LINKS} links, the most that is converted")
        bandwidth = bandwidth or self.defaults.bandwidth
        latency = latency or self._latency_by_distance(a, b) or self.defaults.latency
        if not bandwidth:
            self._refuse_unsaid(line, called, "bandwidth", "10 Gbps")
        if not latency:
            self._refuse_unsaid(line, called, "latency", "1 ms")
        link = {"a": a, "b": b, "bandwidth": bandwidth, "latency": latency}
        if name and name not in self._link_names:  # the second cable of a bundle goes without
            self._link_names.add(name)
            link["name"] = name
        if one_way:
            link["one_way"] = True
        self.links.append(link)

    def expect(self, nodes: int, links: int, line: int | None = None) -> None:
        """Refuses a count before anything of that size is built."""
        for size, most, what in ((nodes, MOST_NODES, "nodes"), (links, MOST_LINKS, "links")):
            if size > most:
                raise BadInput(line, f"the file asks for {size} {what}; at most {most} are converted")

    def plain_bandwidth(self, text: str, line: int | None, what: str) -> str | None:
        """Of a value that may come without a unit: None when then --default bandwidth-unit is not given either."""
        value, unit = units.split(text, line, what)
        if not unit and not self.defaults.bandwidth_unit:
            if value <= 0:
                units.bandwidth(value, line, what)
            self._without_unit.add("bandwidth")
            if self.defaults.bandwidth:
                self.source.note(
                    "bandwidths without a unit are replaced by --default bandwidth; "
                    "--default bandwidth-unit=Mbps would keep their values"
                )
            return None
        family = "bytes" if "B" in (unit or self.defaults.bandwidth_unit) else "bits"
        value = units.scaled(text, units.BANDWIDTH, line, what, self.defaults.bandwidth_unit or "")
        return units.bandwidth(value, line, what, family)

    def plain_latency(self, text: str, line: int | None, what: str) -> str | None:
        if not units.split(text, line, what)[1] and not self.defaults.latency_unit:
            self._without_unit.add("latency")
            return None
        value = units.scaled(text, units.LATENCY, line, what, self.defaults.latency_unit or "")
        return units.latency(value, line, what)

    def finished(self, frontend: str | None) -> dict:
        """The native form."""
        if not self._line_of:
            raise BadInput(None, "holds no nodes; at least one is wanted")
        if frontend is not None and frontend not in self._line_of:
            raise BadInput(None, f"--frontend: there is no node {frontend!r}; {self._some_nodes()}")
        neighbours = self._neighbours()
        if self.hosts_forward is None:
            self.hosts_forward = not self.switches and any(len(n) > 1 for n in neighbours.values())
        self._note_parts(neighbours)
        native = {"type": "graph", "description": f"from {self.source.path.name} ({self.format})", "hosts": self.hosts}
        native["switches"] = self.switches
        if self.hosts_forward:
            native["routing"] = {"hosts_forward": True}
        native["links"] = self.links
        if frontend is not None:
            native["frontend"] = frontend
        return native

    def _unsaid_kind(self) -> bool:
        if self.defaults.kind is None:
            self.source.note(
                f"{self.format} does not say which nodes are hosts: those that do not say are made hosts "
                "(--default kind=switch makes them switches)"
            )
        return self.defaults.kind != "switch"

    def _latency_by_distance(self, a: str, b: str) -> str | None:
        """Along the great circle; to the picosecond."""
        if self.defaults.latency_per_km is None or a not in self._place or b not in self._place:
            return None
        (x1, y1), (x2, y2) = self._place[a], self._place[b]
        h = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
        km = 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))
        seconds = Decimal(repr(km)) * self.defaults.latency_per_km
        return units.latency(seconds.quantize(Decimal("1e-12")), None, "the distance")

    def _refuse_unsaid(self, line, called, quantity, example):
        why = self.unsaid or f"the file does not say it, as {self.format} need not"
        ways = f"--default {quantity}='{example}'"
        if quantity in self._without_unit:
            why = self.unsaid if "unit" in self.unsaid else "it is a number without a unit"
            unit = "Mbps" if quantity == "bandwidth" else "ms"
            ways = f"--default {quantity}-unit={unit} or, one for all, {ways}"
        if quantity == "latency" and self._place and self.defaults.latency_per_km is None:
            ways += " or --latency-per-km '5 us'"
        raise BadInput(line, f"{called} has no {quantity}: {why}; supply it with {ways}")

    def _some_nodes(self) -> str:
        some = [repr(n) for n in list(self._line_of)[:3]]
        return f"nodes are {', '.join(some)}{', ...' if len(self._line_of) > 3 else ''}"

    def _neighbours(self) -> dict[str, set[str]]:
        result: dict[str, set[str]] = {name: set() for name in self._line_of}
        for link in self.links:
            result[link["a"]].add(link["b"])
            result[link["b"]].add(link["a"])
        return result

    def _note_parts(self, neighbours: dict[str, set[str]]) -> None:
        """A graph in pieces converts, but simulates only as long as nothing is sent between the pieces."""
        left, parts = set(neighbours), 0
        while left:
            parts += 1
            reached = [left.pop()]
            while reached:
                fresh = neighbours[reached.pop()] & left
                left -= fresh
                reached += fresh
        if parts > 1:
            self.source.note(f"the graph is in {parts} parts that no link joins")


def is_host_of(kind) -> bool | None:
    """Of a node's attribute `kind` or `type`; None for what is no word of ours."""
    return KINDS.get(str(kind).lower())
