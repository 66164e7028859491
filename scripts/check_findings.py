#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the results of the two paper experiments against the findings recalled of Lui et al. 2020 (arXiv 2011.02084).

example: shardsim sweep workloads/experiments/paper.json --out out/paper
         shardsim sweep workloads/experiments/paper-load.json --out out/load
         scripts/check_findings.py out/paper out/load

Prints a Markdown table: finding, whether it holds, its numbers. Only F2 is the paper's word (abstract); the others are
recalled. Exits 0 whatever holds: the table is the result.
"""
import argparse
import json
import pathlib
import sys

import pandas

SHARDED = ["capacity-balanced", "load-balanced", "nsbp"]
COUNTS = [2, 4, 8]


class Results:
    def __init__(self, folder, axis):
        self.folder = pathlib.Path(folder)
        self.table = pandas.read_csv(self.folder / "sweep.csv")
        self.axis = axis

    def value(self, group, configuration, column):
        t = self.table
        row = t[(t[self.axis] == group) & (t["configuration"] == configuration)]
        return float(row[column].iloc[0])

    def distributed(self, group, column):
        t = self.table
        rows = t[(t[self.axis] == group) & (t["configuration"] != "singular") & (t["verdict"] == "stable")]
        return dict(zip(rows["configuration"], rows[column]))

    def result(self, group, configuration):
        t = self.table
        row = t.index[(t[self.axis] == group) & (t["configuration"] == configuration)][0]
        return json.loads((self.folder / f"points/{row:03}/result.json").read_text())


def percent(x):
    return f"{100 * x:+.1f} %"


def worst(values, pick=max):
    name = pick(values, key=values.get)
    return f"{name} {percent(values[name])}"


def f1(paper, _):
    lower = [f"{m} {c} {percent(v)}" for m in MODELS for c, v in paper.distributed(m, "p50_overhead").items() if v <= 0]
    total = sum(len(paper.distributed(m, "p50_overhead")) for m in MODELS)
    return not lower, f"{total - len(lower)} of {total} are higher; not: {', '.join(lower) or 'none'}"


def f2(paper, _):
    best = {m: min(paper.distributed(m, "p99_overhead").values()) for m in MODELS}
    nearest = min(abs(v - 0.01) for v in best.values())
    return nearest < 0.01, "best P99 overhead: " + ", ".join(f"{m} {percent(v)}" for m, v in best.items())


def falling(paper, column, models, strategies, sign):
    parts, holds = [], True
    for m in models:
        for s in strategies:
            v = [paper.value(m, f"{s} {n}", column) for n in COUNTS]
            ok = all(sign * (b - a) >= 0 for a, b in zip(v, v[1:]))
            holds = holds and ok
            parts.append(f"{m} {s} {' / '.join(percent(x) for x in v)}{'' if ok else ' (no)'}")
    return holds, "; ".join(parts)


def f3(paper, _):
    return falling(paper, "p50_overhead", ["drm1", "drm2"], SHARDED, -1)


def f4(paper, _):
    return falling(paper, "compute_overhead", ["drm1", "drm2"], SHARDED, +1)


def f5(paper, _):
    parts, holds = [], True
    for m in ["drm1", "drm2"]:
        for n in COUNTS:
            compute = {s: paper.value(m, f"{s} {n}", "compute_overhead") for s in SHARDED}
            latency = {s: paper.value(m, f"{s} {n}", "p50_overhead") for s in SHARDED}
            ok = min(compute, key=compute.get) == "nsbp" and max(latency, key=latency.get) == "nsbp"
            holds = holds and ok
            parts.append(f"{m} x{n}: nsbp compute {percent(compute['nsbp'])} (others from {percent(min(compute['capacity-balanced'], compute['load-balanced']))}), "
                         f"P50 {percent(latency['nsbp'])} (others to {percent(max(latency['capacity-balanced'], latency['load-balanced']))})")
    return holds, "; ".join(parts)


def f6(paper, _):
    gap = max(abs(paper.value(m, f"load-balanced {n}", "p50_overhead") - paper.value(m, f"capacity-balanced {n}", "p50_overhead"))
              for m in MODELS for n in COUNTS)
    return gap < 0.02, f"largest difference in P50 overhead {100 * gap:.1f} points"


def f7(paper, _):
    v = [paper.value("drm3", f"nsbp {n}", "p50_overhead") for n in COUNTS]
    touched = sum(s["rpcs_per_query"] for s in paper.result("drm3", "nsbp 8")["shards"]) / sum(
        s["rpcs_per_query"] for s in paper.result("drm3", "one-shard")["shards"])
    return max(v) - min(v) < 0.01, f"drm3 nsbp 2 / 4 / 8: {' / '.join(percent(x) for x in v)}; {touched:.2f} shards touched a batch of 8"


def f8(_, load):
    below = {c: v for c, v in load.distributed("drm1, serial, one batch", "p50_overhead").items() if v < 0}
    return bool(below), f"{len(below)} configurations, best {worst(below, min)}" if below else "none"


def f9(paper, load):
    parts, holds = [], True
    for m in MODELS:
        for c in ["load-balanced 8", "nsbp 8"]:
            a, b = paper.value(m, c, "p99_overhead"), load.value(m, c, "p99_overhead")
            holds = holds and b <= a
            parts.append(f"{m} {c} {percent(a)} serial, {percent(b)} under load")
    return holds, "; ".join(parts)


def f10(_, load):
    parts, gap = [], 0
    for c in ["load-balanced 8", "capacity-balanced 8", "nsbp 8"]:
        large, small = load.value("drm1", c, "p99_us"), load.value("drm1, sc-small sparse", c, "p99_us")
        gap = max(gap, small / large - 1)
        parts.append(f"{c} P99 {percent(small / large - 1)}")
    return gap < 0.02, "; ".join(parts)


def f11(paper, _):
    parts, holds = [], True
    for m in MODELS:
        latency, compute = paper.distributed(m, "p50_overhead"), paper.distributed(m, "compute_overhead")
        ok = latency["one-shard"] >= max(latency.values()) - 0.005 and compute["one-shard"] <= min(compute.values()) + 0.001
        holds = holds and ok
        parts.append(f"{m} P50 {percent(latency['one-shard'])} (worst {worst(latency)}), compute {percent(compute['one-shard'])} (best {worst(compute, min)})")
    return holds, "; ".join(parts)


def f12(paper, _):
    parts, holds = [], True
    for m in MODELS:
        for c in ["load-balanced 2", "load-balanced 8", "nsbp 8"]:
            spans = paper.result(m, c)["embedded_us"]["spans"]
            holds = holds and spans["network"] > spans["sparse"]
            parts.append(f"{m} {c}: network {spans['network'] / 1e3:.2f} ms, sparse {spans['sparse'] / 1e3:.2f} ms")
    return holds, "; ".join(parts)


def f13(_, load):
    parts, holds = [], True
    for m in MODELS:
        hosts = load.result(m, "load-balanced 8")["hosts"]
        main = max(h["utilisation"] for h in hosts if h["service"] == "main")
        sparse = max(h["utilisation"] for h in hosts if h["service"] == "sparse")
        holds = holds and main > 5 * sparse
        parts.append(f"{m}: main shard {100 * main:.1f} % busy, busiest sparse shard {100 * sparse:.2f} %: {main / sparse:.0f} main replicas to one sparse")
    return holds, "; ".join(parts)


MODELS = ["drm1", "drm2", "drm3"]
FINDINGS = [
    ("F1", "serial replay: every distributed configuration has a higher P50 than singular", f1),
    ("F2", "best distributed P99 about +1 %", f2),
    ("F3", "more shards: latency overhead falls", f3),
    ("F4", "more shards: compute overhead rises", f4),
    ("F5", "at equal shard count NSBP has the least compute overhead and the most latency", f5),
    ("F6", "load- and capacity-balanced differ little in latency (< 2 points)", f6),
    ("F7", "DRM3 (NSBP): latency is flat in the number of shards", f7),
    ("F8", "one batch per query: some distributed configurations beat singular", f8),
    ("F9", "under load the P99 gap to singular shrinks or turns", f9),
    ("F10", "small servers for sparse shards cost no significant latency (< 2 %)", f10),
    ("F11", "one-shard is the worst for latency and the best for compute among distributed", f11),
    ("F12", "network time exceeds sparse operator time in the embedded portion", f12),
    ("F13", "the main shard needs many replicas and sparse shards few", f13),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paper", help="results of workloads/experiments/paper.json")
    parser.add_argument("load", help="results of workloads/experiments/paper-load.json")
    args = parser.parse_args()
    try:
        paper, load = Results(args.paper, "model"), Results(args.load, "setting")
        print("| | finding | holds | numbers |\n|---|---|---|---|")
        for name, text, check in FINDINGS:
            holds, numbers = check(paper, load)
            print(f"| {name} | {text} | {'yes' if holds else 'no'} | {numbers} |")
    except (OSError, KeyError, IndexError) as error:
        print(f"check_findings.py: {args.paper}, {args.load}: not the results of the two experiments ({error})", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
