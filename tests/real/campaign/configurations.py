# SPDX-License-Identifier: Apache-2.0
"""What is measured."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
MODELS = ["dlrm", "drm1", "dominating"]
LOADS = [0.1, 0.3, 0.5, 0.7]  # of what the busiest core can do
STRATEGIES = ["capacity-balanced", "load-balanced", "nsbp"]


@dataclass(frozen=True)
class Configuration:
    """A model under a strategy."""

    model: str
    strategy: str
    shards: int  # 0: singular

    @property
    def plan(self) -> str:
        return self.strategy + (f" {self.shards}" if self.shards > 1 else "")

    @property
    def name(self) -> str:
        return f"{self.model} {self.plan}"

    @property
    def scenario(self) -> Path:
        return SCENARIOS / f"{self.model}.json"

    @property
    def sharding(self) -> str:
        """As a setting."""
        out: dict[str, object] = {"strategy": self.strategy}
        if self.shards > 1:
            out["shards"] = self.shards
        return f"sharding={json.dumps(out)}"


def all_of(model: str) -> Iterator[Configuration]:
    yield Configuration(model, "singular", 0)
    yield Configuration(model, "one-shard", 1)
    for shards in (2, 4, 8):
        for strategy in STRATEGIES:
            yield Configuration(model, strategy, shards)


QUICK = [
    Configuration("drm1", "singular", 0),
    Configuration("drm1", "one-shard", 1),
    Configuration("drm1", "load-balanced", 4),
    Configuration("drm1", "nsbp", 4),
]
QUICK_LOADS = [0.1, 0.5]
