# SPDX-License-Identifier: Apache-2.0
"""Measured beside predicted: a row a configuration and load."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from shardsim_tools import files
from shardsim_tools.benching.measure import spread

from .configurations import Configuration
from .measuring import Run

PERCENTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
CLASSES = ("dense", "sparse")  # of work: part of the CPU time
AT_SPEED = ("p50", "p99", "cpu")
COLUMNS = (
    ["model", "strategy", "shards", "load", "rate_per_s", "used_to_calibrate"]
    + [f"{p}_{kind}_us" for p in PERCENTILES for kind in ("measured", "predicted")]
    + ["cpu_measured_us", "cpu_predicted_us", "p50_spread", "p90_spread", "p99_spread", "cpu_spread", "rounds"]
    + [f"{name}_interval" for name in ("p50", "p90", "p99", "cpu")]
    + [f"{name}_{kind}" for name in CLASSES for kind in ("measured_us", "predicted_us", "spread")]
    + [f"{name}_at_speed_us" for name in AT_SPEED]
)
Row = dict[str, Any]
Result = dict[str, Any]  # of shardsim


def percentile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def cpu(run: Run, of_class: str = "cpu") -> float:
    """Of all servers, us a query."""
    return float(sum(p[f"{of_class}_us_per_query"] for p in run["processes"]))


def measured_row(configuration: Configuration, load: float, runs: Sequence[Run], warmup: int) -> Row:
    """Medians of the rounds."""
    row: Row = {
        "model": configuration.model,
        "strategy": configuration.strategy,
        "shards": configuration.shards,
        "load": load,
        "rate_per_s": runs[0]["rate"],
        "rounds": len(runs),
    }
    for name, share in PERCENTILES.items():
        values = [percentile(r["latencies_us"][warmup:], share) for r in runs]
        row[f"{name}_measured_us"] = round(median(values), 1)
        row[f"{name}_spread"] = round(spread(values), 4)
    for name in ("cpu", *CLASSES):
        values = [cpu(r, name) for r in runs]
        row[f"{name}_measured_us"] = round(median(values), 1)
        row[f"{name}_spread"] = round(spread(values), 4)
    return row


def reach(interval: dict[str, Any]) -> float | str:
    """How far a prediction's interval goes from its value, as a share: what other queries would give. Empty where too few
    queries tell."""
    if interval["low"] is None:
        return ""
    value, low, high = interval["value"], interval["low"], interval["high"]
    return round(max(high - value, value - low) / value, 4)


def figure(result: Result, name: str) -> float:
    """By the name of a column."""
    return float(result["cpu_us_per_query"] if name == "cpu" else result["latency_us"][name])


def slowness(run: Run, result: Result) -> float:
    """How many times as long as predicted the dense work of a run took: it is the same work every time, so that this is
    the speed of the machine then."""
    return cpu(run, "dense") / float(result["cpu_us_per_query_by_class"]["dense"])


def with_prediction(row: Row, result: Result, at_speed: Sequence[Result], used: bool) -> Row:
    """`at_speed`: predicted with the speed that the machine had in each run."""
    out: Row = {**row, "used_to_calibrate": int(used)}
    for name in (*PERCENTILES, "cpu"):
        out[f"{name}_predicted_us"] = round(figure(result, name), 1)
    for name in AT_SPEED:
        out[f"{name}_at_speed_us"] = round(median(figure(r, name) for r in at_speed), 1)
    for name in CLASSES:
        out[f"{name}_predicted_us"] = round(result["cpu_us_per_query_by_class"][name], 1)
    for name in (*PERCENTILES, "cpu"):
        out[f"{name}_interval"] = reach(result["intervals"][name])
    return out


def write(file: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with files.writing(file, newline="") as opened:
        writer = csv.DictWriter(opened, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
