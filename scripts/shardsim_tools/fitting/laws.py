# SPDX-License-Identifier: Apache-2.0
"""Laws of whole numbers, as the simulator draws them: continuous ones are rounded. Maximum likelihood on a frequency
table; a share of zeros may come from elsewhere (an absent feature)."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from . import numeric
from .types import Description, Errors, Floats, Integers, Numbers

CLOSE = 0.025  # Kolmogorov's distance no one would care about
QUANTILES = 100
TINY = 1e-300
MOST_SUMMED = 20_000
MOST_BINS = 50  # values that are given by weight
NOTHING: Floats = np.array([])
_Number = TypeVar("_Number", bound=np.generic)


class Law(ABC):
    """theta: the parameters' logarithms, in the order of KEYS, unless a law says otherwise."""

    NAME: ClassVar[str]
    KEYS: ClassVar[tuple[str, ...]] = ()
    FIXED: ClassVar[dict[str, int]] = {}

    @abstractmethod
    def start(self, mean: float, cv: float) -> list[float]:
        """Of the search for theta; empty where there is none to search."""

    @abstractmethod
    def log_pmf(self, x: Floats, theta: Floats) -> Floats:
        """Of whole numbers x."""

    def described(self, theta: Floats) -> Description:
        values = {key: float(f"{math.exp(t):.6g}") for key, t in zip(self.KEYS, theta)}
        return {"type": self.NAME, **values, **self.FIXED}

    def errors(self, theta: Floats, errors: Floats) -> Errors:
        return {key: float(e * math.exp(t)) for key, t, e in zip(self.KEYS, theta, errors)}


class Poisson(Law):
    NAME, KEYS = "poisson", ("mean",)

    def start(self, mean: float, cv: float) -> list[float]:
        return [math.log(mean)]

    def log_pmf(self, x: Floats, theta: Floats) -> Floats:
        found: Floats = stats.poisson.logpmf(x, math.exp(theta[0]))
        return found


class Geometric(Law):
    """From 0."""

    NAME, KEYS, FIXED = "geometric", ("mean",), {"from": 0}

    def start(self, mean: float, cv: float) -> list[float]:
        return [math.log(mean)]

    def log_pmf(self, x: Floats, theta: Floats) -> Floats:
        found: Floats = stats.geom.logpmf(x + 1, 1 / (1 + math.exp(theta[0])))
        return found


class GeometricFromOne(Law):
    NAME, KEYS = "geometric", ("mean",)
    FIXED = {"from": 1}

    def start(self, mean: float, cv: float) -> list[float]:
        return [math.log(max(mean, 1 + 1e-6))]

    def log_pmf(self, x: Floats, theta: Floats) -> Floats:
        found: Floats = stats.geom.logpmf(x, min(math.exp(-theta[0]), 1.0))
        return found


class NegativeBinomial(Law):
    NAME, KEYS = "negative-binomial", ("mean", "dispersion")

    def start(self, mean: float, cv: float) -> list[float]:
        return [math.log(mean), math.log(max(cv * cv - 1 / mean, 0.05))]

    def log_pmf(self, x: Floats, theta: Floats) -> Floats:
        mean, shape = math.exp(theta[0]), math.exp(-min(max(theta[1], -16), 8))
        found: Floats = stats.nbinom.logpmf(x, shape, shape / (shape + mean))
        return found


class Lognormal(Law):
    NAME, KEYS = "lognormal", ("mean", "cv")

    def start(self, mean: float, cv: float) -> list[float]:
        return [math.log(mean), math.log(max(cv, 1e-3))]

    def log_pmf(self, x: Floats, theta: Floats) -> Floats:
        variance = math.log1p(math.exp(2 * min(theta[1], 4.6)))
        middle, sigma = theta[0] - variance / 2, math.sqrt(variance)
        with np.errstate(divide="ignore"):
            low = (np.log(np.maximum(x - 0.5, 0)) - middle) / sigma
        high = (np.log(x + 0.5) - middle) / sigma
        # On the side where the difference keeps its digits.
        right = low > 0
        a, b = np.where(right, low, -high), np.where(right, high, -low)
        found: Floats = np.log(np.maximum(special.ndtr(-a) - special.ndtr(-b), TINY))
        return found


class Pareto(Law):
    """Up to the most seen. The least is between half below and half above the least seen: theta is its place there."""

    NAME = "pareto"

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = float(least), most + 0.5

    def start(self, mean: float, cv: float) -> list[float]:
        return [0.0, 0.0]

    def least_of(self, theta: Floats) -> float:
        return self.least - 0.499 + 0.998 / (1 + math.exp(-min(max(theta[1], -30), 30)))

    def log_pmf(self, x: Floats, theta: Floats) -> Floats:
        shape, least, most = math.exp(min(theta[0], 9)), self.least_of(theta), self.most
        if not 0.001 <= shape <= 1000:
            return np.full(len(x), -math.inf)
        low, high = np.maximum(x - 0.5, least), np.minimum(x + 0.5, most)
        within = np.where(high > low, -np.expm1(-shape * np.log(np.maximum(high / low, 1))), 0)
        with np.errstate(divide="ignore"):
            found: Floats = np.log(within) - shape * np.log(low / least)
            return found - math.log(-math.expm1(-shape * math.log(most / least)))

    def described(self, theta: Floats) -> Description:
        shape, least = float(f"{math.exp(theta[0]):.6g}"), float(f"{self.least_of(theta):.6g}")
        return {"type": self.NAME, "shape": shape, "least": least, "most": self.most}

    def errors(self, theta: Floats, errors: Floats) -> Errors:
        place = (self.least_of(theta) - self.least + 0.499) / 0.998
        return {"shape": float(errors[0] * math.exp(theta[0])), "least": float(errors[1] * 0.998 * place * (1 - place))}


class Uniform(Law):
    """Between the least and the most seen; how often the two are seen tells where in their half a number it ends."""

    NAME = "uniform"

    def __init__(self, values: Integers, weights: Integers) -> None:
        self.low, self.high = values[0] - 0.5, values[-1] + 0.5
        inner = values[-1] - values[0] - 1
        if inner >= 2:
            density = weights[1:-1].sum() / inner
            if density - weights[0] > 3 * math.sqrt(density):
                self.low = values[0] + 0.5 - weights[0] / density
            if density - weights[-1] > 3 * math.sqrt(density):
                self.high = values[-1] - 0.5 + weights[-1] / density

    def start(self, mean: float, cv: float) -> list[float]:
        return []

    def log_pmf(self, x: Floats, theta: Floats) -> Floats:
        part = np.minimum(x + 0.5, self.high) - np.maximum(x - 0.5, self.low)
        with np.errstate(divide="ignore"):
            found: Floats = np.log(np.maximum(part, 0) / (self.high - self.low))
        return found

    def described(self, theta: Floats) -> Description:
        return {"type": self.NAME, "low": float(f"{self.low:.6g}"), "high": float(f"{self.high:.6g}")}


class AtLeastOne(Law):
    """What another law gives below one is one."""

    def __init__(self, law: Law) -> None:
        self.law = law

    def start(self, mean: float, cv: float) -> list[float]:
        return self.law.start(mean, cv)

    def log_pmf(self, x: Floats, theta: Floats) -> Floats:
        below = self.law.log_pmf(np.zeros(1), theta)[0]
        return np.where(x == 1, np.logaddexp(self.law.log_pmf(x, theta), below),
                        np.where(x < 1, -math.inf, self.law.log_pmf(x, theta)))  # fmt: skip

    def described(self, theta: Floats) -> Description:
        return self.law.described(theta)

    def errors(self, theta: Floats, errors: Floats) -> Errors:
        return self.law.errors(theta, errors)


@dataclass
class Fit:
    description: Description
    absent: float
    ks: float  # Kolmogorov's distance to the sample
    log_likelihood: float = math.nan
    errors: Errors = field(default_factory=dict)
    parameters: int = 0


def table_of(sample: npt.NDArray[_Number]) -> tuple[npt.NDArray[_Number], Integers]:
    """(values, how often)"""
    return np.unique(sample, return_counts=True)


def mean_cv(values: Floats, weights: Numbers) -> tuple[float, float]:
    mean = float(np.average(values, weights=weights))
    return mean, math.sqrt(float(np.average((values - mean) ** 2, weights=weights))) / mean


def fit(law: Law, values: Integers, weights: Integers, absence: bool) -> Fit | None:
    """Without zeros from elsewhere, or (absence) with; None when that makes no sense."""
    zeros = float(weights[values == 0].sum())
    positive, seen = values[values > 0].astype(float), weights[values > 0].astype(float)
    total = zeros + seen.sum()
    nothing = np.zeros(1)

    def log_zero(theta: Floats) -> float:
        return float(law.log_pmf(nothing, theta)[0])

    def whole(theta: Floats) -> float:
        return float(seen @ law.log_pmf(positive, theta)) + (zeros * log_zero(theta) if zeros else 0.0)

    def truncated(theta: Floats) -> float:
        p_zero = math.exp(min(log_zero(theta), -1e-12))
        return float(seen @ law.log_pmf(positive, theta)) - float(seen.sum()) * math.log1p(-p_zero)

    goal = truncated if absence else whole
    mean, cv = mean_cv(positive, seen) if absence else mean_cv(values.astype(float), weights)
    start = law.start(mean, cv)
    with np.errstate(invalid="ignore"):
        theta, value = numeric.maximise(goal, start) if start else (NOTHING, goal(NOTHING))
        if not math.isfinite(value):
            return None
        errors = numeric.standard_errors(goal, theta) if start else NOTHING
    p_zero = math.exp(log_zero(theta))
    absent = 0.0
    if absence:
        absent = (zeros / total - p_zero) / (1 - p_zero)
        if absent <= 0:
            return None
        value += zeros * math.log(zeros / total) + seen.sum() * math.log(seen.sum() / total)
    found = Fit(law.described(theta), absent, 0.0, value, law.errors(theta, errors), len(theta) + bool(absence))
    if absence:
        found.errors["absent"] = math.sqrt(zeros / total * (1 - zeros / total) / total) / (1 - p_zero)
    found.ks = _ks(law, theta, absent, values, weights)
    return found


def _ks(law: Law, theta: Floats, absent: float, values: Integers, weights: Integers) -> float:
    last = int(values[-1])
    at = np.arange(last + 1) if last < MOST_SUMMED else np.unique(np.concatenate([values, np.maximum(values - 1, 0)]))
    seen = np.cumsum(np.bincount(np.searchsorted(at, values), weights, len(at))) / weights.sum()
    model = np.minimum(_cdf(law, theta, at.astype(float)), 1)
    return float(np.max(np.abs(seen - (absent + (1 - absent) * model))))


def _cdf(law: Law, theta: Floats, x: Floats) -> Floats:
    """Sums; of large numbers only some are taken, the probabilities between them being nearly straight."""
    edges = np.arange(min(MOST_SUMMED, x[-1] + 1))
    if x[-1] >= MOST_SUMMED:
        edges = np.unique(np.concatenate([edges, np.geomspace(MOST_SUMMED, x[-1] + 1, 20000).round(), x]))
    p = np.exp(law.log_pmf(edges, theta))
    steps = np.diff(edges)
    sums = np.cumsum(np.concatenate([[p[0]], steps * (p[1:] + p[:-1]) / 2 + (p[1:] - p[:-1]) / 2]))
    found: Floats = sums[np.searchsorted(edges, x)]
    return found


def simplest(fits: Iterable[Fit]) -> Fit:
    """Of fits, the likeliest; a parameter must be worth its likelihood."""
    return max(fits, key=lambda f: f.log_likelihood - numeric.WORTH * f.parameters)


def fixed(value: float, absent: float, n: int) -> Fit:
    errors = {"absent": math.sqrt(absent * (1 - absent) / n)} if absent else {}
    return Fit({"type": "fixed", "value": value}, absent, 0.0, 0.0, errors)


def empirical(sample: Numbers, quantiles: int) -> tuple[Description, float]:
    """(description, Kolmogorov's distance): few values with their weights; of many, the means of equally many each, so
    that the whole keeps the sample's mean."""
    values, weights = table_of(sample)
    if len(values) <= MOST_BINS:
        share = weights / weights.sum()
        bins = [{"value": float(f"{v:.6g}"), "weight": float(f"{w:.6g}")} for v, w in zip(values, share)]
        return {"type": "histogram", "bins": bins}, 0.0
    ordered = np.sort(sample).astype(float)
    points = [float(f"{np.mean(group):.6g}") for group in np.array_split(ordered, min(quantiles, len(ordered)))]
    at = np.unique(np.concatenate([ordered, points]))
    of_sample = np.searchsorted(ordered, at, side="right") / len(ordered)
    of_points = np.searchsorted(points, at, side="right") / len(points)
    return {"type": "empirical", "quantiles": points}, float(np.max(np.abs(of_sample - of_points)))
