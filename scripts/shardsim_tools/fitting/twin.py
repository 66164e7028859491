# SPDX-License-Identifier: Apache-2.0
"""Samples the fitted descriptions as the simulator does (sim/workload, sim/engine/distributions, sim/model/popularities),
though with numpy's random numbers."""

import math

import numpy as np

from . import gaps as gap_laws
from .types import Description, Floats, Integers, Numbers, Rates


def seconds(text: str) -> float:
    """Of a duration or a rate as the fits write them."""
    return float(str(text).split()[0])


def distribution(description: Description, n: int, random: np.random.Generator) -> Floats:
    kind = description["type"]
    if kind == "fixed":
        return np.full(n, float(description["value"]))
    if kind == "uniform":
        return random.uniform(description["low"], description["high"], n)
    if kind == "lognormal":
        variance = math.log1p(description["cv"] ** 2)
        drawn: Floats = np.exp(math.sqrt(variance) * random.standard_normal(n) - variance / 2)
        return float(description["mean"]) * drawn
    if kind == "pareto":
        return bounded_pareto(description["shape"], description["least"], description["most"], random.random(n))
    if kind == "poisson":
        return random.poisson(description["mean"], n).astype(float)
    if kind == "geometric":
        first: int = description.get("from", 0)
        return random.geometric(1 / (description["mean"] - first + 1), n) - 1.0 + first
    if kind == "negative-binomial":
        shape = 1 / description["dispersion"]
        return random.poisson(random.gamma(shape, description["mean"] / shape, n)).astype(float)
    if kind == "empirical":
        return random.choice(np.array(description["quantiles"], dtype=float), n)
    if kind == "histogram":
        weights = np.array([bin["weight"] for bin in description["bins"]])
        return random.choice([float(bin["value"]) for bin in description["bins"]], n, p=weights / weights.sum())
    raise ValueError(f"the twin cannot draw {kind!r}")


def bounded_pareto(shape: float, least: float, most: float, u: Floats) -> Floats:
    ratio = (least / most) ** shape
    found: Floats = least * (1 - u * (1 - ratio)) ** (-1 / shape)
    return found


def arrivals(description: Description, n: int, random: np.random.Generator, rates: Rates | None = None) -> Floats:
    """n times, or fewer if the description ends sooner, from 0 on."""
    kind = description["type"]
    if kind == "rate-series":
        if rates is None:
            raise ValueError("the twin cannot draw a rate-series without its rates")
        return _series(rates, n, random, description.get("counts", "drawn") == "kept")
    if kind == "bunches":
        return _bunches(description, n, random, rates)
    if kind in ("on-off", "markov-modulated"):
        return _modulated(*two_states(description), n, random)
    rate = seconds(description["rate"])
    if kind == "diurnal":
        return _diurnal(description, n, random)
    if kind == "deterministic":
        return np.arange(n) / rate
    if kind == "poisson":
        gaps = random.exponential(1 / rate, n - 1)
    elif kind == "gamma":
        shape = description["cv"] ** -2
        gaps = random.gamma(shape, 1 / (rate * shape), n - 1)
    elif kind == "weibull":
        shape = gap_laws.weibull_shape(description["cv"])
        gaps = random.weibull(shape, n - 1) / (rate * math.gamma(1 + 1 / shape))
    else:
        raise ValueError(f"the twin cannot draw {kind!r}")
    return np.concatenate([[0.0], np.cumsum(gaps)])


def two_states(description: Description) -> tuple[list[float], list[float]]:
    if description["type"] == "on-off":
        rates = [seconds(description["rate_on"]), seconds(description.get("rate_off", "0 /s"))]
        return rates, [seconds(description["mean_on"]), seconds(description["mean_off"])]
    states = description["states"]
    return [seconds(s["rate"]) for s in states], [seconds(s["mean_stay"]) for s in states]


def _modulated(rates: list[float], stays: list[float], n: int, random: np.random.Generator) -> Floats:
    mean = (rates[0] * stays[0] + rates[1] * stays[1]) / (stays[0] + stays[1])
    state = int(random.random() > stays[0] / (stays[0] + stays[1]))
    parts: list[Floats] = []
    start, have = 0.0, 0
    while have < n:
        some = int(min(max(2 * (n - have) / mean / sum(stays), 16), 1e6))
        lengths = np.empty(2 * some)
        lengths[0::2] = random.exponential(stays[state], some)
        lengths[1::2] = random.exponential(stays[1 - state], some)
        starts: Floats = start + np.concatenate([[0.0], np.cumsum(lengths)])
        counts = random.poisson(lengths * np.tile([rates[state], rates[1 - state]], some))
        times = np.repeat(starts[:-1], counts) + np.repeat(lengths, counts) * random.random(int(counts.sum()))
        parts.append(np.sort(times))
        start, have = float(starts[-1]), have + len(times)
    return _from_zero(np.concatenate(parts)[:n])


def _diurnal(description: Description, n: int, random: np.random.Generator) -> Floats:
    rate, swing = seconds(description["rate"]), description["swing"]
    period, peak = seconds(description["period"]), seconds(description["peak_at"])
    parts: list[Floats] = []
    start, have = 0.0, 0
    while have < n:
        span = 1.05 * (n - have) / rate + 10 / rate
        times = start + np.sort(random.uniform(0, span, random.poisson(rate * (1 + swing) * span)))
        chance = (1 + swing * np.cos(2 * math.pi * (times - peak) / period)) / (1 + swing)
        parts.append(times[random.random(len(times)) < chance])
        start, have = start + span, have + len(parts[-1])
    return _from_zero(np.concatenate(parts)[:n])


def _bunches(description: Description, n: int, random: np.random.Generator, rates: Rates | None) -> Floats:
    sizes = items(description["size"], n, random)
    moments = arrivals(description["moments"], int(np.searchsorted(np.cumsum(sizes), n)) + 1, random, rates)
    return np.repeat(moments, sizes[: len(moments)])[:n]


def _series(rates: Rates, n: int, random: np.random.Generator, kept: bool) -> Floats:
    interval, values = rates
    expected = np.asarray(values) * interval
    counts = np.diff(np.floor(np.cumsum(expected) + 1e-9), prepend=0).astype(int) if kept else random.poisson(expected)
    starts = np.arange(len(values)) * interval
    times = np.sort(np.repeat(starts, counts) + interval * random.random(int(counts.sum())))
    if len(times) < 2:
        return np.array([0.0, interval * len(values)])
    return _from_zero(times)[:n]


def _from_zero(times: Floats) -> Floats:
    since: Floats = times - times[0]
    return since


def lookups(table: Description, items: Numbers, factor: Floats, random: np.random.Generator) -> Integers:
    """Of every query; factor is its common one, which some tables do not share."""
    n = len(items)
    times = (items if table["per"] == "item" else np.ones(1)) * (
        factor if table.get("shares_factor", True) else np.ones(1)
    )
    drawn = np.floor(distribution(table["pooling"], n, random) * times + 0.5)
    return np.where(random.random(n) < 1 - table["coverage"], 0, drawn).astype(np.int64)


def items(description: Description, n: int, random: np.random.Generator) -> Integers:
    drawn: Floats = np.clip(np.floor(distribution(description, n, random) + 0.5), 1, 1e6)
    return drawn.astype(np.int64)
