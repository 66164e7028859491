# SPDX-License-Identifier: Apache-2.0
"""The few numerical methods the fits need; numpy has none of them."""

import math

import numpy as np


def maximise(function, start, step=0.3, most=400, tolerance=1e-7):
    """Nelder and Mead's simplex: (best point, value). The function may return -inf."""
    n = len(start)
    points = [np.array(start, dtype=float)]
    for i in range(n):
        point = points[0].copy()
        point[i] += step
        points.append(point)
    values = [-function(p) for p in points]
    for _ in range(most):
        order = np.argsort(values, kind="stable")
        points, values = [points[i] for i in order], [values[i] for i in order]
        if abs(values[-1] - values[0]) <= tolerance * (1 + abs(values[0])) and _size(points) < 1e-4:
            break
        centre = np.mean(points[:-1], axis=0)
        reflected = centre + (centre - points[-1])
        value = -function(reflected)
        if value < values[0]:
            further = centre + 2 * (centre - points[-1])
            beyond = -function(further)
            points[-1], values[-1] = (further, beyond) if beyond < value else (reflected, value)
        elif value < values[-2]:
            points[-1], values[-1] = reflected, value
        else:
            nearer = centre + 0.5 * ((reflected if value < values[-1] else points[-1]) - centre)
            inside = -function(nearer)
            if inside < min(value, values[-1]):
                points[-1], values[-1] = nearer, inside
            else:
                points = [points[0]] + [points[0] + 0.5 * (p - points[0]) for p in points[1:]]
                values = [values[0]] + [-function(p) for p in points[1:]]
    best = int(np.argmin(values))
    return points[best], -values[best]


def _size(points):
    return max(float(np.max(np.abs(p - points[0]))) for p in points[1:])


def standard_errors(function, point, step=1e-3):
    """Of a maximum-likelihood estimate, from the curvature of the log-likelihood; NaN where it has none."""
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


def bisect(function, low, high, steps=100):
    """Where a function that rises through zero does so."""
    for _ in range(steps):
        middle = 0.5 * (low + high)
        if function(middle) < 0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


_log_gamma = np.vectorize(math.lgamma, otypes=[float])


def log_gamma(x):
    return _log_gamma(np.asarray(x, dtype=float))


def normal_cdf(x):
    """Abramowitz and Stegun 7.1.26; error below 1e-7."""
    x = np.asarray(x, dtype=float)
    z = np.abs(x) / math.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    tail = 0.5 * series * np.exp(-z * z)
    return np.where(x >= 0, 1 - tail, tail)


def ks_critical(n):
    """Kolmogorov's distance that a sample of n exceeds with a probability of 0.001."""
    return 1.95 / math.sqrt(max(n, 1))
