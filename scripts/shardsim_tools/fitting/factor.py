# SPDX-License-Identifier: Apache-2.0
"""The common factor of a query's lookups in its tables, of mean 1, from the covariance of pairs of tables.

A factor of squared CV f2 gives every pair of counts, each over its mean, the covariance f2, whatever else varies in the
tables independently of each other (their pooling, their absence). Tables that do not go with the others have none of it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from . import laws, numeric
from .types import Description, Figures, Floats, Numbers

LEAST_CV = 0.05
LIMIT = 4.0  # standard errors of a covariance
LEAST_SHARE = 0.25  # of the group's mean covariance, to belong to it
GAPS = 80  # the widest between neighbours, at which groups of queries end too
NEARLY_ONE = 0.9  # a mean correlation with which the group's total is nearly the factor itself
MOST_PAIRED = 200  # tables of which each pair is looked at
STRONG = 0.3  # a correlation worth telling

# Percentiles and the P99.9 are in the middle of a group of queries; groups of the tail are finer, as it is longer.
EDGES = np.concatenate([[0], np.arange(0.005, 0.946, 0.01), np.arange(0.94875, 0.999, 0.0025),
                        np.arange(0.998875, 1, 0.00025), [1]])  # fmt: skip


@dataclass
class Factor:
    cv: float  # 0: none
    error: float
    reason: str
    pairs: list[Figures]  # of {"tables", "correlation"}: the strongest
    description: Description | None = None  # of its distribution
    sharing: list[str] = field(default_factory=list)  # names of tables
    correlation: float = 0.0  # the mean of pairs of these tables


def estimate(names: Sequence[str], counts: Sequence[Numbers]) -> Factor:
    """counts: a row a table, of lookups over what they are proportional to."""
    used = [i for i in range(len(names)) if counts[i].mean() > 0]
    each: dict[int, Floats] = {i: counts[i] / counts[i].mean() - 1 for i in used}
    pairs = _strongest([names[i] for i in used], [each[i] for i in used])
    if len(used) < 2:
        return Factor(0.0, 0.0, "fewer than two tables are looked up", pairs)
    group = _sharing({i: y for i, y in each.items() if np.ptp(y) > 0})
    if len(group) < 2:
        return Factor(0.0, 0.0, "no two tables go with the rest: no factor is common", pairs)
    scaled = [each[i] for i in group]
    spreads = np.array([float(np.mean(y * y)) for y in scaled])
    f2, error = _covariance(scaled, 1 / spreads)
    reason = f"the mean covariance of pairs of {len(group)} tables is {f2:.3g} +- {error:.2g}"
    if f2 <= LIMIT * error or f2 < LEAST_CV**2:
        return Factor(0.0, error, f"{reason}: no factor to speak of", pairs)
    cv = math.sqrt(min(f2, float(spreads.min())))  # a table varies no less than the factor
    found = Factor(cv, error / (2 * cv), reason, pairs, sharing=[names[i] for i in group])
    found.correlation = _mean_correlation(scaled, spreads)
    _describe(found, scaled)
    return found


def _sharing(scaled: Mapping[int, Floats]) -> list[int]:
    """Those (by number) that go together: of the tables whose mean covariance with the rest is not significant, or is
    less than a share of the group's, the lower half leaves, until all others stay. The group's total stands for all
    pairs."""
    group = dict(scaled)
    total = _sum(group.values())
    while len(group) > 1:
        covariance, error = np.empty(len(group)), np.empty(len(group))
        for k, y in enumerate(group.values()):
            products = y * (total - y)
            covariance[k] = products.mean() / (len(group) - 1)
            error[k] = products.std() / (len(group) - 1) / math.sqrt(len(y))
        standing = covariance / np.maximum(LIMIT * error, 1e-300)
        if covariance.mean() > 0:
            standing = np.minimum(standing, covariance / (LEAST_SHARE * covariance.mean()))
        order = np.argsort(standing, kind="stable")
        failing = int(np.count_nonzero(standing < 1))
        if not failing:
            break
        members = list(group)
        for k in order[: (failing + 1) // 2]:
            total = total - group.pop(members[k])
    return sorted(group)


def _covariance(scaled: Sequence[Floats], weights: Floats) -> tuple[float, float]:
    """(the mean of pairs, its error)"""
    total = _sum(w * y for w, y in zip(weights, scaled))
    own = _sum((w * y) ** 2 for w, y in zip(weights, scaled))
    products = (total**2 - own) / (weights.sum() ** 2 - np.sum(weights**2))
    return float(products.mean()), float(products.std()) / math.sqrt(len(products))


def _mean_correlation(scaled: Sequence[Floats], spreads: Floats) -> float:
    k = len(scaled)
    total = _sum(y / math.sqrt(spread) for y, spread in zip(scaled, spreads))
    return (float(np.mean(total * total)) - k) / (k * (k - 1))


def _describe(found: Factor, scaled: Sequence[Floats]) -> None:
    """Lognormal, unless the total tells the factor and is not like it."""
    found.description = {"type": "lognormal", "mean": 1, "cv": float(f"{found.cv:.6g}")}
    if found.correlation < NEARLY_ONE:
        found.reason += f"; lognormal, as a mean correlation of {found.correlation:.2g} does not show its law"
        return
    total = _total(scaled)
    # What varies in tables by themselves is in the total too.
    total = 1 + (total - 1) * min(1.0, found.cv / float(total.std()))
    limit = max(laws.CLOSE, numeric.ks_critical(len(total)))
    distance = _from_lognormal(total, found.cv)
    found.reason += f"; their mean correlation is {found.correlation:.3g}, lognormal is {distance:.3g} from the total"
    if distance <= limit:
        return
    found.reason += f", beyond {limit:.3g}"
    found.description = histogram(total)
    values, weights = (np.array([bin[key] for bin in found.description["bins"]]) for key in ("value", "weight"))
    found.cv = math.sqrt(float(np.average((values - 1) ** 2, weights=weights)))


def _total(scaled: Sequence[Floats]) -> Floats:
    """Of mean 1; tables count by how near they are to the plain total, as rounding blurs those of few lookups."""
    plain = _sum(scaled) / len(scaled)
    weights = np.array([1 / max(float(np.mean((y - plain) ** 2)), 1e-12) for y in scaled])
    weighted: Floats = _sum(w * y for w, y in zip(weights, scaled)) / weights.sum()
    return 1 + weighted


def _sum(parts: Iterable[Floats]) -> Floats:
    """Of arrays of one length, 0 of none."""
    return sum(parts, np.zeros(1))


def _from_lognormal(sample: Floats, cv: float) -> float:
    variance = math.log1p(cv * cv)
    expected = stats.lognorm(math.sqrt(variance), scale=math.exp(-variance / 2))
    return float(stats.ks_1samp(sample, expected.cdf, mode="asymp").statistic)


def histogram(sample: Floats) -> Description:
    """Means of groups of neighbours, by weight. The sample's mean is kept, and must be 1: the program takes no other."""
    values, weights = laws.table_of(sample)
    if len(values) >= len(EDGES):
        ordered = np.sort(sample)
        gaps = 1 + np.argsort(np.diff(ordered), kind="stable")[-GAPS:]
        ends = np.unique(np.concatenate([np.round(EDGES * len(sample)).astype(int), gaps]))
        weights = np.diff(ends)
        values = np.add.reduceat(ordered, ends[:-1]) / weights
    values = values / np.average(values, weights=weights)
    # Rounding to 10 digits moves the mean by less than 1e-10.
    return {
        "type": "histogram", "bins": [{"value": round(float(v), 10), "weight": int(w)} for v, w in zip(values, weights)]
    }  # fmt: skip


def _strongest(names: Sequence[str], scaled: Sequence[Floats]) -> list[Figures]:
    """Pairs of tables that go together most; the model knows none but the common factor."""
    varying = [i for i in range(len(names)) if np.ptp(scaled[i]) > 0][:MOST_PAIRED]
    if len(varying) < 2 or len(scaled[0]) < 3:
        return []
    correlation = np.corrcoef([scaled[i] for i in varying])
    found: list[Figures] = [
        {"tables": [names[varying[i]], names[varying[j]]], "correlation": float(correlation[i, j])}
        for i, j in zip(*np.triu_indices(len(varying), 1))
        if abs(correlation[i, j]) >= STRONG
    ]
    return sorted(found, key=lambda pair: -abs(float(pair["correlation"])))[:5]
