# SPDX-License-Identifier: Apache-2.0
"""The two experiments the findings are judged on, and how a figure is asked of them."""

import math
from dataclasses import dataclass
from typing import Any, Callable

from shardsim_tools.plotting.sweep import Result, Sweep, SweepError

from .estimate import Estimate

MODELS = ["drm1", "drm2", "drm3"]
COUNTS = [2, 4, 8]  # shards
STRATEGIES = ["capacity-balanced", "load-balanced", "nsbp"]
DISTRIBUTED = ["one-shard", *(f"{strategy} {count}" for strategy in STRATEGIES for count in COUNTS)]


class Study:
    """One sweep over groups (a model, a setting) and configurations."""

    def __init__(self, sweep: Sweep, axis: str) -> None:
        if set(sweep.axes) != {axis, "configuration"}:
            raise SweepError(f"{sweep.directory}: the axes are {', '.join(sweep.axes)}, not {axis} and configuration")
        self.sweep = sweep
        self.axis = axis

    def estimate(self, group: str, configuration: str, column: str) -> Estimate:
        """A column of sweep.csv."""
        index = self._index(group, configuration)
        value = self.sweep.frame.at[index, column]
        if math.isnan(value):
            raise SweepError(f"{self._name(group, configuration)} has no {column}; was its baseline run?")
        if not self.sweep.has_intervals:
            return Estimate.exact(value)
        interval, doubt = self.sweep.interval(index, column), self.sweep.doubt(index, column)
        if doubt or not interval:
            return Estimate.doubted(value, doubt or "no interval")
        return Estimate(value, *interval)

    def overheads(self, group: str, column: str) -> dict[str, Estimate]:
        return {configuration: self.estimate(group, configuration, column) for configuration in DISTRIBUTED}

    def result(self, group: str, configuration: str) -> Result:
        return self.sweep.result(self._index(group, configuration))

    def mean_over_queries(self, group: str, configuration: str, value: float) -> Estimate:
        """A mean that comes without an interval: as if it varied among queries by as much as its mean (cv 1), which
        times and CPU of queries this alike do not reach."""
        queries = self.sweep.frame.at[self._index(group, configuration), "completed"]
        reach = 1.96 * value / math.sqrt(queries)
        return Estimate(value, value - reach, value + reach)

    def rpcs_per_query(self, group: str, configuration: str) -> float:
        return sum(self._listed(group, configuration, "/shards", lambda shard: float(shard["rpcs_per_query"])))

    def busiest(self, group: str, configuration: str, service: str) -> float:
        """Utilisation of the busiest host of a service."""

        def used(host: dict[str, Any]) -> float:
            return float(host["utilisation"]) if host["service"] == service else 0.0

        return max(self._listed(group, configuration, "/hosts", used))

    def _listed(
        self, group: str, configuration: str, pointer: str, read: Callable[[dict[str, Any]], float]
    ) -> list[float]:
        result = self.result(group, configuration)
        try:
            return [read(entry) for entry in result.get(pointer)]
        except (KeyError, TypeError) as error:
            raise SweepError(f"{result.path}: {pointer} is not what a run writes: {error!r}") from None

    def _index(self, group: str, configuration: str) -> int:
        found = self.sweep.find({self.axis: group, "configuration": configuration})
        if found is None:
            raise SweepError(f"{self._name(group, configuration)} is missing")
        if (verdict := self.sweep.verdict(found)) != "stable":
            raise SweepError(f"{self._name(group, configuration)} is {verdict}")
        return found

    def _name(self, group: str, configuration: str) -> str:
        return f"{self.sweep.directory / 'sweep.csv'}: the point {self.axis} {group!r}, configuration {configuration!r}"


@dataclass(frozen=True)
class Studies:
    serial: Study  # workloads/experiments/paper.json
    load: Study  # workloads/experiments/paper-load.json

    @staticmethod
    def of(serial: Sweep, load: Sweep) -> "Studies":
        return Studies(Study(serial, "model"), Study(load, "setting"))
