# SPDX-License-Identifier: Apache-2.0
"""The tables of a model (models/*.json), as far as lookups go: their mean number an item or a query."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import BadInput, shown


@dataclass
class ModelTable:
    name: str
    rows: int
    mean: float  # lookups an item or a query, queries without the feature included
    per_item: bool


def tables(path: Path) -> list[ModelTable]:
    model = _loaded(path)
    found = []
    for n, net in enumerate(_list(model, "nets", path)):
        net = _resolved(net, path, f"/nets/{n}")
        for t, table in enumerate(_list(net[0], "tables", net[1], [])):
            found.append(_table(*_resolved(table, net[1], f"/nets/{n}/tables/{t}"), f"/nets/{n}/tables/{t}"))
    if not found:
        raise BadInput("has no tables", path)
    if len({table.name for table in found}) < len(found):
        raise BadInput("names a table twice", path)
    return found


def _loaded(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise BadInput(f"is not valid JSON: {error}", path) from None
    if not isinstance(value, dict):
        raise BadInput("is no JSON object; a model is wanted", path)
    return value


def _resolved(value: Any, path: Path, where: str) -> tuple[dict[str, Any], Path]:
    """An object, or the file that a string names; with the file that it is in."""
    if isinstance(value, str):
        path = path.parent / value
        value = _loaded(path)
    if not isinstance(value, dict):
        raise BadInput(f"{where} is {shown(value)}; an object is wanted", path)
    return value, path


def _list(value: dict[str, Any], key: str, path: Path, default: list[Any] | None = None) -> list[Any]:
    found = value.get(key, default)
    if not isinstance(found, list):
        raise BadInput(f"has no list {key!r}; a model (models/*.json) is wanted", path)
    return found


def _table(table: dict[str, Any], path: Path, where: str) -> ModelTable:
    name, per, rows = (table.get(key, default) for key, default in DEFAULTS)
    if not isinstance(name, str) or per not in ("item", "query") or type(rows) is not int or rows < 1:
        raise BadInput(f"{where} is no table of a model: name, rows, pooling and per (item or query) are wanted", path)
    key = "absent" if "absent" in table else "coverage"  # absent: the former name, of the rest
    share = table.get(key, 1)
    if not isinstance(share, (int, float)) or not 0 <= share <= 1:
        raise BadInput(f"{where}/{key} is {shown(share)}; 0 to 1 is wanted", path)
    coverage = share if key == "coverage" else 1 - share
    pooling, pooling_path = _resolved(table.get("pooling"), path, f"{where}/pooling")
    return ModelTable(name, rows, coverage * mean(pooling, pooling_path, f"{where}/pooling"), per == "item")


DEFAULTS = (("name", None), ("per", "item"), ("rows", None))


def _pareto(d: dict[str, Any]) -> float:
    """Of x^-(shape + 1) between two bounds, as sim/engine/distributions/pareto.cpp draws it."""
    s, reach = d["shape"], math.log(d["most"] / d["least"])
    integral = reach if s == 1 else -math.expm1(-(s - 1) * reach) / (s - 1)
    return float(d["least"] * s * integral / -math.expm1(-s * reach))


def _cdf(d: dict[str, Any]) -> float:
    points = d["points"]
    steps = zip(points, points[1:])
    return float(points[0][0] * points[0][1] + sum((a[0] + b[0]) / 2 * (b[1] - a[1]) for a, b in steps)) / 100


def _histogram(d: dict[str, Any]) -> float:
    middle = [b["value"] if "value" in b else (b["low"] + b["high"]) / 2 for b in d["bins"]]
    weights = [b["weight"] for b in d["bins"]]
    return float(sum(m * w for m, w in zip(middle, weights)) / sum(weights))


MEANS: dict[str, Callable[[dict[str, Any]], float]] = {
    "fixed": lambda d: float(d["value"]),
    "uniform": lambda d: float(d["low"] + d["high"]) / 2,
    "empirical": lambda d: float(sum(d["quantiles"])) / len(d["quantiles"]),
    "cdf": _cdf,
    "histogram": _histogram,
    "pareto": _pareto,
} | dict.fromkeys(("exponential", "lognormal", "poisson", "geometric", "negative-binomial"), lambda d: float(d["mean"]))


def mean(distribution: dict[str, Any], path: Path, where: str) -> float:
    kind = distribution.get("type")
    if kind not in MEANS:
        raise BadInput(
            f"{where} is a distribution of type {shown(kind)}; the means of {', '.join(MEANS)} are known", path
        )
    try:
        value = float(MEANS[kind](distribution))
    except (KeyError, TypeError, IndexError, ZeroDivisionError, ValueError, OverflowError) as error:
        raise BadInput(f"{where} is no distribution of type {kind}: {error!r}", path) from None
    if not math.isfinite(value) or value < 0:
        raise BadInput(f"{where} has the mean {value}; a number of at least 0 is wanted", path)
    return value
