#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes workloads/experiments/paper-calibration.json: the findings of Lui et al. 2020 (arXiv 2011.02084) as targets.

F2 is the paper's word, the others are recalled. Where a finding is of many configurations, it is asked of those that the
others are asked of too, so that an evaluation takes seconds.

example: scripts/paper_calibration.py --check      exits 1 if the file is not what this writes
         scripts/paper_calibration.py --set serving.threads=run-to-completion --out rtc.json
"""
import argparse
import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

from shardsim_tools import files
from shardsim_tools.checkout import ROOT

FILE = ROOT / "workloads/experiments/paper-calibration.json"
MODELS = ("drm1", "drm2", "drm3")
BALANCED = ("lb 2", "lb 4", "lb 8")
NSBP = ("nsbp 2", "nsbp 8")
DISTRIBUTED = ("one-shard", *BALANCED, *NSBP, "cb 8")
STRATEGIES = {"lb": "load-balanced", "nsbp": "nsbp", "cb": "capacity-balanced"}
SMALL = "sc-small"

Target = dict[str, Any]


def sharding(name: str) -> dict[str, Any]:
    if " " not in name:
        return {"strategy": name}
    strategy, shards = name.split()
    return {"strategy": STRATEGIES[strategy], "shards": int(shards), "split_above": "24 GiB"}


def configurations() -> dict[str, Any]:
    out = {}
    for model in MODELS:
        for base, load, names in (
            ("drm1", "", ("singular", *DISTRIBUTED)),
            ("drm1-load", " loaded", ("singular", "lb 8", "nsbp 8")),
        ):
            for name in names:
                changes: dict[str, Any] = {"model": model, "sharding": sharding(name)}
                out[f"{model} {name}{load}"] = {"base": base, "set": changes}
    for name in ("singular", "lb 8"):
        changes = {"sharding": sharding(name), "serving.batch_items": 1000000}
        out[f"one batch {name}"] = {"base": "drm1", "set": changes}
    changes = {"sharding": sharding("lb 8"), "cluster.sparse.platform": SMALL}
    out["small lb 8"] = {"base": "drm1-load", "set": changes}
    return out


def side(configuration: str, figure: str, over: str = "") -> dict[str, str]:
    return {"configuration": configuration, "figure": figure} | ({"over": over} if over else {})


def order(finding: str, left: dict[str, str], relation: str, right: dict[str, str], by: Any = None) -> Target:
    """One that is missed by a hundredth counts as much as a value that is missed by its spread."""
    known = {"source": f"{finding}: recalled of the paper, not verified"}
    return {"left": left, "relation": relation, "right": right} | ({"by": by} if by else {}) | known


def of_model(m: str) -> list[Target]:
    def p50(name: str) -> dict[str, str]:
        return side(f"{m} {name}", "p50")

    def cpu(name: str) -> dict[str, str]:
        return side(f"{m} {name}", "cpu")

    out = [order("F1", p50(name), "above", p50("singular")) for name in DISTRIBUTED]
    out.append(
        side(f"{m} lb 8", "p99", f"{m} singular")
        | {"measured": 1.01, "spread": "0.5 %", "source": "F2: the paper's abstract, of its best configuration"}
    )
    if m != "drm3":  # whose latency is flat
        out += [order("F3", p50(few), "above", p50(many)) for few, many in pairwise(BALANCED)]
    out += [order("F4", cpu(many), "above", cpu(few)) for few, many in pairwise(BALANCED)]
    for name in ("lb 8", "cb 8"):
        out.append(order("F5", cpu("nsbp 8"), "below", cpu(name)))
        if m != "drm3":
            out.append(order("F5", p50("nsbp 8"), "above", p50(name)))
    out.append(order("F6", p50("lb 8"), "within", p50("cb 8"), "2 %"))
    if m == "drm3":
        out += [order("F7", p50(few), "within", p50(many), "1 %") for few, many in pairwise(BALANCED)]
    for name in ("lb 8", "nsbp 8"):
        loaded = side(f"{m} {name} loaded", "p99", f"{m} singular loaded")
        out.append(order("F9", loaded, "below", side(f"{m} {name}", "p99", f"{m} singular")))
    for name in DISTRIBUTED[1:]:
        out.append(order("F11", cpu("one-shard"), "below", cpu(name)))
        if m != "drm3":
            out.append(order("F11", p50("one-shard"), "above", p50(name)))
    embedded = f"{m} lb 8"
    out.append(
        order(
            "F12",
            side(embedded, "embedded_us.spans.network"),
            "above",
            side(embedded, "embedded_us.spans.sparse"),
        )
    )
    busy = f"{m} lb 8 loaded"
    out.append(order("F13", side(busy, "hosts.main0.utilisation"), "above", side(busy, "hosts.sparse0.utilisation"), 5))
    return out


def targets() -> list[Target]:
    out = [t for m in MODELS for t in of_model(m)]
    out.append(order("F8", side("one batch lb 8", "p50"), "below", side("one batch singular", "p50")))
    out.append(order("F10", side("small lb 8", "p50"), "within", side("drm1 lb 8 loaded", "p50"), "2 %"))
    return out


def field(path: str, low: Any, high: Any, prior: str, also: tuple[str, ...] = (), scale: str = "logarithmic") -> Any:
    return {"path": path, "also": list(also), "from": low, "to": high, "scale": scale, "prior": prior}


def of_servers(path: str, low: Any, high: Any, prior: str) -> Any:
    """Of the main shard's platform and of the sparse shards'."""
    return field(f"cluster.main.platform.{path}", low, high, prior, (f"cluster.sparse.platform.{path}",))


def free() -> list[Any]:
    return [
        of_servers(
            "rpc.cpu_per_message",
            "5 us",
            "60 us",
            "gRPC 7.6 to 38 us a request, kernel stack 5 to 10 us a side, TLS and tracing more",
        ),
        of_servers("rpc.serialization", "0.1 GiB/s", "4 GiB/s", "from protobuf with many fields to a copy"),
        of_servers("service_overhead", "5 us", "500 us", "from a bare handler to one with tracing and authentication"),
        of_servers("net_overhead", "2 us", "300 us", "from a few operators to Caffe2's set-up of a net with a hundred"),
        of_servers("core.efficiency", 0.1, 0.8, "small layers reach a tenth of the peak, large ones most of it"),
        of_servers(
            "lookup.time", "10 ns", "200 ns", "from prefetched gathers to one miss after the other with its TLB miss"
        ),
        field(
            "topology.up_latency",
            "2 us",
            "2 ms",
            "from a rack's kernel TCP to a service mesh with proxies",
            ("topology.down_latency",),
        ),
        field(
            "traffic.items.cv",
            0.1,
            1.0,
            "ranking requests of one service differ by a tenth to about as much as they are long",
            scale="linear",
        ),
    ]


def calibration() -> dict[str, Any]:
    return {
        "description": "the findings of Lui et al. 2020 as targets: is there one setting, within plausible ranges of all that "
        "the paper does not say, under which they hold together? Only F2 is the paper's word; the others are recalled, so an "
        "agreement is no independent check",
        "configurations": configurations(),
        "free": free(),
        "targets": targets(),
        "budget": {"evaluations": 320, "queries": 1500},
        "seed": 1,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument(
        "--set", dest="settings", action="append", default=[], metavar="PATH=VALUE", help="in every one"
    )
    parser.add_argument("--out", type=Path, default=FILE, metavar="FILE", help="another file, for another setting")
    args = parser.parse_args()
    asked = calibration()
    for path, value in (setting.split("=", 1) for setting in args.settings):
        for configuration in asked["configurations"].values():
            configuration["set"][path] = value
    text = json.dumps(asked, indent=1) + "\n"
    if not args.check:
        files.write_text(args.out, text)
    elif not FILE.exists() or FILE.read_text() != text:
        print(f"{FILE.relative_to(ROOT)} is not what paper_calibration.py writes")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
