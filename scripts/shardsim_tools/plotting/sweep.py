# SPDX-License-Identifier: Apache-2.0
"""Reads the directory `shardsim sweep` wrote: sweep.csv, sweep.json and the result.json of each point."""

import functools
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas

SCHEMA_VERSION = 1
METRICS = [
    "completed", "mean_us", "p50_us", "p90_us", "p99_us", "cpu_us_per_query",
    "p50_overhead", "p90_overhead", "p99_overhead", "compute_overhead",
]  # fmt: skip
LATER_METRICS = [
    "p95_us",
    "p95_overhead",
    "goodput",
]  # sweeps of earlier versions lack them, and intervals (_lo, _hi) and doubts
# What the column `doubts` calls the figures.
MEASURES = {
    "mean_us": "mean", "p50_us": "p50", "p90_us": "p90", "p95_us": "p95", "p99_us": "p99", "cpu_us_per_query": "cpu",
    "p50_overhead": "p50", "p90_overhead": "p90", "p95_overhead": "p95", "p99_overhead": "p99",
    "compute_overhead": "cpu", "goodput": "goodput",
}  # fmt: skip


class SweepError(Exception):
    """The directory is not a sweep, or asks for what the sweep does not hold. The text is for the user."""


@dataclass
class Sweep:
    directory: Path
    axes: list[str]
    baseline: dict[str, str]  # axis -> value of the points the overheads are measured against
    frame: pandas.DataFrame  # sweep.csv; the index is the point's number, axis values are text
    points: list[dict[str, Any]]  # sweep.json's

    def is_baseline(self, index: int) -> bool:
        return bool(self.baseline) and all(self.frame.at[index, axis] == value for axis, value in self.baseline.items())

    def verdict(self, index: int) -> str:
        return str(self.frame.at[index, "verdict"])

    @property
    def has_intervals(self) -> bool:
        """Whether the sweep was written with intervals; single ones may be missing all the same."""
        return bool(self.frame.attrs["intervals"])

    def interval(self, index: int, metric: str) -> tuple[float, float] | None:
        """The 95 % interval of a figure, in its unit, or of an overhead; None if the sample does not support one."""
        low, high = self.frame.at[index, f"{metric}_lo"], self.frame.at[index, f"{metric}_hi"]
        return None if math.isnan(low) or math.isnan(high) else (low, high)

    def reach(self, index: int, metric: str) -> tuple[float, float]:
        """How far the interval reaches below and above the figure; zero if there is none."""
        value, interval = self.frame.at[index, metric], self.interval(index, metric)
        return (max(value - interval[0], 0.0), max(interval[1] - value, 0.0)) if interval else (0.0, 0.0)

    def doubt(self, index: int, metric: str) -> str:
        """Why a figure should not be taken as a fact ("too-few", "correlated"); empty if it may.

        An overhead is in doubt as well if the baseline's figure is.
        """
        points = [index]
        if metric.endswith("_overhead") and (reference := self.baseline_of(index)) is not None:
            points.append(reference)
        return next(filter(None, (self._own_doubt(point, metric) for point in points)), "")

    def _own_doubt(self, index: int, metric: str) -> str:
        reasons: dict[str, str] = dict(entry.partition(":")[::2] for entry in self.frame.at[index, "doubts"].split())
        return reasons.get(metric) or reasons.get(MEASURES[metric]) or ""

    def baseline_of(self, index: int) -> int | None:
        """The point that this one is compared with."""
        if not self.baseline:
            return None
        return self.find({axis: self.baseline.get(axis, self.frame.at[index, axis]) for axis in self.axes})

    def find(self, labels: dict[str, str]) -> int | None:
        """The point with these values on all axes."""
        return self._numbers.get(tuple(labels[axis] for axis in self.axes))

    @functools.cached_property
    def _numbers(self) -> dict[tuple[str, ...], int]:
        return {
            labels: index for index, labels in zip(self.frame.index, zip(*(self.frame[axis] for axis in self.axes)))
        }

    def result(self, index: int) -> "Result":
        relative = self.points[index].get("result")
        if not relative:
            raise SweepError(f"{self.directory / 'sweep.json'}: point {index} names no result")
        return _read_result(self.directory / relative)


class Result:
    """One result.json."""

    def __init__(self, path: Path, content: dict[str, Any]) -> None:
        self.path = path
        self.content = content

    def get(self, pointer: str) -> Any:
        """The value at a pointer such as "/latency_us/p50"."""
        value = self.content
        for key in pointer.strip("/").split("/"):
            if not isinstance(value, dict) or key not in value:
                raise SweepError(f"{self.path}: {pointer} is missing")
            value = value[key]
        return value

    def number(self, pointer: str) -> float:
        value = self.get(pointer)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise SweepError(f"{self.path}: {pointer} is not a number")
        return value


def load(directory: Path) -> Sweep:
    description = _read_json(directory / "sweep.json")
    axes, points = description.get("axes"), description.get("points")
    if not isinstance(axes, list) or not axes or not isinstance(points, list):
        raise SweepError(f"{directory / 'sweep.json'}: axes or points are missing")
    frame = _read_table(directory / "sweep.csv", axes)
    if len(frame) != len(points):
        raise SweepError(
            f"{directory}: sweep.csv has {len(frame)} points, sweep.json {len(points)}; they are not of one sweep"
        )
    if frame.empty:
        raise SweepError(f"{directory / 'sweep.csv'}: the sweep has no points")
    baseline = {axis: _text(value) for axis, value in (description.get("baseline") or {}).items()}
    if not set(baseline) <= set(axes):
        raise SweepError(f"{directory / 'sweep.json'}: the baseline names an axis the sweep does not have")
    return Sweep(directory, axes, baseline, frame, points)


def _text(value: Any) -> str:
    """An axis value as sweep.csv writes it."""
    return value if isinstance(value, str) else json.dumps(value)


def load_result(path: Path) -> Result:
    return _read_result(path)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SweepError(f"{path}: no such file; give the directory `shardsim sweep --out` wrote") from None
    except OSError as error:
        raise SweepError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise SweepError(f"{path}: not JSON: {error}") from None
    version = content.get("schema_version") if isinstance(content, dict) else None
    if not isinstance(content, dict) or version != SCHEMA_VERSION:
        raise SweepError(f"{path}: schema_version {version}; this script reads {SCHEMA_VERSION}")
    return content


@functools.lru_cache(maxsize=None)
def _read_result(path: Path) -> Result:
    return Result(path, _read_json(path))


def _read_table(path: Path, axes: list[str]) -> pandas.DataFrame:
    try:
        frame = pandas.read_csv(path, dtype=str, keep_default_na=False)
    except FileNotFoundError:
        raise SweepError(f"{path}: no such file; give the directory `shardsim sweep --out` wrote") from None
    except (OSError, ValueError) as error:  # pandas reports what it cannot parse as a ValueError
        raise SweepError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from None
    missing = [column for column in [*axes, *METRICS, "verdict"] if column not in frame.columns]
    if missing:
        raise SweepError(f"{path}: no column {', '.join(missing)}")
    later = LATER_METRICS + [f"{metric}_{end}" for metric in [*METRICS[1:], *LATER_METRICS] for end in ("lo", "hi")]
    has_intervals = "p50_overhead_lo" in frame.columns
    for column in [*later, "doubts"]:
        if column not in frame.columns:
            frame[column] = ""
    for column in [*METRICS, *later]:
        numbers = pandas.to_numeric(frame[column].replace("", "nan"), errors="coerce")
        wrong = numbers.isna() & ~frame[column].isin(["", "nan"])
        if wrong.any():
            row = wrong.idxmax()
            raise SweepError(f"{path}: line {row + 2}, {column}: {frame.at[row, column]!r} is not a number")
        frame[column] = numbers
    frame.attrs["intervals"] = has_intervals
    return frame
