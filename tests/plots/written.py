# SPDX-License-Identifier: Apache-2.0
"""Writes a small sweep directory in the documented format, so that the scripts can be tested without the simulator."""

import json
from pathlib import Path
from typing import Any

MODELS = ["small", "large"]
# configuration -> (latency factor, CPU factor, shards)
CONFIGURATIONS = {
    "singular": (1.0, 1.0, 0),
    "one-shard": (1.5, 1.1, 1),
    "nsbp 2": (1.2, 1.2, 2),
    "nsbp 4": (0.9, 1.4, 4),
}
VERDICTS = {("large", "one-shard"): "infeasible", ("large", "nsbp 2"): "saturated"}
METRICS = (
    "completed,mean_us,p50_us,p90_us,p99_us,cpu_us_per_query,p50_overhead,p90_overhead,p99_overhead,compute_overhead"
)
# Shares of the latency; they add up to 1.
SPANS = {"queueing": 0.1, "dense": 0.5, "sparse": 0.1, "serde": 0.1, "service": 0.05, "network": 0.15}
LINKS = 20


def write_sweep(directory: Path) -> None:
    """Two models by four configurations; the large model does not fit one shard, and saturates two."""
    rows: list[str] = []
    points: list[dict[str, Any]] = []
    for model in MODELS:
        for configuration, (latency, cpu, shards) in CONFIGURATIONS.items():
            index = len(points)
            verdict = VERDICTS.get((model, configuration), "stable")
            point: dict[str, Any] = {
                "index": index,
                "axes": {"model": model, "configuration": configuration},
                "verdict": verdict,
            }
            if verdict == "infeasible":
                point["error"] = "shard sparse0 lacks 10 GiB"
                rows.append(f"{model},{configuration}," + "," * 9 + "," + verdict)
            else:
                point["result"] = f"points/{index:03d}/result.json"
                write_result(directory / point["result"], verdict, latency, shards)
                overhead = f"{latency - 1:.3f}"
                rows.append(
                    f"{model},{configuration},1000,{1100 * latency},{1000 * latency},{1500 * latency},{2000 * latency},"
                    f"{5000 * cpu},{overhead},{overhead},{overhead},{cpu - 1:.3f},{verdict}"
                )
            points.append(point)
    (directory / "sweep.csv").write_text("\n".join([f"model,configuration,{METRICS},verdict", *rows, ""]))
    sweep = {
        "schema_version": 1, "program": {"name": "shardsim", "version": "0.1.0"}, "axes": ["model", "configuration"],
        "baseline": {"configuration": "singular"}, "points": points,
    }  # fmt: skip
    (directory / "sweep.json").write_text(json.dumps(sweep))


def link(number: int, latency: float) -> dict:
    """The later, the busier."""
    used = (number + 1) / LINKS / 2
    return {
        "from": f"sparse{number}", "to": "switch", "bandwidth_gbps": None if number == 0 else 25.0,
        "utilisation": used, "offered_load": used, "bytes": 10**7 * number, "messages": 1000 * number,
        "lost_bytes": 1500 * number, "lost_messages": 1234 * number, "marked": 0, "queue_peak_bytes": 1_500_000 * number,
        "mean_wait_us": 1.0, "max_wait_us": 20.0, "p99_us": 2000 * latency / LINKS, "p99_share": 1 / LINKS,
    }  # fmt: skip


def write_result(path: Path, verdict: str, latency: float, shards: int) -> None:
    p50, p99 = 1000 * latency, 2000 * latency
    result = {
        "schema_version": 1,
        "verdict": verdict,
        "latency_us": {"p50": p50, "p99": p99, "cdf": [[p50 / 2, 0.0], [p50, 0.5], [p99, 0.99], [2 * p99, 1.0]]},
        "spans_us": {
            span: {"mean": p50 * share, "p50": p50 * share, "p50_share": share, "p99": p99 * share, "p99_share": share}
            for span, share in SPANS.items()
        },
        "bottleneck": {"kind": "link", "name": "main0 -> switch", "offered_load": 0.87},
        "links": [link(i, latency) for i in range(LINKS)],
        "idle_links": 3,
        "shards": [
            {
                "name": f"sparse{i}", "tables": 3, "bytes": 2**30 * (i + 1), "lookups_per_query": 1000.0,
                "rpcs_per_query": 2.0, "cpu_us_per_query": 50.0 * (i + 1), "hosts": [f"sparse{i}"],
            }
            for i in range(shards)
        ],
    }  # fmt: skip
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(result))


def add_intervals(directory: Path) -> None:
    """As later versions write it: a P95, intervals of 10 % below and 20 % above the figure, a column of doubts.

    The small model's "nsbp 4" has too few queries for its P99.
    """
    head, *rows = [line.split(",") for line in (directory / "sweep.csv").read_text().splitlines()]
    figures = [name for name in head if name.endswith(("_us", "_per_query", "_overhead"))]
    table = [head[:-1] + ["p95_us"] + [f"{name}_{end}" for name in [*figures, "p95_us"] for end in ("lo", "hi")]]
    table[0] += ["doubts", "verdict"]
    for row in rows:
        cells = dict(zip(head, row), p95_us="")
        if cells["p90_us"]:
            cells["p95_us"] = str(1.1 * float(cells["p90_us"]))
        cells["doubts"] = "p99:too-few" if row[:2] == ["small", "nsbp 4"] else ""
        for name in [*figures, "p95_us"]:
            known = cells[name] and not (name.startswith("p99") and cells["doubts"])
            for end, reach in (("lo", -0.1), ("hi", 0.2)):
                cells[f"{name}_{end}"] = repr(float(cells[name]) + reach * abs(float(cells[name]))) if known else ""
        table.append([cells[name] for name in table[0]])
    (directory / "sweep.csv").write_text("\n".join([",".join(row) for row in table] + [""]))
    for result in directory.glob("points/*/result.json"):
        content = json.loads(result.read_text())
        names = {"p50": "good", "p99": "too-few" if "003" in str(result) else "good"}
        content["intervals"] = {
            name: {"value": content["latency_us"][name], "low": 0.9 * content["latency_us"][name],
                   "high": 1.2 * content["latency_us"][name], "trust": trust}
            for name, trust in names.items()
        }  # fmt: skip
        result.write_text(json.dumps(content))
