# SPDX-License-Identifier: Apache-2.0
"""Lookups of a table: per item or per query, how many, and how often none."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from . import laws, numeric, twin
from .factor import Factor
from .types import Description, Figures, Floats, Integers

MATCH = 0.999  # share of queries that must fit a constant
WHOLE = 0.99  # share of queries whose lookups must be a multiple of the items for whole numbers an item
# Two samples of one law are closer, over sqrt(1/n + 1/m), with a probability of 0.95.
ALIKE: float = special.kolmogi(0.05)
MOST_DRAWN = 20_000  # samples of a law together with the factor
FEW = 10  # lookups that rounding may make more or fewer in the mean
NO_GAIN = 0.005  # too little for care
SETTLED = 1e-4


@dataclass
class Pooling:
    per: str
    per_reason: str
    fit: laws.Fit
    reason: str
    ks_limit: float
    tried: list[Figures]


def per_of(items: Integers | None, counts: Integers, wanted: str) -> tuple[str, str]:
    """("item" or "query", why): with which lookups grow. The slope of log lookups by log items tells."""
    if wanted != "auto":
        return wanted, "as told by --per"
    if items is None:
        return "query", "the trace has no items"
    present = counts > 0
    if np.count_nonzero(present) < 3 or np.ptp(items[present]) == 0:
        n = int(items[present][0]) if present.any() else 1
        if n > 1 and present.any() and np.all(counts[present] % n == 0):
            return "item", f"lookups are multiples of the items, always {n}"
        return "query", "items do not vary, so nothing tells; --per item says otherwise"
    x, y = np.log(items[present]), np.log(counts[present])
    x, y = x - x.mean(), y - y.mean()
    slope = float(x @ y / (x @ x))
    error = math.sqrt(float(np.sum((y - slope * x) ** 2)) / max(len(x) - 2, 1) / float(x @ x))
    per = "item" if slope > 0.5 else "query"
    return per, f"lookups grow as items^({slope:.2f} +- {error:.2g})"


def fit(
    items: Integers,
    counts: Integers,
    per: str,
    per_reason: str,
    factor: Factor | None,
    quantiles: int,
    random: np.random.Generator,
) -> Pooling:
    """factor: what the table shares with others, if anything."""
    n = len(counts)
    if not counts.any():
        none = laws.fixed(0, 0.0, n)
        return Pooling(per, per_reason, none, "the table is never looked up", 0.0, [])
    times = items if per == "item" else np.ones(n, dtype=np.int64)
    constant = None if factor else _constant(counts, times)
    if constant is not None:
        absent = float(np.mean(counts == 0))
        return Pooling(per, per_reason, laws.fixed(constant, absent, n), "always the same, if any", 0.0, [])
    limit = max(laws.CLOSE, numeric.ks_critical(n))
    present = counts > 0
    whole = np.mean(counts[present] % times[present] == 0) >= WHOLE and not factor
    beside = None
    if factor:
        beside = _Beside(factor, times, random)
        fits = _with_factor(counts, times, beside)
        alike = ALIKE * math.sqrt(1 / n + 1 / MOST_DRAWN)
        nearest = min(fits, key=lambda f: f.ks)
        best = next(f for f in fits if f.ks <= max(nearest.ks, alike))
        how = "times the factor, the simplest or nearest"
    elif whole:
        values, weights = laws.table_of(np.round(counts / times).astype(np.int64))
        families: tuple[laws.Law, ...] = (
            laws.Poisson(),
            laws.Geometric(),
            laws.GeometricFromOne(),
            laws.NegativeBinomial(),
            laws.Lognormal(),
        )
        fits = [f for law in families for absence in (False, True) if (f := laws.fit(law, values, weights, absence))]
        best, how = laws.simplest(fits), "the likeliest"
    else:
        beside = _Beside(None, times, random)
        fits = [_lognormal(counts, times, beside)]
        best, how = fits[0], "lookups an item are no whole numbers"
    tried = [
        {"type": f.description["type"], "absent": f.absent, "log_likelihood": f.log_likelihood, "ks": f.ks}
        for f in fits
    ]
    if best.ks <= limit:
        return Pooling(per, per_reason, best, f"{how}, {best.ks:.3g} from the sample (Kolmogorov)", limit, tried)
    reason = f"{how}: {best.description['type']} is {best.ks:.3g} from the sample, beyond {limit:.3g}"
    found = _empirical(counts, times, quantiles, beside or _Beside(None, times, random))
    if factor and best.ks <= found.ks:
        reason += ", yet nearer than quantiles beside the factor"
        found = best
    return Pooling(per, per_reason, found, reason, limit, tried)


class _Beside:
    """Items and the factor of some queries, drawn once for all laws that are tried beside them."""

    def __init__(self, factor: Factor | None, times: Integers, random: np.random.Generator) -> None:
        self.random = random
        self.cv = factor.cv if factor else 0.0
        self.items = random.choice(times, MOST_DRAWN)
        self.factor = np.ones(MOST_DRAWN)
        if factor and factor.description:
            self.factor = twin.distribution(factor.description, MOST_DRAWN, random)

    def drawn(self, description: Description, absent: float = 0.0) -> Floats:
        """Lookups over items."""
        table = {"per": "item", "pooling": description, "coverage": 1 - absent}
        found: Floats = twin.lookups(table, self.items, self.factor, self.random) / self.items
        return found

    def gain(self, description: Description) -> float:
        """Of the mean, by rounding to whole lookups."""
        exact = twin.distribution(description, MOST_DRAWN, self.random) * self.factor * self.items
        return float(np.mean(np.floor(exact + 0.5) / self.items) / np.mean(exact / self.items))


def _constant(counts: Integers, times: Integers) -> float | None:
    """The lookups an item (or query) that, rounded over the items, explain the counts; the shortest such number."""
    c, n = counts[counts > 0], times[counts > 0]
    low, high = float(np.quantile((c - 0.5) / n, MATCH)), float(np.quantile((c + 0.5) / n, 1 - MATCH))
    for digits in range(7):
        value = round((low + high) / 2, digits)
        if low <= value < high and np.mean(np.floor(value * n + 0.5) == c) >= MATCH:
            return value if digits else int(value)
    return None


def _lognormal(counts: Integers, times: Integers, beside: _Beside) -> laws.Fit:
    """Of real numbers, from the moments of their logarithms."""
    logs = np.log(counts[counts > 0] / times[counts > 0])
    n, sigma = len(logs), float(logs.std())
    mean, cv = math.exp(float(logs.mean()) + sigma**2 / 2), math.sqrt(math.expm1(sigma**2))
    absent = 1 - n / len(counts)
    description = {"type": "lognormal", "mean": float(f"{mean:.6g}"), "cv": float(f"{cv:.6g}")}
    errors = {
        "mean": mean * sigma * math.sqrt((1 + sigma**2 / 2) / n),
        "cv": (1 + cv * cv) / max(cv, 1e-9) * sigma * sigma / math.sqrt(2 * n),
        "absent": math.sqrt(absent * (1 - absent) / len(counts)),
    }
    return laws.Fit(description, absent, _distance(description, absent, counts, times, beside), math.nan, errors)


def _with_factor(counts: Integers, times: Integers, beside: _Beside) -> list[laws.Fit]:
    """By moments: the factor takes its share of the variance. From the simplest on."""
    present = counts > 0
    x = counts / times
    n, zeros = len(x), float(np.mean(~present))
    fits = []
    for law in ("fixed", "poisson", "geometric", "geometric1", "negative-binomial", "lognormal"):
        found = _settled(law, x, zeros, beside)
        if found is None:
            continue
        description, absent = found
        error = float(x.std()) / math.sqrt(n)
        errors = {"value" if law == "fixed" else "mean": error}
        if zeros:
            errors["absent"] = math.sqrt(zeros * (1 - zeros) / n)
        ks = _distance(description, absent, counts, times, beside)
        fits.append(laws.Fit(description, absent, ks, math.nan, errors))
    return fits


def _settled(law: str, x: Floats, zeros: float, beside: _Beside) -> tuple[Description, float] | None:
    """(description, absent), or None. Zeros of the law itself are none of absence, and rounding moves the mean of few
    lookups: some rounds settle both."""
    description: Description = {}
    absent, gain = 0.0, 1.0
    for _ in range(20):
        mean = float(x.mean()) / (1 - absent) / gain
        square = float((x * x).mean()) / (1 - absent) / (1 + beside.cv**2)
        moments = _by_moments(law, mean, max(square / mean**2 - 1, 0.0))
        if moments is None:
            return None
        description = moments
        before = absent, gain
        found = beside.gain(description) if mean < FEW else 1.0
        gain = found if abs(found - 1) > NO_GAIN else 1.0
        if zeros:
            own = float(np.mean(beside.drawn(description) == 0))
            absent = max(0.0, (zeros - own) / (1 - own)) if own < 1 else 0.0
        if abs(absent - before[0]) < SETTLED and abs(gain - before[1]) < SETTLED:
            break
    absent = absent if absent >= 3 * math.sqrt(zeros * (1 - zeros) / len(x)) else 0.0
    return description, absent


def _by_moments(law: str, mean: float, cv2: float) -> Description | None:
    value = float(f"{mean:.6g}")
    if law == "fixed":
        return {"type": "fixed", "value": value}
    if law == "poisson":
        return {"type": "poisson", "mean": value}
    if law in ("geometric", "geometric1"):
        first = int(law == "geometric1")
        return {"type": "geometric", "mean": value, "from": first} if mean > first else None
    if law == "negative-binomial":
        excess = cv2 - 1 / mean
        return {"type": law, "mean": value, "dispersion": float(f"{excess:.6g}")} if excess > 1e-6 else None
    return {"type": law, "mean": value, "cv": float(f"{math.sqrt(cv2):.6g}")} if cv2 > 1e-6 else None


def _distance(description: Description, absent: float, counts: Integers, times: Integers, beside: _Beside) -> float:
    """Kolmogorov's, between samples and the trace, of lookups over items."""
    return float(stats.ks_2samp(beside.drawn(description, absent), counts / times, mode="asymp").statistic)


def _empirical(counts: Integers, times: Integers, quantiles: int, beside: _Beside) -> laws.Fit:
    """The quantiles of what is seen; with a factor, drawn together in logarithms as it spreads them."""
    x = counts[counts > 0] / times[counts > 0]
    absent = 1 - len(x) / len(counts)
    mean = float(x.mean())
    if beside.cv:
        variance = math.log1p(float(x.var()) / mean**2)
        narrower = math.sqrt(max(1 - math.log1p(beside.cv**2) / variance, 0.0)) if variance > 0 else 0.0
        x = np.exp(np.log(x) * narrower)
        x *= mean / float(x.mean())
    description, _ = laws.empirical(x, quantiles)
    ks = _distance(description, absent, counts, times, beside)
    errors = {"mean": float(x.std()) / math.sqrt(len(x)), "absent": math.sqrt(absent * (1 - absent) / len(counts))}
    return laws.Fit(description, absent, ks, math.nan, errors)
