# SPDX-License-Identifier: Apache-2.0
"""Maximum likelihood as the fits need it, by scipy. Its own `fit` takes neither frequency tables nor shares of zeros."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy import optimize, special

from .types import Floats

WORTH: float = special.chdtri(1, 0.01) / 2  # gain of log-likelihood that a parameter must bring; error probability 0.01


def maximise(
    function: Callable[[Floats], float], start: Sequence[float] | Floats, step: float = 0.3
) -> tuple[Floats, float]:
    """By Nelder and Mead's simplex: (best point, value). The function may return -inf, whose differences are NaN."""
    first: Floats = np.asarray(start, dtype=float)
    simplex = np.vstack([first, first + step * np.eye(len(first))])
    options = {"initial_simplex": simplex, "xatol": 1e-4, "fatol": 1e-5, "maxiter": 400}
    with np.errstate(invalid="ignore"):
        found = optimize.minimize(lambda x: -function(x), first, method="Nelder-Mead", options=options)
    return found.x, -found.fun


def standard_errors(function: Callable[[Floats], float], point: Floats, step: float = 1e-3) -> Floats:
    """Of a maximum-likelihood estimate, from the curvature of the log-likelihood; NaN where it has none. (Of Debian's
    scipy, 1.10, no function takes second differences.)"""
    n = len(point)
    hessian = np.empty((n, n))
    shift = step * np.eye(n)
    for i in range(n):
        for j in range(i, n):
            corners = [
                sign_i * sign_j * function(point + sign_i * shift[i] + sign_j * shift[j])
                for sign_i in (1, -1)
                for sign_j in (1, -1)
            ]
            if not np.all(np.isfinite(corners)):  # the point is at the edge of what can be
                return np.full(n, math.nan)
            hessian[i, j] = hessian[j, i] = sum(corners) / (4 * step * step)
    try:
        variances = np.diag(np.linalg.inv(-hessian))
    except np.linalg.LinAlgError:
        return np.full(n, math.nan)
    return np.array([math.sqrt(v) if v > 0 else math.nan for v in variances])


def ks_critical(n: int) -> float:
    """Kolmogorov's distance that a sample of n exceeds with a probability of 0.001."""
    return float(special.kolmogi(0.001)) / math.sqrt(max(n, 1))
