# SPDX-License-Identifier: Apache-2.0
"""The common factor of a query's lookups in all its tables, of mean 1, from the covariance of pairs of tables.

A factor of squared CV f2 gives every pair of counts, each over its mean, the covariance f2, whatever else varies in the
tables independently of each other (their pooling, their absence).
"""

import math
from dataclasses import dataclass

import numpy as np

LEAST_CV = 0.05
LIMIT = 4.0  # standard errors of f2
MOST_PAIRED = 200  # tables of which each pair is looked at
STRONG = 0.3  # a correlation worth telling


@dataclass
class Factor:
    cv: float  # 0: none
    error: float
    reason: str
    pairs: list  # of {"tables", "correlation"}: the strongest


def estimate(names, counts):
    """counts: a row a table, of lookups over what they are proportional to."""
    used = [i for i in range(len(names)) if counts[i].mean() > 0]
    constant = [names[i] for i in used if np.ptp(counts[i]) == 0]
    scaled = [counts[i] / counts[i].mean() - 1 for i in used]
    pairs = _strongest([names[i] for i in used], scaled)
    if len(used) < 2:
        return Factor(0.0, 0.0, "fewer than two tables are looked up", pairs)
    if constant:
        return Factor(0.0, 0.0, f"{constant[0]!r} is always asked for as often: no factor is common to all tables", pairs)
    weights = [1 / float(np.mean(y * y)) for y in scaled]
    total = sum(w * y for w, y in zip(weights, scaled))
    own = sum((w * y) ** 2 for w, y in zip(weights, scaled))
    products = (total**2 - own) / (sum(weights) ** 2 - sum(w * w for w in weights))
    f2, error = float(products.mean()), float(products.std()) / math.sqrt(len(products))
    if f2 <= LIMIT * error or f2 < LEAST_CV**2:
        reason = f"the mean covariance of pairs of tables is {f2:.3g} +- {error:.2g}: no factor to speak of"
        return Factor(0.0, error, reason, pairs)
    least = min(float(np.mean(y * y)) for y in scaled)
    cv = math.sqrt(min(f2, least))
    reason = f"the mean covariance of pairs of tables is {f2:.3g} +- {error:.2g}"
    return Factor(cv, error / (2 * cv), reason, pairs)


def _strongest(names, scaled):
    """Pairs of tables that go together most; the model knows none but the common factor."""
    varying = [i for i in range(len(names)) if np.ptp(scaled[i]) > 0][:MOST_PAIRED]
    if len(varying) < 2 or len(scaled[0]) < 3:
        return []
    correlation = np.corrcoef([scaled[i] for i in varying])
    found = [
        {"tables": [names[varying[i]], names[varying[j]]], "correlation": float(correlation[i, j])}
        for i, j in zip(*np.triu_indices(len(varying), 1))
        if abs(correlation[i, j]) >= STRONG
    ]
    return sorted(found, key=lambda pair: -abs(pair["correlation"]))[:5]
