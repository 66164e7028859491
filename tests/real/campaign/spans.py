# SPDX-License-Identifier: Apache-2.0
"""Where the time of a query goes, measured beside predicted: along the batch that ends last."""

import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from .configurations import Configuration
from .measuring import SERIAL, Run, queries_of
from .prediction import command_of
from .system import output_of

COMPARED = [
    Configuration("drm1", "singular", 0),
    Configuration("drm1", "one-shard", 1),
    Configuration("drm1", "load-balanced", 4),
]
COMPARED_LOADS = [SERIAL, 0.5]
PARTS = ["bottom", "gather", "wait", "shard", "top", "rest", "query"]
COLUMNS = ["model", "strategy", "shards", "load", "part", "measured_us", "predicted_us"]

Event = dict[str, Any]


def measured(runs: Sequence[Run]) -> dict[str, float]:
    """Medians of the rounds, of the means of each."""
    return {part: median(run["spans"][part] for run in runs) for part in PARTS}


def timeline(
    program: Path, configuration: Configuration, load: float, rate: float, warmup: int, settings: Sequence[str]
) -> list[Event]:
    """What happens to each query after the first ones."""
    last = queries_of(load, rate) - 1
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "timeline.json"
        more = ["--query", f"{warmup}-{last}", "--out", str(file)]
        output_of(command_of(program, "timeline", configuration, load, rate, settings, *more))
        events: list[Event] = json.loads(file.read_text())["traceEvents"]
    return [event for event in events if event["ph"] == "X" and not is_repeated(event)]


def is_repeated(event: Event) -> bool:
    """Process 1 has the queries, and once more what is on their critical paths."""
    return event["pid"] == 1 and event["cat"] not in ("query", "batch", "net")


def predicted(events: Iterable[Event]) -> dict[str, float]:
    """Means over the queries, as measuring.spans_of() has them of the server's time stamps."""
    of_query: dict[int, list[Event]] = {}
    for event in events:
        of_query.setdefault(event["args"]["query"], []).append(event)
    queries = [parts(some) for some in of_query.values()]
    return {part: sum(q[part] for q in queries) / len(queries) for part in PARTS}


def parts(events: Sequence[Event]) -> dict[str, float]:
    """Of one query."""
    batch = next(e["args"]["batch"] for e in events if e.get("cat") == "batch" and e["args"]["critical"])
    of_batch = [e for e in events if e["args"].get("batch") == batch]
    out = dict.fromkeys(PARTS, 0.0)
    for net in (e for e in of_batch if e.get("cat") == "net"):
        own = [e for e in of_batch if e["args"].get("net") == net["name"] and "shard" not in e["args"]]
        before = 0.0  # the end of what the main shard does meanwhile
        for event in own:
            if event["name"] in ("bottom MLP", "gather"):
                out[event["name"].split()[0]] += event["dur"]
                before = max(before, event["ts"] + event["dur"])
        top = [e for e in own if e["name"] == "top MLP"]
        out["top"] += sum(e["dur"] for e in top)
        waited_for = net["args"].get("waited_for")
        of_shard = [e for e in of_batch if e["args"].get("net") == net["name"] and e["args"].get("shard") == waited_for]
        if of_shard and top:
            out["wait"] += max(0.0, top[0]["ts"] - max(before, net["ts"]))
        out["shard"] += sum(e["dur"] for e in of_shard if e["name"] in ("gather", "net overhead"))
    inside = [e for e in events if e.get("cat") != "network" and e.get("cat") != "query"]
    out["query"] = max(e["ts"] + e["dur"] for e in inside) - min(e["ts"] for e in inside)
    out["rest"] = out["query"] - sum(out[part] for part in ("bottom", "gather", "wait", "top"))
    return out


def rows(
    configuration: Configuration, load: float, found: dict[str, float], guessed: dict[str, float]
) -> list[dict[str, Any]]:
    return [
        {
            "model": configuration.model,
            "strategy": configuration.strategy,
            "shards": configuration.shards,
            "load": load,
            "part": part,
            "measured_us": round(found[part], 1),
            "predicted_us": round(guessed[part], 1),
        }
        for part in PARTS
    ]
