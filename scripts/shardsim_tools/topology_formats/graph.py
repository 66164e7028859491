# SPDX-License-Identifier: Apache-2.0
"""The graph every format is turned into: checks what any format can get wrong, fills in what the user supplies."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from . import repair, units
from .places import Places
from .source import BadInput, Source

MOST_NODES = 200_000
MOST_LINKS = 1_000_000
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
    module: str = "smallest"  # of those a link of SNDlib may be given
    repair: bool = False


@dataclass
class Graph:
    source: Source
    defaults: Defaults
    format: str
    hosts: list[str] = field(default_factory=list)
    switches: list[str] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    hosts_forward: bool | None = None  # None: where there is nothing but hosts, they do
    unsaid: str = ""  # for the error about a missing quantity: what the format leaves out by nature
    edge_list: bool = False  # a format in which a cable may be listed once, or once in each direction

    def __post_init__(self) -> None:
        self._line_of: dict[str, int | None] = {}  # also the set of all nodes
        self._places = Places(self.source)
        self._link_names: set[str] = set()
        self._without_unit: set[str] = set()  # quantities that came as a plain number
        self._of_default_kind: set[str] = set()
        self._units_supplied: Counter[str] = Counter()
        self._repaired: Counter[str] = Counter()
        self._example = ""  # a node as renamed

    def node(self, name: str, is_host: bool | None, line: int | None = None) -> str:
        """Adds a node; is_host is None when the file does not say. The name must be new; --repair makes it so."""
        if not name.strip():
            raise BadInput(line, "a node has an empty name; each needs one of its own")
        if name in self._line_of:
            if not self.defaults.repair:
                first = self._line_of[name]
                where = f" (the first in line {first})" if first else ""
                advice = "; each needs a name of its own: --repair renames it"
                self.source.find("second node", line, f"a second node is called {name!r}{where}", advice)
                return name
            name = repair.fresh_name(name, self._line_of)
            self._example = self._example or name
            self._repaired["renamed"] += 1
        if len(self._line_of) >= MOST_NODES:
            raise BadInput(line, f"there are more than {MOST_NODES} nodes, the most that is converted")
        if is_host is None:
            is_host = self.defaults.kind != "switch"
            self._of_default_kind.add(name)
        self._line_of[name] = line
        (self.hosts if is_host else self.switches).append(name)
        return name

    def has(self, name: str) -> bool:
        return name in self._line_of

    def place(self, name: str, longitude: float, latitude: float) -> None:
        """Where the node is, for --latency-per-km; all of a file's must come before its links."""
        self._places.add(name, longitude, latitude)

    def link(
        self,
        a: str,
        b: str,
        bandwidth: str | None = None,
        latency: str | None = None,
        line: int | None = None,
        name: str | None = None,
        one_way: bool = False,
    ) -> None:
        """Adds a cable; the quantities are texts, None where the file does not say."""
        called = f"the link {name!r} of {a!r} and {b!r}" if name else f"the link of {a!r} and {b!r}"
        unknown = [end for end in (a, b) if end not in self._line_of]
        if unknown:
            self.source.find("unknown node", line, f"{called}: there is no node {unknown[0]!r}",
                             f"; {self._some_nodes()}")  # fmt: skip
            return
        if a == b:
            if self.defaults.repair:
                self._repaired["loops"] += 1
            else:
                self.source.find("loop", line, f"{called} joins a node to itself",
                                 "; two different nodes are wanted: --repair drops it")  # fmt: skip
            return
        if len(self.links) >= MOST_LINKS:
            raise BadInput(line, f"there are more than {MOST_LINKS} links, the most that is converted")
        distance = None if latency else self._latency_by_distance(a, b)
        link: dict[str, Any] = {
            "a": a, "b": b, "bandwidth": bandwidth or self._default("bandwidth", line, called),
            "latency": latency or distance or self._default("latency", line, called),
            "supplied": (not bandwidth, not latency and ("distance" if distance else "default")),
        }  # fmt: skip
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
        self._units_supplied["bandwidth"] += not unit
        family = "bytes" if "B" in (unit or self.defaults.bandwidth_unit or "") else "bits"
        value = units.scaled(text, units.BANDWIDTH, line, what, self.defaults.bandwidth_unit or "")
        return units.bandwidth(value, line, what, family)

    def plain_latency(self, text: str, line: int | None, what: str) -> str | None:
        unit = units.split(text, line, what)[1]
        if not unit and not self.defaults.latency_unit:
            self._without_unit.add("latency")
            return None
        self._units_supplied["latency"] += not unit
        value = units.scaled(text, units.LATENCY, line, what, self.defaults.latency_unit or "")
        return units.latency(value, line, what)

    def finished(self, frontend: str | None) -> dict[str, Any]:
        """The native form."""
        if not self._line_of and not self.source.findings:
            raise BadInput(None, "holds no nodes; at least one is wanted")
        if frontend is not None and frontend not in self._line_of:
            self.source.find("frontend", None, f"--frontend: there is no node {frontend!r}; {self._some_nodes()}")
        if self.source.findings:
            return {}
        if self.edge_list:
            self.links = repair.joined_directions(self.links, self.source)
        neighbours = self._neighbours()
        if self.defaults.repair:
            neighbours = self._repair(neighbours)
            if frontend is not None and frontend not in self._line_of:
                self.source.find(
                    "frontend", None, f"--frontend: {frontend!r} is not in the largest part, which --repair keeps"
                )
        elif (parts := len(repair.parts(neighbours))) > 1:
            self.source.note(f"the graph is in {parts} parts that no link joins; --repair keeps the largest")
        self._note_supplied()
        if self.hosts_forward is None:
            self.hosts_forward = not self.switches and any(len(n) > 1 for n in neighbours.values())
        native: dict[str, Any] = {
            "type": "graph",
            "description": f"from {self.source.path.name} ({self.format})",
            "hosts": self.hosts,
        }
        native["switches"] = self.switches
        if self.hosts_forward:
            native["routing"] = {"hosts_forward": True}
        native["links"] = self.links
        if frontend is not None:
            native["frontend"] = frontend
        return native

    def _default(self, quantity: str, line: int | None, called: str) -> str | None:
        value: str | None = getattr(self.defaults, quantity)
        if value:
            return value
        why = self.unsaid or f"the file does not say it, as {self.format} need not"
        ways = f"--default {quantity}='{'10 Gbps' if quantity == 'bandwidth' else '1 ms'}'"
        if quantity in self._without_unit:
            why = self.unsaid if "unit" in self.unsaid else "it is a number without a unit"
            unit = "Mbps" if quantity == "bandwidth" else "ms"
            ways = f"--default {quantity}-unit={unit} or, one for all, {ways}"
        if quantity == "latency" and self.defaults.latency_per_km is None and self._places.are_degrees():
            ways += " or --latency-per-km '5 us'"
        self.source.find(quantity, line, f"{called} has no {quantity}", f": {why}; supply it with {ways}")
        return None

    def _latency_by_distance(self, a: str, b: str) -> str | None:
        """To the picosecond."""
        per_km = self.defaults.latency_per_km
        km = None if per_km is None else self._places.kilometres(a, b)
        if per_km is None or km is None:
            return None
        seconds = Decimal(repr(km)) * per_km
        return units.latency(seconds.quantize(Decimal("1e-12")), None, "the distance")

    def _some_nodes(self) -> str:
        some = [repr(n) for n in list(self._line_of)[:3]]
        return f"nodes are {', '.join(some)}{', ...' if len(self._line_of) > 3 else ''}"

    def _neighbours(self) -> dict[str, set[str]]:
        result: dict[str, set[str]] = {name: set() for name in self._line_of}
        for link in self.links:
            result[link["a"]].add(link["b"])
            result[link["b"]].add(link["a"])
        return result

    def _note_supplied(self) -> None:
        """Counts what was not in the file, a line for each quantity."""
        links, nodes, kinds = len(self.links), len(self._line_of), len(self._of_default_kind & set(self._line_of))
        if kinds and self.defaults.kind is None:
            self.source.note(
                f"{self.format} does not say which nodes are hosts: {kinds} of {nodes} nodes, which do not say, are "
                "made hosts (--default kind=switch makes them switches)"
            )
        elif kinds:
            self.source.note(
                f"{kinds} of {nodes} nodes do not say of which kind they are: {self.defaults.kind}, by --default"
            )
        supplied = [link.pop("supplied") for link in self.links]
        bandwidths = sum(bandwidth for bandwidth, _ in supplied)
        latencies = Counter(latency for _, latency in supplied)
        if bandwidths:
            self.source.note(
                f"{bandwidths} of {links} links have the bandwidth of --default ({self.defaults.bandwidth})"
            )
        if latencies["distance"]:
            self.source.note(f"{latencies['distance']} of {links} links have a latency by distance (--latency-per-km)")
        if latencies["default"]:
            self.source.note(
                f"{latencies['default']} of {links} links have the latency of --default ({self.defaults.latency})"
            )
        for quantity, number in self._units_supplied.items():
            if number:
                unit = getattr(self.defaults, f"{quantity}_unit")
                self.source.note(
                    f"{number} values of {quantity} have no unit: taken in {unit}, by --default {quantity}-unit"
                )

    def _repair(self, neighbours: dict[str, set[str]]) -> dict[str, set[str]]:
        """Drops doubled links and all but the largest part; says what was done, in one line."""
        before = len(self.links)
        self.links = repair.without_doubles(self.links)
        kept = repair.parts(neighbours)[0]
        self._note_repaired(before - len(self.links), len(neighbours) - len(kept))
        self.hosts, self.switches = ([n for n in names if n in kept] for names in (self.hosts, self.switches))
        self.links = [link for link in self.links if link["a"] in kept]
        self._line_of = {name: line for name, line in self._line_of.items() if name in kept}
        return {name: near for name, near in neighbours.items() if name in kept}

    def _note_repaired(self, doubled: int, left_out: int) -> None:
        """In the words of the program's --repair."""
        renamed, loops, done = self._repaired["renamed"], self._repaired["loops"], []
        if renamed:
            done.append(f"{repair.counted(renamed, 'node', 'nodes')} renamed, such as {self._example!r}")
        if loops:
            done.append(f"{repair.counted(loops, 'link', 'links')} of a node to itself dropped")
        if doubled:
            done.append(f"{repair.counted(doubled, 'doubled link', 'doubled links')} dropped")
        if left_out:
            done.append(f"{repair.counted(left_out, 'node', 'nodes')} apart from the largest part left out")
        self.source.note(f"repaired: {', '.join(done) or 'nothing'}")


def is_host_of(kind: object) -> bool | None:
    """Of a node's attribute `kind` or `type`; None for what is no word of ours."""
    return KINDS.get(str(kind).lower())
