#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the shipped models, byte for byte the same each time.

example: scripts/generate_models.py --check      exits 1 and names the files that differ from models/
         scripts/generate_models.py --report     totals, and what a batch of 64 items costs on sc-large
"""
import argparse
import json
import pathlib
import random
import sys
from typing import Any

from shardsim_tools.checkout import ROOT

GIB = 2**30
BYTES = {"fp32": 4}


def table(
    name: str, rows: int, dim: int, pooling: dict[str, Any], per: str = "item", coverage: float = 1.0
) -> dict[str, Any]:
    out = {"name": name, "rows": rows, "dim": dim, "pooling": pooling}
    if per != "item":
        out["per"] = per
    if coverage < 1:
        out["coverage"] = coverage
    return out


def fixed(value: Any) -> dict[str, Any]:
    return {"type": "fixed", "value": value}


def lognormal(mean: float, cv: float) -> dict[str, Any]:
    return {"type": "lognormal", "mean": mean, "cv": cv}


def long_tail(rng: random.Random, count: int, total_bytes: float, largest_bytes: float, dim: int) -> list[int]:
    """Row counts of `count` tables: the first has `largest_bytes`, the others a lognormal tail scaled to the total."""
    row = dim * BYTES["fp32"]
    weights = sorted((rng.lognormvariate(0, 1.6) for _ in range(count - 1)), reverse=True)
    left = total_bytes - largest_bytes
    cap = 0.95 * largest_bytes
    low, high = 0.0, left  # the scale at which the capped weights add up to what is left
    for _ in range(200):
        scale = (low + high) / 2
        if sum(min(cap, w * scale) for w in weights) < left:
            low = scale
        else:
            high = scale
    return [round(largest_bytes / row)] + [max(100, round(min(cap, w * high) / row)) for w in weights]


def synthetic_tables(
    rng: random.Random, prefix: str, rows: list[int], dim: int, per: str, mean_pooling: float
) -> list[dict[str, Any]]:
    """A third of the features are single-valued, the others lists; one in six is absent from a fifth of the queries."""
    tables = []
    for i, n in enumerate(rows):
        pooling = fixed(1) if rng.random() < 1 / 3 else lognormal(round(mean_pooling * rng.uniform(0.4, 2.6), 2), 0.6)
        coverage = 0.8 if rng.random() < 1 / 6 else 1.0
        tables.append((n, pooling, coverage))
    rng.shuffle(tables)
    return [
        table(f"{prefix}_{i:03}", n, dim, pooling, per, coverage) for i, (n, pooling, coverage) in enumerate(tables)
    ]


SYNTHETIC = {
    "what": "synthetic, after the model of this name in Lui et al. 2020 (arXiv 2011.02084); no table is a real one",
    "sizes": "recalled, not verified: total size, number of tables, size of the largest, number of nets",
    "tail": "invented: lognormal sizes (sigma 1.6) below the largest table, scaled to the total",
    "dense": "invented, calibrated on platform sc-large to the recalled share of operator time in sparse operators",
    "output": "invented, like the dense layers: so many of the interaction's values go to the top MLP",
    "pooling": "invented: a third of the features fixed 1, the others lognormal with cv 0.6; calibrated like the dense layers",
    "coverage": "invented: one feature in six is missing from a fifth of the queries",
    "per": "invented: user features are looked up once a query, content features once an item",
}


def two_nets(
    name: str,
    what: str,
    seed: int,
    tables: int,
    user_tables: int,
    gib: float,
    largest: float,
    user_top: list[int],
    content_top: list[int],
    content_pooling: float,
) -> dict[str, Any]:
    """A user net looked up once a query, then a content net looked up once an item."""
    rng = random.Random(seed)
    rows = long_tail(rng, tables, gib * GIB, largest, 32)
    order = list(range(tables))
    rng.shuffle(order)
    user = [rows[i] for i in sorted(order[:user_tables])]
    content = [rows[i] for i in sorted(order[user_tables:])]
    return {
        "name": name,
        "description": f"{name.upper()}: synthetic, after Lui et al. 2020; {what}, two nets",
        "sources": SYNTHETIC,
        "nets": [
            {
                "name": "user",
                "per": "query",
                "bottom_mlp": {"layers": [128, 128, 32]},
                "interaction": {"kind": "concat"},
                "top_mlp": {"layers": user_top},
                "tables": synthetic_tables(rng, "user", user, 32, "query", 20),
            },
            {
                "name": "content",
                "depends_on": ["user"],
                "bottom_mlp": {"layers": [160, 128, 32]},
                "interaction": {"kind": "dot", "output": content_top[0]},
                "top_mlp": {"layers": content_top},
                "tables": synthetic_tables(rng, "content", content, 32, "item", content_pooling),
            },
        ],
    }


def drm1() -> dict[str, Any]:
    return two_nets(
        "drm1", "many mid-sized tables", 20201104, 257, 97, 194, 3.6e9, [3136, 512, 128], [2400, 1024, 384, 1], 4.4
    )


def drm2() -> dict[str, Any]:
    return two_nets(
        "drm2", "fewer tables, larger ones", 20201105, 133, 53, 138, 6.7e9, [1728, 512, 128], [1536, 1024, 256, 1], 5.25
    )


def drm3() -> dict[str, Any]:
    rng = random.Random(20201106)
    dim = 32
    huge = round(178.8e9 / (4 * dim))
    rest = long_tail(rng, 38, 200 * GIB - huge * 4 * dim, 3.2e9, dim)
    tables = [table("huge", huge, dim, fixed(1), "query")]
    tables += synthetic_tables(rng, "feature", rest, dim, "item", 5.55)
    return {
        "name": "drm3",
        "description": "DRM3: synthetic, after Lui et al. 2020; one table holds nearly everything, one net",
        "sources": dict(SYNTHETIC, huge="recalled, not verified: one table of 178.8 GB with pooling factor 1"),
        "nets": [
            {
                "name": "only",
                "bottom_mlp": {"layers": [512, 256, 32]},
                "interaction": {"kind": "dot", "output": 1280},
                "top_mlp": {"layers": [1280, 1536, 512, 1]},
                "tables": tables,
            }
        ],
    }


MLPERF_TABLES = [  # rows, pooling
    (40000000, 3), (39060, 2), (17295, 1), (7424, 2), (20265, 6), (3, 1), (7122, 1), (1543, 1), (63, 1), (40000000, 7),
    (3067956, 3), (405282, 8), (10, 1), (2209, 6), (11938, 9), (155, 5), (4, 1), (976, 1), (14, 1), (40000000, 12),
    (40000000, 100), (40000000, 27), (590152, 10), (12973, 3), (108, 1), (36, 1),
]  # fmt: skip


def mlperf() -> dict[str, Any]:
    return {
        "name": "mlperf-dlrm-v2",
        "description": "MLPerf DLRM-v2: public figures; 26 tables, five of which hold 98 % of the bytes",
        "sources": {
            "tables": "facebookresearch/dlrm torchrec_dlrm/README.MD: rows capped at 40M, multi-hot sizes (facts)",
            "dense": "the same: dense 512-256-128, DCN with 3 layers of rank 512, over-arch 1024-1024-512-256-1",
            "top input": "derived: the cross network keeps the width of its input, 27 vectors of 128",
        },
        "nets": [
            {
                "name": "dlrm",
                "bottom_mlp": {"layers": [13, 512, 256, 128]},
                "interaction": {"kind": "low-rank-cross", "layers": 3, "rank": 512},
                "top_mlp": {"layers": [27 * 128, 1024, 1024, 512, 256, 1]},
                "tables": [table(f"cat_{i}", r, 128, fixed(p)) for i, (r, p) in enumerate(MLPERF_TABLES)],
            }
        ],
    }


def rmc(
    number: int, tables: int, rows: int, dim: int, lookups: int, bottom: list[int], top: list[int]
) -> dict[str, Any]:
    return {
        "name": f"dlrm-rmc{number}",
        "description": f"RMC{number} of DeepRecSys: {tables} tables of {rows:,} rows, {lookups} lookups each",
        "sources": {
            "all": f"harvard-acc/DeepRecSys models/configs/dlrm_rm{number}.json (MIT; facts), commit 1383176a463a",
            "top input": "derived: the concatenation of all pooled vectors and the bottom MLP's output",
        },
        "nets": [
            {
                "name": "dlrm",
                "bottom_mlp": {"layers": bottom},
                "interaction": {"kind": "concat"},
                "top_mlp": {"layers": [tables * dim + bottom[-1]] + top},
                "tables": [table(f"table_{i:02}", rows, dim, fixed(lookups)) for i in range(tables)],
            }
        ],
    }


DEEPRECSYS = "harvard-acc/DeepRecSys (MIT; facts), commit 1383176a463a"


def deeprecsys(
    name: str, description: str, config: str, code: str, net: dict[str, Any], **notes: str
) -> dict[str, Any]:
    """A model of DeepRecSys other than its DLRMs: figures of its configuration, wired as its code does."""
    sources = {"figures": f"{DEEPRECSYS}: models/configs/{config}.json", "wiring": f"the same: models/{code}.py"}
    return {"name": name, "description": description, "sources": {**sources, **notes}, "nets": [{"name": name, **net}]}


def wide_and_deep() -> dict[str, Any]:
    return deeprecsys(
        "wnd",
        "Wide & Deep of DeepRecSys: 27 one-hot features beside 512 dense ones",
        "wide_and_deep",
        "wide_and_deep",
        {
            "bottom_mlp": {"layers": [512]},
            "interaction": {"kind": "concat"},
            "top_mlp": {"outputs": [1024, 512, 256, 1]},
            "tables": [table(f"feature_{i:02}", 1000000, 32, fixed(1)) for i in range(27)],
        },
        bottom="sourced: the 512 dense features go to the top MLP as they are",
    )


def multi_task_wide_and_deep() -> dict[str, Any]:
    rows = 41 * [500000] + 2 * [5000000]
    return deeprecsys(
        "mt-wnd",
        "multi-task Wide & Deep of DeepRecSys: 43 one-hot features beside 512 dense ones; a head for each task",
        "mtwnd",
        "multi_task_wnd",
        {
            "bottom_mlp": {"layers": [512]},
            "interaction": {"kind": "concat"},
            "repeated": [{"layers": [512, 256, 128], "times": 1}],
            "top_mlp": {"outputs": [1024, 512]},
            "tables": [table(f"feature_{i:02}", n, 32, fixed(1)) for i, n in enumerate(rows)],
        },
        bottom="sourced: the 512 dense features go to the top MLP as they are",
        heads="sourced: one task, the default of utils/utils.py (num_multi_tasks); 'times' is the number of tasks",
        order="approximated: the heads come after the shared top MLP there; the time is the same",
    )


def ncf() -> dict[str, Any]:
    names = [("mf_user", 140000), ("mf_item", 140000), ("mlp_user", 28000), ("mlp_item", 28000)]
    return deeprecsys(
        "ncf",
        "neural collaborative filtering of DeepRecSys: a pair of tables summed, a pair through an MLP",
        "ncf",
        "ncf",
        {
            "interaction": {"kind": "concat", "output": 128},
            "repeated": [{"layers": [128, 64]}],
            "top_mlp": {"layers": [128, 256, 256, 128, 64]},
            "tables": [table(name, n, 64, fixed(1)) for name, n in names],
        },
        dense=(
            "sourced: the MLP branch of two vectors of 64; its 64 and the other branch's 64 go through a last layer"
            " to 64"
        ),
        names="invented: the source numbers its tables; the first two are of the branch of matrix factorisation",
        left_out="approximated: the sum of the first pair costs nothing",
    )


def din() -> dict[str, Any]:
    behaviours = 250
    rows = [("profile", 1000000)] + [(f"behaviour_{i:03}", 100000) for i in range(behaviours)]
    rows += [("candidate", 10000000), ("context", 10000000)]
    return deeprecsys(
        "din",
        "deep interest network of DeepRecSys: attention over 250 behaviours",
        "din",
        "din",
        {
            "interaction": {"kind": "concat", "output": 4 * 32},
            "repeated": [{"layers": [3 * 32, 1, 32], "times": behaviours}],
            "top_mlp": {"layers": [4 * 32, 200, 80, 2]},
            "tables": [table(name, n, 32, fixed(3)) for name, n in rows],
        },
        behaviours=(
            "sourced: user_behavior_tables 250, a table each. The source's code repeats the table before it reads the "
            "configuration, so that a run from the file alone has one"
        ),
        attention=(
            "sourced: for each behaviour, its vector, the candidate's and their sum go through 96-1-32 (arch_mlp_bot 1)"
        ),
        left_out="approximated: sums and activations cost nothing",
    )


def dien() -> dict[str, Any]:
    behaviours, hidden = 40, 64
    rows = [("profile", 500000)] + [(f"behaviour_{i:02}", 500000) for i in range(behaviours)]
    rows += [("candidate", 5000000), ("context", 5000000)]
    return deeprecsys(
        "dien",
        "deep interest evolution network of DeepRecSys: two recurrent nets over 40 behaviours",
        "dien",
        "dien",
        {
            "interaction": {"kind": "concat", "output": hidden + 3 * 32},
            "repeated": [
                {"layers": [32, hidden], "times": behaviours},
                {"layers": 5 * [hidden], "times": behaviours},
            ],
            "top_mlp": {"layers": [hidden + 3 * 32, 200, 80, 2]},
            "tables": [table(name, n, 32, fixed(1)) for name, n in rows],
        },
        hidden="sourced: 64, the default of utils/utils.py (hidden_size)",
        recurrent=(
            "sourced: a step of the first net takes 32-64 and 64-64, a layer between them 64-64, a step of the second "
            "64-64 twice"
        ),
        left_out=(
            "approximated: softmax, sums and activations cost nothing, and the steps run at the speed of a layer of the"
            " same batch, though they wait for each other"
        ),
    )


def query_net(name: str, after: list[str], width: int, **more: Any) -> dict[str, Any]:
    """A net that is evaluated once a query; its top MLP takes a vector of `width`."""
    start: dict[str, Any] = {"name": name, "per": "query", **({"depends_on": after} if after else {})}
    return {**start, "interaction": {"kind": "concat", "output": width}, **more}


def spot_trip() -> dict[str, Any]:
    hidden, history, candidate = 32, 40, 4 * 32
    pois, entities = 20_000_000, 5_000_000
    code = "Yinghui-Liu/SPOT-Trip (facts), commit 16fc99f5fe3f, code/"
    return {
        "name": "spot-trip",
        "description": (
            "synthetic, after SPOT-Trip: static preferences from a knowledge graph, dynamic ones from a neural "
            "ODE, then a trip stop by stop; an item is a candidate for a stop"
        ),
        "sources": {
            "what": (
                "synthetic, after Liu et al., SPOT-Trip, NeurIPS 2025 (arXiv 2506.01705). Known, from its abstract: "
                "a knowledge graph of attributes for static preferences, neural ODEs and a temporal point process "
                "for dynamic ones, a module that fuses both; a trip is a sequence of points of interest. Its text "
                "was not read beyond that: no figure here is its word"
            ),
            "hidden": f"known: 32, the default of {code}main.py (hidden_size)",
            "static": (
                f"known: 2 attributes for each point of interest and its relations ({code}main.py, "
                "entity_num_per_poi, for Foursquare); its graph attention is guessed as a layer 96-32 for each point "
                "of the history"
            ),
            "encoder": (
                "known: 4 transformer layers of 4 heads, feed-forward 2 x 32, over the check-ins and one more token "
                f"({code}model.py); two projections 32-32 behind them are written as one layer 32-64"
            ),
            "preference": (
                "known: the dynamics are layers 32-128-128-128-32, solved by dopri5 with tolerances of 1e-5 "
                f"({code}main.py, model.py); a step of dopri5 takes 6 new evaluations (Dormand and Prince 1980). "
                "Invented: 3 to 12 steps a query, each as likely"
            ),
            "route": (
                "known: a GRU cell 32-32 for the times of the stops, a transformer layer of width 64, 4 heads and "
                f"feed-forward 2048 over the stops ({code}model.py). Invented: 8 positions of both, whatever the "
                "trip's length"
            ),
            "decoder": (
                "known: a stop's scores are products of a vector of 4 x 32 with one of each point of interest "
                f"({code}model.py, Recommender), here looked up for each candidate. Guessed: stops are chosen one "
                "after the other, each with the attributes of the one before. Invented: 2 to 8 stops, each as likely"
            ),
            "rows": "invented: as many as a service of a continent may have; the data sets of the paper are far smaller",
            "history": "invented: 40 check-ins",
            "left_out": (
                "approximated: the intensity of the point process, which training needs; normalisation, softmax and "
                "activations cost nothing"
            ),
        },
        "nets": [
            query_net(
                "static",
                [],
                3 * hidden,
                repeated=[{"layers": [3 * hidden, hidden], "times": history}],
                tables=[
                    table("home_poi", pois, hidden, fixed(history), "query"),
                    table("home_attribute", entities, hidden, fixed(2 * history), "query"),
                    table("relation", 100, hidden, fixed(2 * history), "query"),
                ],
            ),
            query_net(
                "encoder",
                ["static"],
                hidden,
                attention=[{"length": history + 1, "dim": hidden, "heads": 4, "feed_forward": 2 * hidden, "layers": 4}],
                top_mlp={"layers": [hidden, 2 * hidden]},
                tables=[table("check_in", pois, hidden, fixed(history), "query")],
            ),
            query_net(
                "preference",
                ["encoder"],
                hidden,
                repeat={"type": "uniform", "low": 2.5, "high": 12.5},
                repeated=[{"layers": [hidden, 128, 128, 128, hidden], "times": 6}],
            ),
            query_net(
                "route",
                ["static", "preference"],
                4 * hidden,
                recurrent=[{"kind": "gru", "input": hidden, "hidden": hidden, "steps": 8}],
                attention=[{"length": 8, "dim": 2 * hidden, "heads": 4, "feed_forward": 2048}],
                top_mlp={"layers": [4 * hidden, 4 * hidden]},
            ),
            {
                "name": "decoder",
                "depends_on": ["route"],
                "interaction": {"kind": "concat", "output": candidate},
                "repeat": {"type": "uniform", "low": 1.5, "high": 8.5},
                "top_mlp": {"layers": [candidate, 1]},
                "tables": [
                    table("candidate", pois, candidate, fixed(1)),
                    table("stop", pois, hidden, fixed(1), "query"),
                    table("stop_attribute", entities, hidden, fixed(2), "query"),
                ],
            },
        ],
    }


def cascade() -> dict[str, Any]:
    def stage(name: str, after: list[str], top: list[int], tables: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        start: dict[str, Any] = {"name": name, **({"depends_on": after} if after else {}), **more}
        return {**start, "interaction": {"kind": "concat"}, "top_mlp": {"outputs": top}, "tables": tables}

    def features(name: str, count: int, rows: int, dim: int, pooling: dict[str, Any]) -> list[dict[str, Any]]:
        return [table(f"{name}_{i}", rows, dim, pooling) for i in range(count)]

    profile = [table(f"user_{i}", 10_000_000, 32, lognormal(15, 0.6), "query") for i in range(8)]
    newcomer = [table("context", 1_000_000, 32, fixed(10), "query")]
    return {
        "name": "cascade",
        "description": "invented: a retrieval-ranking cascade; ever larger nets see ever fewer of a query's items",
        "sources": {
            "all": "invented, to show stages with fewer items and a net that few queries need",
            "shape": (
                "known: stages of retrieval, pre-ranking and ranking, as Covington et al. 2016 (two of them) and "
                "many since describe; no figure is theirs"
            ),
        },
        "nets": [
            stage("user", [], [256, 64], profile, per="query"),
            stage("newcomer", ["user"], [128, 64], newcomer, per="query", probability=0.1),
            stage("retrieval", ["user"], [32], features("candidate", 2, 20_000_000, 32, fixed(1))),
            stage(
                "pre_ranking",
                ["retrieval"],
                [128, 32, 1],
                features("light", 6, 5_000_000, 32, lognormal(3, 0.6)),
                items={"share": 0.2},
            ),
            stage(
                "ranking",
                ["pre_ranking"],
                [1024, 512, 256, 1],
                features("full", 24, 5_000_000, 64, lognormal(8, 0.6)),
                items={"at_most": 50},
            ),
        ],
    }


def models() -> list[dict[str, Any]]:
    return [
        drm1(),
        drm2(),
        drm3(),
        mlperf(),
        rmc(1, 8, 4000000, 32, 80, [128, 64, 32], [256, 64, 1]),
        rmc(2, 32, 500000, 64, 120, [256, 128, 64], [128, 64, 1]),
        rmc(3, 10, 2000000, 32, 20, [2560, 1024, 256, 32], [512, 256, 1]),
        wide_and_deep(),
        multi_task_wide_and_deep(),
        ncf(),
        din(),
        dien(),
        spot_trip(),
        cascade(),
    ]


def text_of(value: Any, pad: str = "") -> str:
    """JSON with what fits on one line on one line, so that a table is a line in a diff."""
    line = json.dumps(value)
    if len(pad + line) <= 150:
        return line
    deeper = pad + "  "
    if isinstance(value, dict):
        parts = [f"{deeper}{json.dumps(k)}: {text_of(v, deeper)}" for k, v in value.items()]
        return "{\n" + ",\n".join(parts) + "\n" + pad + "}"
    if isinstance(value, list):
        return "[\n" + ",\n".join(deeper + text_of(v, deeper) for v in value) + "\n" + pad + "]"
    return line


def flop_per_row(net: dict[str, Any]) -> float:
    bottom = net.get("bottom_mlp", {}).get("layers", [])
    tables = net.get("tables", [])
    features = sum(t["dim"] for t in tables) + (bottom[-1] if bottom else 0)
    last = net.get("top_mlp", {"layers": []})
    top = last["layers"] if "layers" in last else [features, *last["outputs"]]
    flop = 0.0
    for widths, times in [(bottom, 1), (top, 1), *((r["layers"], r.get("times", 1)) for r in net.get("repeated", []))]:
        flop += times * sum(2 * a * b for a, b in zip(widths, widths[1:]))
    for a in net.get("attention", []):
        length, width = a["length"], a["dim"]
        block = 8 * length * width**2 + 4 * length**2 * width + 4 * length * width * a.get("feed_forward", 0)
        flop += a.get("layers", 1) * block
    for r in net.get("recurrent", []):
        gates = {"simple": 1, "gru": 3, "lstm": 4}[r["kind"]]
        flop += 2 * gates * r["steps"] * (r["input"] * r["hidden"] + r["hidden"] ** 2)
    vectors, dim = len(tables) + bool(bottom), max((t["dim"] for t in tables), default=0)
    kind = net["interaction"]["kind"]
    if kind == "dot":
        flop += 2 * dim * vectors * (vectors - 1) / 2
    if kind == "low-rank-cross":
        flop += 4 * net["interaction"]["layers"] * net["interaction"]["rank"] * features
    return flop


def mean(pooling: dict[str, Any]) -> float:
    if pooling["type"] == "uniform":
        return float(pooling["low"] + pooling["high"]) / 2
    return float(pooling.get("value", pooling.get("mean")))


def times_walked(net: dict[str, Any]) -> float:
    """How often a query is expected to walk a net."""
    return float(net.get("probability", 1)) * (mean(net["repeat"]) if "repeat" in net else 1)


def kept(net: dict[str, Any], items: int) -> float:
    """How many of a batch's items a net sees."""
    keeps = net.get("items", {})
    return float(min(keeps.get("at_most", items), keeps.get("share", 1) * items))


def report(model: dict[str, Any], items: int = 64) -> str:
    core = json.loads((ROOT / "topologies/platforms/sc-large.json").read_text())
    peak = float(core["core"]["flops"].split()[0]) * 1e9 * core["core"]["efficiency"]
    half = core["core"]["half_efficiency_rows"]
    t0, t1 = (float(core["lookup"][k].split()[0]) * 1e-9 for k in ("time", "time_per_byte"))
    dense = sparse = per_item = per_query = 0
    tables = [(t, net) for net in model["nets"] for t in net.get("tables", [])]
    for net in model["nets"]:
        rows = kept(net, items) if net.get("per", "item") == "item" else 1
        dense += times_walked(net) * flop_per_row(net) * (rows + half) / peak
    for t, net in tables:
        n = mean(t["pooling"]) * t.get("coverage", 1) * times_walked(net)
        once = t.get("per", "item") == "query"
        per_query += n if once else 0
        per_item += 0 if once else n * kept(net, items) / items
        sparse += n * (1 if once else kept(net, items)) * (t0 + t1 * 4 * t["dim"])
    sizes = [t["rows"] * t["dim"] * 4 for t, _ in tables]
    return (
        f"| {model['name']} | {sum(sizes) / GIB:.2f} | {len(tables)} | {max(sizes) / 1e9:.2f} | {per_item:.0f} |"
        f" {per_query:.0f} | {dense * 1e3:.2f} | {sparse * 1e3:.2f} | {100 * sparse / (dense + sparse):.1f} % |"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "models", help="folder to write (default: models/)")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--report", action="store_true", help="print a table of totals instead of writing")
    args = parser.parse_args()
    if args.report:
        print(
            "| model | GiB | tables | largest, GB | lookups an item | lookups a query | dense, ms | sparse, ms | sparse"
            " share |"
        )
        print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
        print("\n".join(report(m) for m in models()))
        return 0
    differing = []
    for model in models():
        file, text = args.out / f"{model['name']}.json", text_of(model) + "\n"
        if args.check:
            if not file.exists() or file.read_text() != text:
                differing.append(str(file))
        else:
            args.out.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    if differing:
        print("differ from what the generator writes: " + ", ".join(differing), file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
