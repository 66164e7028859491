#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The textbook formulas, behind the part of shardsim's command line that the cross-check uses.

It needs no build, so `run --shardsim hand.py` tests the cross-check itself, and SimGrid against a third opinion.
  ideal  latency of the path + size / its least bandwidth
  fluid  the latency first, then max-min fair shares by progressive filling, anew at each start and end of a flow
  packet UDP packets of 1500 bytes (28 of them headers, 2 more on the wire), all given to the port at once; every port
         is first-come-first-served and passes on whole packets

example: tests/crosscheck/hand.py topology flows topologies/dumbbell.json flows/dumbbell-heavy.csv --transport fluid
"""
import argparse
import csv
import heapq
import itertools
import json
import sys

RATES = {"Gbps": 1e9, "Mbps": 1e6, "kbps": 1e3, "bps": 1}
TIMES = {"s": 1e6, "ms": 1e3, "us": 1, "ns": 1e-3}


def quantity(text, units):
    value, unit = text.split()
    return float(value) * units[unit]


class Network:
    def __init__(self, file):
        with open(file) as f:
            topology = json.load(f)
        self.links = {}  # directed: (from, to) -> (bytes per us, latency in us)
        self.next = {}
        for link in topology["links"]:
            figures = quantity(link["bandwidth"], RATES) / 8e6, quantity(link["latency"], TIMES)
            for a, b in ((link["a"], link["b"]), (link["b"], link["a"])):
                self.links[a, b] = figures
                self.next.setdefault(a, []).append(b)

    def paths(self, a, b):
        """All shortest paths from a to b."""
        found = [[a]]
        while found and not any(p[-1] == b for p in found):
            found = [p + [n] for p in found for n in self.next[p[-1]] if n not in p]
        return [p for p in found if p[-1] == b]

    def path(self, a, b):
        paths = self.paths(a, b)
        return paths[sum(map(ord, a + b)) % len(paths)]  # any fixed choice would do

    def hops(self, a, b):
        path = self.path(a, b)
        return list(zip(path, path[1:]))


def max_min_rates(network, active):
    """Progressive filling: the link that leaves each of its flows the least fixes their rate; then the next such."""
    rates, free = {}, {}
    users = {}
    for flow, hops in active.items():
        for hop in hops:
            users.setdefault(hop, set()).add(flow)
            free[hop] = network.links[hop][0]
    while len(rates) < len(active):
        tight = min((h for h in users if users[h]), key=lambda h: free[h] / len(users[h]))
        share = free[tight] / len(users[tight])
        for flow in list(users[tight]):
            rates[flow] = share
            for hop in active[flow]:
                users[hop].discard(flow)
                free[hop] -= share
    return rates


def fluid(network, flows):
    """When each flow ends: between two events every flow moves at a constant rate."""
    hops = [network.hops(a, b) for _, a, b, _ in flows]
    begin = [f[0] + sum(network.links[h][1] for h in hops[i]) for i, f in enumerate(flows)]
    waiting = sorted(range(len(flows)), key=begin.__getitem__)
    left, finish, now = {}, [0.0] * len(flows), 0.0
    while waiting or left:
        rates = max_min_rates(network, {i: hops[i] for i in left})
        ends = {i: now + left[i] / rates[i] for i in left}
        first = min(ends, key=ends.get, default=None)
        starts = waiting and (first is None or begin[waiting[0]] < ends[first])
        then = begin[waiting[0]] if starts else ends[first]
        for i in left:
            left[i] -= rates[i] * (then - now)
        now = then
        if starts:
            flow = waiting.pop(0)
            left[flow] = flows[flow][3]
        else:
            finish[first] = now
            del left[first]
    return finish


def ideal(network, flows):
    def alone(start, a, b, size):
        figures = [network.links[h] for h in network.hops(a, b)]
        return start + sum(latency for _, latency in figures) + size / min(rate for rate, _ in figures)

    return [alone(*f) for f in flows]


def packet(network, flows):
    hops = [network.hops(a, b) for _, a, b, _ in flows]
    free, finish = {}, [0.0] * len(flows)
    order = itertools.count()  # of packets that come at the same time
    arrivals = [
        (f[0], next(order), i, min(1472, f[3] - sent), 0) for i, f in enumerate(flows) for sent in range(0, f[3], 1472)
    ]
    heapq.heapify(arrivals)
    while arrivals:
        now, _, i, size, at = heapq.heappop(arrivals)
        if at == len(hops[i]):
            finish[i] = now  # paths are fixed and queues in order: the last to come is the last packet
            continue
        hop = hops[i][at]
        rate, latency = network.links[hop]
        free[hop] = max(now, free.get(hop, 0)) + (size + 30) / rate
        heapq.heappush(arrivals, (free[hop] + latency, next(order), i, size, at + 1))
    return finish


def read_flows(file):
    with open(file, newline="") as f:
        return [(float(r["start_us"]), r["from"], r["to"], int(r["bytes"])) for r in csv.DictReader(f)]


def show_route(args):
    print(json.dumps({"path": Network(args.topology).path(args.a, args.b)}))


def show_flows(args):
    transports = {"ideal": ideal, "fluid": fluid, "packet": packet}
    if args.transport not in transports:
        sys.exit(f"no transport {args.transport} here; there are: {', '.join(transports)}")
    flows = read_flows(args.flows)
    finish = transports[args.transport](Network(args.topology), flows)
    print("start_us,from,to,bytes,took_us")
    for (start, a, b, size), end in zip(flows, finish):
        print(f"{start:g},{a},{b},{size},{end - start:.6f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    topology = parser.add_subparsers(required=True).add_parser("topology").add_subparsers(required=True)
    route = topology.add_parser("route")
    for word in ("topology", "a", "b"):
        route.add_argument(word)
    route.add_argument("--format")
    route.set_defaults(do=show_route)
    flows = topology.add_parser("flows")
    for word in ("topology", "flows"):
        flows.add_argument(word)
    flows.add_argument("--transport", default="ideal")
    flows.add_argument("--set", action="append", help="ignored")
    flows.set_defaults(do=show_flows)
    args = parser.parse_args()
    args.do(args)


if __name__ == "__main__":
    main()
