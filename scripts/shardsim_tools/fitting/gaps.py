# SPDX-License-Identifier: Apache-2.0
"""Renewal arrivals: gaps that are independent, of a gamma or a Weibull law, by maximum likelihood.

Of gaps below a thousandth of the mean only the number counts: clocks do not resolve them, and their logarithms would
outweigh all else.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from . import numeric
from .types import Floats

SMALL = 1e-3  # of the mean gap
MOST = 1_000_000  # gaps the likelihood is of
SHAPES = (0.02, 1e4)


@dataclass
class Renewal:
    cv: float
    cv_error: float
    log_likelihood: float


def gamma(gaps: Floats) -> Renewal:
    x = _Scaled(gaps)
    logs = float(np.sum(np.log(x.seen)))
    total = float(np.sum(x.seen))

    def log_likelihood(theta: Floats) -> float:
        k, scale = math.exp(theta[0]), math.exp(theta[1])
        y = SMALL / scale
        # The series of the incomplete gamma function; y is far below 1 wherever there are small gaps.
        below = k * math.log(y) - math.lgamma(k + 1) - k * y / (k + 1) if x.below else 0.0
        seen = (k - 1) * logs - total / scale - len(x.seen) * (math.lgamma(k) + k * math.log(scale))
        return x.below * below + seen

    cv = gap_cv(gaps)
    start = [-2 * math.log(cv), 2 * math.log(cv)]
    return _fitted(log_likelihood, start, lambda k: 1 / math.sqrt(k), x)


def weibull(gaps: Floats) -> Renewal:
    x = _Scaled(gaps)
    logs: Floats = np.log(x.seen)
    total = float(np.sum(logs))

    def log_likelihood(theta: Floats) -> float:
        k, log_scale = math.exp(theta[0]), float(theta[1])
        if not SHAPES[0] < k < SHAPES[1]:
            return -math.inf
        with np.errstate(over="ignore"):
            powers = float(np.sum(np.exp(k * (logs - log_scale))))
        below = math.log(-math.expm1(-math.exp(k * (math.log(SMALL) - log_scale)))) if x.below else 0.0
        return x.below * below + len(logs) * (math.log(k) - k * log_scale) + (k - 1) * total - powers

    return _fitted(log_likelihood, [math.log(weibull_shape(min(gap_cv(gaps), 20.0))), 0.0], weibull_cv, x)


class _Scaled:
    """Gaps over their mean."""

    def __init__(self, gaps: Floats) -> None:
        step = -(-len(gaps) // MOST)
        scaled = gaps[::step] / np.mean(gaps)
        self.seen = scaled[scaled >= SMALL]
        self.below = len(scaled) - len(self.seen)
        self.step = step


def _fitted(
    log_likelihood: Callable[[Floats], float], start: Sequence[float], cv_of: Callable[[float], float], x: _Scaled
) -> Renewal:
    found, value = numeric.maximise(log_likelihood, start)
    error = numeric.standard_errors(log_likelihood, found)[0] / math.sqrt(x.step)
    k = math.exp(found[0])
    slope = (cv_of(k * 1.001) - cv_of(k * 0.999)) / 0.002  # by log k
    return Renewal(cv_of(k), abs(slope) * error, value * x.step)


def exponential_log_likelihood(gaps: Floats) -> float:
    """In the same form: of gaps over their mean, the small ones counted."""
    x = _Scaled(gaps)
    return x.step * (x.below * math.log(-math.expm1(-SMALL)) - float(np.sum(x.seen)))


def gap_cv(gaps: Floats) -> float:
    return float(np.std(gaps) / np.mean(gaps))


def weibull_cv(k: float) -> float:
    return math.sqrt(max(math.exp(math.lgamma(1 + 2 / k) - 2 * math.lgamma(1 + 1 / k)) - 1, 0))


def weibull_shape(cv: float) -> float:
    """In its logarithm, as shapes span decades."""
    return math.exp(optimize.brentq(lambda x: cv - weibull_cv(math.exp(x)), *map(math.log, SHAPES)))
