# SPDX-License-Identifier: Apache-2.0
"""Fits to a few measured configurations what scripts/measure_platform cannot measure, or measures in another setting."""

import copy
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from .configurations import Configuration
from .measuring import traffic
from .prediction import Machine, place_of, scaled
from .system import output_of
from .table import CLASSES, Row

EVALUATIONS, LEAST_SPREAD = 260, 0.03
PLATFORM = "cluster.main.platform"
FREE: list[tuple[str, float, float, str]] = [
    # path in the platform, range as factors of what was measured, why it may differ
    ("core.efficiency", 0.4, 1.5, "measured of three square layers, whose weights stay in a cache"),
    (
        "core.half_efficiency_rows",
        0.2,
        8,
        "measured of three square layers; wider ones are packed anew for each product",
    ),
    ("lookup.time", 0.5, 4, "measured of one large table; many tables miss the TLB more"),
    ("lookup.bag_time", 0.5, 10, "measured of one table; here a bag's vector is also added to the features"),
    ("rpc.wakeup", 0.5, 3, "measured after pauses of 5 ms, with nothing in the caches but the RPC's own work"),
]
FIGURES = {
    "latency_us.p50": "p50",
    "latency_us.p99": "p99",
    "cpu_us_per_query": "cpu",
    **{f"cpu_us_per_query_by_class.{name}": name for name in CLASSES},
}


def field(path: str, low: Any, high: Any, prior: str) -> dict[str, Any]:
    return {
        "path": f"{PLATFORM}.{path}",
        "also": [f"cluster.sparse.platform.{path}"],
        "from": low,
        "to": high,
        "scale": "logarithmic",
        "prior": prior,
    }


def fields(platform: dict[str, Any]) -> list[dict[str, Any]]:
    out = []
    for path, low, high, prior in FREE:
        folder, key = place_of(platform, path)
        value = folder[key]
        top = min(scaled(value, high), 1) if path == "core.efficiency" else scaled(value, high)
        out.append(field(path, scaled(value, low), top, prior))
    return out


def targets(name: str, row: Row) -> list[dict[str, Any]]:
    out = []
    for figure, of in FIGURES.items():
        spread = max(LEAST_SPREAD, row[f"{of}_spread"])
        out.append(
            {
                "configuration": name,
                "figure": figure,
                "measured": f"{row[f'{of}_measured_us']} us",
                "spread": f"{100 * spread:.2f} %",
            }
        )
    return out


def calibrated(
    program: Path, start: Machine, out: Path, rows: Sequence[tuple[Configuration, Row]], settings: Sequence[str]
) -> Machine:
    """The machine with the fitted platform. The calibration and its report are kept in `out`."""
    platform = copy.deepcopy(start.platform)
    systems: dict[str, Any] = {}
    wanted = []
    for configuration, row in rows:
        name = f"{configuration.name} {row['load']}"
        own = [configuration.sharding, *settings, *traffic(row["load"], row["rate_per_s"])]
        systems[name] = {
            "base": str(configuration.scenario),
            "set": {
                **as_json(own),
                PLATFORM: platform,
                "cluster.sparse.platform": platform,
                "serving.jitter": start.jitter,
            },
        }
        wanted += targets(name, row)
    spec: dict[str, Any] = {
        "description": "the real server, of the configurations used to calibrate",
        "configurations": systems,
        "free": fields(platform),
        "targets": wanted,
        "budget": {"evaluations": EVALUATIONS},
        "seed": 1,
    }
    report = fitted(program, spec, out)
    while unknown := {f["path"] for f in report["fields"] if f["determined"] == "not-identifiable"}:
        # What these configurations do not tell stays as it was measured.
        spec["free"] = [f for f in spec["free"] if f["path"] not in unknown]
        report = fitted(program, spec, out)
    known = {"platform": start.platform, "error": report["error"], "fields": report["fields"]}
    (out / "machine.json").write_text(json.dumps(known, indent=1) + "\n")
    values = json.loads((out / "calibrated" / "calibrated.json").read_text())["values"]
    for path, value in values.items():
        folder, key = place_of(platform, path.removeprefix(f"{PLATFORM}."))
        folder[key] = value
    return Machine(platform, start.jitter)


def fitted(program: Path, spec: dict[str, Any], out: Path) -> Any:
    """The report of a calibration, whose files are kept."""
    out.mkdir(parents=True, exist_ok=True)
    file = out / "calibration.json"
    file.write_text(json.dumps(spec, indent=1) + "\n")
    text = output_of([str(program), "calibrate", str(file), "--out", str(out / "calibrated"), "--force"])
    (out / "calibration.txt").write_text(text)
    return json.loads((out / "calibrated" / "report.json").read_text())


def as_json(settings: Iterable[str]) -> dict[str, Any]:
    """Of "path=value"."""
    out: dict[str, Any] = {}
    for setting in settings:
        path, value = setting.split("=", 1)
        try:
            out[path] = json.loads(value)
        except json.JSONDecodeError:
            out[path] = value
    return out
