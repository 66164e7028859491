# SPDX-License-Identifier: Apache-2.0
"""Rates that change with time and do not come from chance: a daily sinusoid, or one rate an interval."""

import math
from dataclasses import dataclass

import numpy as np

from .types import Floats, Rates

DAY = 86400.0
MOST_BINS = 2880
SHORTEST = 1e-3  # s: the least interval that shardsim takes


@dataclass
class Sinusoid:
    rate: float
    rate_error: float
    swing: float
    swing_error: float
    peak_at: float  # s
    peak_error: float


def sinusoid(times: Floats, period: float = DAY) -> Sinusoid:
    """rate (1 + x cos + y sin), by Poisson likelihood of counts in bins: Fisher scoring, the link being the identity."""
    span = times[-1]
    bins = int(min(MOST_BINS, max(48, len(times) // 20)))
    width = span / bins
    counts = np.histogram(times, bins=bins, range=(0, span))[0]
    angle = 2 * math.pi * (np.arange(bins) + 0.5) * width / period
    # The mean of the cosine over a bin is a little less than the cosine of its middle.
    shrink = math.sin(math.pi * width / period) / (math.pi * width / period)
    design = width * np.stack([np.ones(bins), shrink * np.cos(angle), shrink * np.sin(angle)], axis=1)
    level = len(times) / span
    beta = np.array([level, 0.0, 0.0])
    for _ in range(50):
        weights = 1 / np.maximum(design @ beta, 1e-3 * level * width)
        information = design.T @ (design * weights[:, None])
        beta = np.linalg.solve(information, design.T @ (weights * counts))
    covariance = np.linalg.inv(information)
    amplitude = math.hypot(beta[1], beta[2])
    swing = amplitude / beta[0]
    along = np.array([-swing / beta[0], beta[1] / (amplitude * beta[0]), beta[2] / (amplitude * beta[0])])
    across = np.array([0, -beta[2], beta[1]]) / amplitude**2
    peak = math.atan2(beta[2], beta[1]) * period / (2 * math.pi) % period
    return Sinusoid(
        float(beta[0]), math.sqrt(covariance[0, 0]), float(swing), math.sqrt(along @ covariance @ along),
        peak, math.sqrt(across @ covariance @ across) * period / (2 * math.pi),
    )  # fmt: skip


def series(times: Floats, rows: int) -> Rates:
    """(interval in s, arrivals a second in each)."""
    interval = max(_round_up(times[-1] / rows), SHORTEST)
    counts = np.bincount((times / interval).astype(np.int64))
    if len(counts) > 1:  # the last interval is not whole: it ends with the last arrival
        left = times[-1] - (len(counts) - 1) * interval
        if left < 0.5 * interval:
            counts = counts[:-1]
    return interval, counts / interval


def _round_up(seconds: float) -> float:
    """To two digits, for people."""
    step = 10.0 ** (math.floor(math.log10(seconds)) - 1)
    return float(f"{math.ceil(seconds / step - 1e-9) * step:.6g}")
