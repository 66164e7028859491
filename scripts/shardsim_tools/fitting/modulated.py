# SPDX-License-Identifier: Apache-2.0
"""Poisson arrivals whose rate jumps between two values at exponential times (MMPP), by maximum likelihood.

The likelihood is a product of 2x2 matrices, one a gap. It is taken in pairs, pairs of pairs and so on, all at once in
numpy. A trace too long for that is counted in bins much shorter than the stays: one matrix a bin.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from scipy import special

from . import numeric
from .types import Errors, Floats

MOST_FACTORS = 60_000
STARTS = 12  # scales of time that are tried as stays
BIN_OF_STAY = 8  # bins in a stay: shorter ones would tell no more


@dataclass
class Modulated:
    rates: tuple[float, float]  # 1/s, the higher first
    stays: tuple[float, float]  # s
    errors: Errors  # relative standard errors of rate0, rate1, stay0, stay1
    log_likelihood: float
    factors: str  # what the likelihood was of

    def mean_rate(self) -> float:
        return float(np.dot(self.rates, self.stays)) / sum(self.stays)

    def cycles(self, span: float) -> float:
        """How often both states are visited."""
        return span / sum(self.stays)


class _Data(ABC):
    """The trace in a form that has a likelihood; theta: both rates, then how often each state is left, in 1/s."""

    about: str

    @abstractmethod
    def log_likelihood(self, theta: Floats) -> float:
        pass


def fit(times: Floats, two_rates: bool) -> Modulated | None:
    """two_rates False: on-off, no arrivals in the second state. None when the trace gives nothing to start from."""
    start, data = _start(times)
    if start is None:
        return None
    if two_rates:
        found, value = numeric.maximise(lambda x: data.log_likelihood(np.exp(x)), np.log(start))
        errors = numeric.standard_errors(lambda x: data.log_likelihood(np.exp(x)), found)
        rate1, rate2, leave1, leave2 = np.exp(found)
    else:

        def on_off(x: Floats) -> float:
            return data.log_likelihood(np.array([math.exp(x[0]), 0, math.exp(x[1]), math.exp(x[2])]))

        found, value = numeric.maximise(on_off, np.log([start[0], start[2], start[3]]))
        errors = numeric.standard_errors(on_off, found)
        (rate1, leave1, leave2), rate2 = np.exp(found), 0.0
        errors = np.array([errors[0], 0, errors[1], errors[2]])
    named = dict(zip(("rate0", "rate1", "stay0", "stay1"), map(float, errors)))
    if rate2 > rate1:
        rate1, rate2, leave1, leave2 = rate2, rate1, leave2, leave1
        named = {"rate0": named["rate1"], "rate1": named["rate0"], "stay0": named["stay1"], "stay1": named["stay0"]}
    rates, stays = (float(rate1), float(rate2)), (1 / float(leave1), 1 / float(leave2))
    return Modulated(rates, stays, named, float(value), data.about)


def _start(times: Floats) -> tuple[Floats | None, _Data]:
    """The best of some guesses, and the data in the form that resolves it."""
    whole: _Data = _Bins(times, MOST_FACTORS) if len(times) > MOST_FACTORS else _Gaps(times)
    best, value = _best_guess(times, whole)
    if best is not None and isinstance(whole, _Bins) and 1 / max(best[2], best[3]) < BIN_OF_STAY * whole.width:
        part = _Gaps(times[:MOST_FACTORS])
        best, value = _best_guess(times[:MOST_FACTORS], part)
        return best, part
    return best, whole


def _best_guess(times: Floats, data: _Data) -> tuple[Floats | None, float]:
    best: Floats | None = None
    best_value = -math.inf
    span = times[-1] - times[0]
    for i in range(STARTS):
        width = span / len(times) * 2.0 ** (i + 1)
        if span / width < 16:
            break
        guess = _guess(times - times[0], width)
        if guess is not None and (value := data.log_likelihood(guess)) > best_value:
            best, best_value = guess, value
    return best, best_value


def _guess(times: Floats, width: float) -> Floats | None:
    """Windows with more than the mean are taken as one state, the others as the other."""
    counts = np.bincount((times / width).astype(np.int64))
    busy = counts > np.mean(counts)
    changes = np.count_nonzero(busy[1:] != busy[:-1]) / 2
    if changes == 0 or busy.all() or not busy.any():
        return None
    high, low = float(np.mean(counts[busy])) / width, float(np.mean(counts[~busy])) / width
    low = max(low, 0.02 * high)
    return np.array([high, low, changes / (np.sum(busy) * width), changes / (np.sum(~busy) * width)])


class _Gaps(_Data):
    """Exact: the product of exp((Q - R) gap) R."""

    def __init__(self, times: Floats) -> None:
        self.gaps = np.diff(times)
        self.about = f"each of {len(self.gaps)} gaps"

    def log_likelihood(self, theta: Floats) -> float:
        rate1, rate2, leave1, leave2 = theta
        a, d = -(rate1 + leave1), -(rate2 + leave2)
        middle, root = 0.5 * (a + d), math.sqrt(0.25 * (a - d) ** 2 + leave1 * leave2)
        decay = np.exp(-2 * root * self.gaps)
        even, odd = 0.5 * (1 + decay), 0.5 * (1 - decay) / root
        matrices = (
            (even + odd * (a - middle)) * rate1, odd * leave1 * rate2,
            odd * leave2 * rate1, (even + odd * (d - middle)) * rate2,
        )  # fmt: skip
        first = np.array([leave2 * rate1, leave1 * rate2])  # at an arrival
        return _log_product(matrices, first / first.sum()) + float((middle + root) * np.sum(self.gaps))


class _Bins(_Data):
    """The state is taken as constant in a bin."""

    def __init__(self, times: Floats, bins: int) -> None:
        self.width = (times[-1] - times[0]) / bins
        counts = np.minimum(((times - times[0]) / self.width).astype(np.int64), bins - 1)
        self.counts = np.bincount(counts, minlength=bins)
        self.constant = -float(np.sum(special.gammaln(self.counts + 1)))
        self.about = f"counts in {bins} bins of {self.width:.4g} s"

    def log_likelihood(self, theta: Floats) -> float:
        rate1, rate2, leave1, leave2 = theta
        total = leave1 + leave2
        decay = math.exp(-total * self.width)
        stay1, stay2 = (leave2 + leave1 * decay) / total, (leave1 + leave2 * decay) / total
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = [np.where(self.counts > 0, self.counts * np.log(np.float64(r) * self.width), 0) - r * self.width
                    for r in (rate1, rate2)]  # fmt: skip
        top = np.maximum(*logs)
        high, low = np.exp(logs[0] - top), np.exp(logs[1] - top)
        matrices = (stay1 * high, (1 - stay1) * low, (1 - stay2) * high, stay2 * low)
        first = np.array([leave2, leave1]) / total
        return _log_product(matrices, first) + float(np.sum(top)) + self.constant


def _log_product(matrices: tuple[Floats, Floats, Floats, Floats], first: Floats) -> float:
    """log(first M1 M2 ... (1, 1)'), matrices given as four arrays of elements, row by row."""
    a, b, c, d = matrices
    log = 0.0
    while len(a) > 1:
        if len(a) % 2:
            a, b, c, d = (np.append(x, y) for x, y in zip((a, b, c, d), (1.0, 0.0, 0.0, 1.0)))
        e, f, g, h = a[1::2], b[1::2], c[1::2], d[1::2]
        a, b, c, d = a[::2], b[::2], c[::2], d[::2]
        p, q, r, s = a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h
        largest = np.maximum(np.maximum(p, q), np.maximum(r, s))
        if not np.all(largest > 0):
            return -math.inf
        log += float(np.sum(np.log(largest)))
        a, b, c, d = p / largest, q / largest, r / largest, s / largest
    value = first[0] * (a[0] + b[0]) + first[1] * (c[0] + d[0])
    return log + math.log(value) if value > 0 else -math.inf
