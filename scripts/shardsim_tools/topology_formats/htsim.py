# SPDX-License-Identifier: Apache-2.0
"""Parametric fat tree (.topo) of htsim, which ASTRA-sim uses too; two or three tiers, as htsim builds them.

Tier 0 is the top-of-rack switches. Speed and latency of a tier are those of its cables downwards, both ways.
Switch_Latency_ns is spent in the switch: each of its cables has half of it, so that every way through the switch has
all of it. A bundle is as many parallel cables. Queue sizes and the like are not read.
"""

import re
from decimal import Decimal

from . import units
from .graph import Graph
from .source import BadInput, Source, lines

NAME = "htsim"
TITLE = "htsim .topo"
ABOUT = "parametric fat tree (.topo) of htsim and ASTRA-sim"
TIER_KEYS = {
    "downlink_speed_gbps", "radix_up", "radix_down", "downlink_latency_ns", "switch_latency_ns", "oversubscribed",
    "bundle",
}  # fmt: skip
OPTIONAL = {"switch_latency_ns": 0, "oversubscribed": 1, "bundle": 1}


def matches(source: Source) -> bool:
    return bool(source.suffix == ".topo" or re.search(r"(?im)^tiers\s+\d+\s*$", source.text[:4096]))


def read(source: Source, graph: Graph) -> None:
    head, tiers = _parse(source)
    nodes, pod = head["nodes"], head["podsize"]
    graph.expect(nodes, nodes)
    tors_a_pod = _divided(pod, tiers[0]["radix_down"], "Podsize by Radix_Down of tier 0")
    if tiers[0]["bundle"] != 1:
        raise BadInput(None, "Bundle of tier 0 is not 1; htsim joins a host by one cable")
    pods = _divided(nodes, pod, "Nodes by Podsize")
    if len(tiers) == 2 and pods != 1:
        raise BadInput(None, f"Nodes is {nodes} and Podsize {pod}; two tiers make one pod, so both are the same")
    uplinks = _uplinks(nodes, tiers, 0)
    aggs_a_pod = _divided(uplinks, pods * tiers[1]["radix_down"], "uplinks of the racks by downlinks of tier 1")
    if aggs_a_pod * tiers[1]["bundle"] != tiers[0]["radix_up"]:
        raise BadInput(None, f"Radix_Up of tier 0 is {tiers[0]['radix_up']}, but its switches have "
                       f"{aggs_a_pod} x {tiers[1]['bundle']} uplinks by the speeds and oversubscription")  # fmt: skip
    cores = uplinks_2 = 0
    if len(tiers) == 3:
        uplinks_2 = _uplinks(uplinks, tiers, 1)
        cores = _divided(uplinks_2, tiers[2]["radix_down"], "uplinks of tier 1 by Radix_Down of tier 2")
        bundles = _divided(tiers[1]["radix_up"], tiers[2]["bundle"], "Radix_Up of tier 1 by Bundle of tier 2")
        reached = aggs_a_pod * bundles
        if reached != cores:
            raise BadInput(None, f"tier 1 reaches {reached} core switches by its Radix_Up, but there are {cores}")
    graph.expect(nodes + pods * (tors_a_pod + aggs_a_pod) + cores, nodes + uplinks + uplinks_2)
    _build(graph, tiers, pods, tors_a_pod, aggs_a_pod, cores)


def _build(graph: Graph, tiers: list[dict[str, int]], pods: int, tors_a_pod: int, aggs_a_pod: int, cores: int) -> None:
    hosts_a_tor = tiers[0]["radix_down"]
    for core in range(cores):
        graph.node(f"core{core}", False)
    for pod in range(pods):
        aggs = [graph.node(f"agg{pod * aggs_a_pod + i}", False) for i in range(aggs_a_pod)]
        for i in range(tors_a_pod):
            tor = pod * tors_a_pod + i
            graph.node(f"tor{tor}", False)
            for host in range(tor * hosts_a_tor, (tor + 1) * hosts_a_tor):
                _cable(graph, tiers, 0, graph.node(f"host{host}", True), f"tor{tor}")
            for agg in aggs:
                _cable(graph, tiers, 1, f"tor{tor}", agg)
        for place, agg in enumerate(aggs):
            for core in range(place, cores, aggs_a_pod):
                _cable(graph, tiers, 2, agg, f"core{core}")


def _cable(graph: Graph, tiers: list[dict[str, int]], tier: int, lower: str, upper: str) -> None:
    """Joins a node to a switch of the tier, by the tier's bundle."""
    values, half = tiers[tier], Decimal("0.5e-9")
    delay = Decimal(values["downlink_latency_ns"]) * Decimal("1e-9") + half * values["switch_latency_ns"]
    if tier:
        delay += half * tiers[tier - 1]["switch_latency_ns"]
    what = f"tier {tier}"
    bandwidth = units.bandwidth(Decimal(values["downlink_speed_gbps"]) * 10**9 / 8, None, what)
    for _ in range(values["bundle"]):
        graph.link(lower, upper, bandwidth, units.latency(delay, None, what))


def _uplinks(below: int, tiers: list[dict[str, int]], tier: int) -> int:
    speed, above, over = (
        tiers[tier]["downlink_speed_gbps"], tiers[tier + 1]["downlink_speed_gbps"], tiers[tier]["oversubscribed"],
    )  # fmt: skip
    return _divided(below * speed, above * over, f"the speed of all cables below tier {tier} by that of one above")


def _divided(a: int, b: int, what: str) -> int:
    if b == 0 or a % b or a == 0:
        raise BadInput(None, f"{what}, that is {a} by {b}, leaves a rest; the parameters do not fit together")
    return a // b


def _parse(source: Source) -> tuple[dict[str, int], list[dict[str, int]]]:
    head: dict[str, int] = {}
    tiers: dict[int, dict[str, int]] = {}
    current: dict[str, int] | None = None
    for line, words in lines(source.text):
        key = words[0].lower()
        if len(words) != 2:
            raise BadInput(line, f"{words[0]!r} has {len(words) - 1} values; one is wanted")
        if key == "tier":
            number = units.count(words[1], line, "the tier", 0, 2)
            if number in tiers:
                raise BadInput(line, f"tier {number} is described a second time")
            current = tiers[number] = {}
        elif key in {"nodes", "tiers", "podsize"}:
            head[key] = units.count(words[1], line, words[0], 1)
        elif key in TIER_KEYS:
            if current is None:
                raise BadInput(line, f"{words[0]!r} stands before the first 'Tier'; it belongs to one")
            if key in current:
                raise BadInput(line, f"{words[0]!r} occurs a second time in its tier")
            least = 0 if "latency" in key else 1
            current[key] = units.count(words[1], line, words[0], least)
        else:
            source.note(f"{words[0]} is not read")
    return head, _complete(head, tiers)


def _complete(head: dict[str, int], tiers: dict[int, dict[str, int]]) -> list[dict[str, int]]:
    for key in ("nodes", "tiers", "podsize"):
        if key not in head:
            raise BadInput(None, f"has no {key.capitalize()!r}; the file may be cut short")
    if head["tiers"] not in (2, 3):
        raise BadInput(None, f"has {head['tiers']} tiers; 2 or 3 are converted")
    for number in range(head["tiers"]):
        wanted = TIER_KEYS - set(OPTIONAL) - ({"radix_up"} if number == head["tiers"] - 1 else set())
        missing = sorted(wanted - set(tiers.get(number, {})))
        if missing:
            raise BadInput(None, f"tier {number} has no {missing[0]}; the file may be cut short")
    return [OPTIONAL | tiers[number] for number in range(head["tiers"])]
