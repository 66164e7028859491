# SPDX-License-Identifier: Apache-2.0
"""A figure with its 95 % interval, and comparisons that may come out undecided."""

import math
from dataclasses import dataclass

from .verdict import Verdict, all_hold


@dataclass(frozen=True)
class Estimate:
    value: float
    low: float
    high: float
    doubt: str = ""  # why the sample does not support it; the interval is then everything

    @staticmethod
    def exact(value: float) -> "Estimate":
        return Estimate(value, value, value)

    @staticmethod
    def doubted(value: float, why: str) -> "Estimate":
        return Estimate(value, -math.inf, math.inf, why)

    @property
    def reach(self) -> float:
        """The longer half of the interval."""
        return max(self.high - self.value, self.value - self.low)

    # Intervals of sums and ratios are combined as of independent figures. Figures of one sweep share their random
    # numbers, which makes them rise and fall together: their differences are then better known than this says.
    def __sub__(self, other: "Estimate") -> "Estimate":
        value = self.value - other.value
        below = math.hypot(self.value - self.low, other.high - other.value)
        above = math.hypot(self.high - self.value, other.value - other.low)
        return Estimate(value, value - below, value + above, self.doubt or other.doubt)

    def __truediv__(self, other: "Estimate") -> "Estimate":
        """Of positive figures whose intervals are short beside them."""
        value = self.value / other.value
        below = math.hypot((self.value - self.low) / self.value, (other.high - other.value) / other.value)
        above = math.hypot((self.high - self.value) / self.value, (other.value - other.low) / other.value)
        return Estimate(value, value * (1 - below), value * (1 + above), self.doubt or other.doubt)

    def __add__(self, constant: float) -> "Estimate":
        return Estimate(self.value + constant, self.low + constant, self.high + constant, self.doubt)

    def __mul__(self, factor: float) -> "Estimate":
        return Estimate(self.value * factor, self.low * factor, self.high * factor, self.doubt)

    def below(self, limit: float) -> Verdict:
        return Verdict.HOLDS if self.high < limit else Verdict.FAILS if self.low >= limit else Verdict.UNDECIDED

    def above(self, limit: float) -> Verdict:
        return Verdict.HOLDS if self.low > limit else Verdict.FAILS if self.high <= limit else Verdict.UNDECIDED

    def between(self, low: float, high: float) -> Verdict:
        return all_hold([self.above(low), self.below(high)])
