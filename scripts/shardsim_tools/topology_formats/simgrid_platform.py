# SPDX-License-Identifier: Apache-2.0
"""What a SimGrid platform is made of, and its quantities."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from . import units
from .source import BadInput, Source
from .xml_tree import Element

_TEN = {p: Decimal(1000) ** i for i, p in enumerate(["", "k", "M", "G", "T", "P", "E", "Z", "Y"])}
_TWO = {f"{p}i": Decimal(1024) ** i for i, p in enumerate("KMGTPEZY", 1)}
BANDWIDTH = {
    prefix + unit: factor * size
    for unit, size in (("Bps", Decimal(1)), ("bps", Decimal("0.125")))
    for prefix, factor in (_TEN | _TWO).items()
}
LATENCY = units.LATENCY | {"m": Decimal(60), "h": Decimal(3600), "d": Decimal(86400), "w": Decimal(604800)}

POLICIES = {"SHARED", "FATPIPE", "SPLITDUPLEX", "FULLDUPLEX"}


@dataclass
class Link:
    bandwidth: Decimal  # bytes per second
    latency: Decimal  # seconds
    policy: str
    line: int


@dataclass
class Route:
    zone: str
    ends: tuple[str, str]
    links: list[str]
    both_ways: bool
    line: int
    zones: list[str] = field(default_factory=list)  # that it joins, if zones


@dataclass
class Platform:
    source: Source
    points: dict[str, bool] = field(default_factory=dict)  # name -> whether a host
    lines: dict[str, int] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    routes: list[Route] = field(default_factory=list)
    zones: dict[str, int] = field(default_factory=dict)
    cables: list[tuple[str, str, Decimal, Decimal, bool, int]] = field(
        default_factory=list
    )  # a, b, bandwidth, latency, one way, line; those of clusters
    without_latency: int = 0  # links; SimGrid takes 0
    linked_by_hand: set[str] = field(default_factory=set)  # links that <host_link> names
    hosts_forward: str = ""  # why
    notes: list[str] = field(default_factory=list)

    def point(self, name: str, is_host: bool, line: int) -> None:
        if name in self.points:
            what = f"a second node is called {name!r} (the first in line {self.lines[name]})"
            self.source.find("second node", line, what, "; each needs a name of its own")
            return
        self.points[name], self.lines[name] = is_host, line


def quantity(element: Element, key: str, table: Mapping[str, Decimal], default: str | None = None) -> Decimal:
    text = element.wanted(key) if default is None else element.attributes.get(key, default)
    plain = "s" if table is LATENCY else "Bps"
    value = units.scaled(text, table, element.line, f"{key} of <{element.tag}>", plain)
    if value < 0:
        raise BadInput(element.line, f"{key} of <{element.tag}> is negative; 0 or more is wanted")
    return value


def policy(element: Element, key: str, default: str) -> str:
    value = element.attributes.get(key, default).upper()
    if value not in POLICIES:
        raise BadInput(element.line, f"{key} {value!r} is not converted; one of {', '.join(sorted(POLICIES))} is")
    return "SPLITDUPLEX" if value == "FULLDUPLEX" else value


def known_link(platform: Platform, name: str, line: int) -> str:
    if name not in platform.links and re.sub("_(UP|DOWN)$", "", name) in platform.links:
        name = re.sub("_(UP|DOWN)$", "", name)  # a direction of a SPLITDUPLEX link
    if name not in platform.links:
        raise BadInput(line, f"the route uses the link {name!r}, but there is no such link")
    return name
