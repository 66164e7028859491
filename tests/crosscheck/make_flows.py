#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the topologies and flow sets of the cross-check; the same seed, the same files.

example: tests/crosscheck/make_flows.py
"""
import argparse
import json
import pathlib
import random

HERE = pathlib.Path(__file__).resolve().parent
LIGHT_SIZES = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]
# 10 MB take 8 ms at 10 Gbps; TCP's start adds a few round trips. After 20 ms nothing of a flow is left on its way.
LIGHT_GAP_US = 20_000


def link(a, b, latency):
    return {"a": a, "b": b, "bandwidth": "10 Gbps", "latency": latency}


def dumbbell():
    links = [link(f"h{i}", f"s{i // 4}", "5 us") for i in range(8)] + [link("s0", "s1", "20 us")]
    return "two switches, four hosts each, and one link between them", 8, ["s0", "s1"], links


def star8():
    return "nine hosts on one switch, for an 8-to-1 incast", 9, ["s0"], [link(f"h{i}", "s0", "5 us") for i in range(9)]


def leafspine():
    links = [link(f"h{i}", f"leaf{i // 4}", "2 us") for i in range(16)]
    links += [link(f"leaf{i}", f"spine{j}", "2 us") for i in range(4) for j in range(2)]
    return (
        "four leaves of four hosts, two spines: two to one oversubscribed",
        16,
        [f"leaf{i}" for i in range(4)] + ["spine0", "spine1"],
        links,
    )


TOPOLOGIES = {"dumbbell": dumbbell, "star8": star8, "leafspine": leafspine}


def write_topology(name):
    description, hosts, switches, links = TOPOLOGIES[name]()
    head = {"type": "graph", "description": description, "hosts": [f"h{i}" for i in range(hosts)], "switches": switches}
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    cables = ",\n".join(f"    {json.dumps(link)}" for link in links)
    text = "{\n" + "\n".join(lines) + f'\n  "links": [\n{cables}\n  ]\n}}\n'
    (HERE / "topologies" / f"{name}.json").write_text(text)


def light(pairs):
    """One flow after the other, each alone in the network: every size on every pair."""
    cases = [(pair, size) for pair in pairs for size in LIGHT_SIZES]
    return [(i * LIGHT_GAP_US, *pair, size) for i, (pair, size) in enumerate(cases)]


def overlapping(rng, pairs, count, within_us):
    """Flows of 1 to 10 MB that start within a time in which a link sends only some of them."""
    flows = [
        (rng.randrange(within_us), *rng.choice(pairs), rng.randrange(1_000_000, 10_000_001, 1000)) for _ in range(count)
    ]
    return sorted(flows)


def flow_sets(rng):
    left, right = range(4), range(4, 8)
    across = [(a, b) for a in left for b in right] + [(b, a) for a in left for b in right]
    beside = [(a, b) for a in left for b in left if a != b]
    yield "dumbbell-light", light([(0, 4), (5, 1), (2, 3)])
    # Most cross the middle, some only share a host's link with those: more than one kind of bottleneck.
    yield "dumbbell-heavy", overlapping(rng, across * 2 + beside, 24, 20_000)
    yield "star8-light", light([(0, 8), (3, 4)])
    yield "star8-incast", [(0, a, 8, 256_000) for a in range(8)]
    anywhere = [(a, b) for a in range(16) for b in range(16) if a != b]
    yield "leafspine-light", light([(0, 5), (15, 2), (8, 9)])
    yield "leafspine-heavy", overlapping(rng, anywhere, 40, 10_000)


def write_flows(name, flows):
    rows = "".join(f"{start},h{a},h{b},{size}\n" for start, a, b, size in flows)
    (HERE / "flows" / f"{name}.csv").write_text("start_us,from,to,bytes\n" + rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="of the overlapping flows (default 1: the files kept here)")
    rng = random.Random(parser.parse_args().seed)
    for folder in ("topologies", "flows"):
        (HERE / folder).mkdir(exist_ok=True)
    for name in TOPOLOGIES:
        write_topology(name)
    for name, flows in flow_sets(rng):
        write_flows(name, flows)


if __name__ == "__main__":
    main()
