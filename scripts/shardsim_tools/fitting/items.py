# SPDX-License-Identifier: Apache-2.0
"""Items a query ranks: fixed, or the likeliest of uniform, lognormal, pareto if it is near the sample, or quantiles."""

import math

from . import laws, numeric
from .types import Description, Figures, Integers


def fit(sample: Integers | None, quantiles: int) -> tuple[Description, Figures]:
    """(description, figures); sample None: the trace has none."""
    if sample is None:
        return {"type": "fixed", "value": 1}, {"reason": "the trace has no items: one a query is assumed"}
    values, weights = laws.table_of(sample)
    n = len(sample)
    if len(values) == 1:
        return {"type": "fixed", "value": int(values[0])}, {"reason": "all queries have as many", "ks": 0.0}
    candidates = (laws.Uniform(values, weights), laws.AtLeastOne(laws.Lognormal()), laws.Pareto(values[0], values[-1]))
    fits = [f for f in (laws.fit(law, values, weights, False) for law in candidates) if f]
    best = laws.simplest(fits)
    limit = max(laws.CLOSE, numeric.ks_critical(n))
    figures: Figures = {
        "ks": best.ks, "ks_limit": limit, "errors": best.errors,
        "tried": [{"type": f.description["type"], "log_likelihood": f.log_likelihood, "ks": f.ks} for f in fits],
    }  # fmt: skip
    if best.description["type"] == "uniform":
        figures["errors"] = dict.fromkeys(("low", "high"), float(values[-1] - values[0]) / n)
    if best.ks <= limit:
        figures["reason"] = f"the likeliest, and {best.ks:.3g} from the sample (Kolmogorov), within {limit:.3g}"
        return best.description, figures
    name = best.description["type"]
    figures["reason"] = f"even the likeliest, {name}, is {best.ks:.3g} from the sample, beyond {limit:.3g}"
    description, figures["ks"] = laws.empirical(sample, quantiles)
    _, cv = laws.mean_cv(values.astype(float), weights)
    figures["errors"] = {"mean": cv * float(sample.mean()) / math.sqrt(n)}
    return description, figures
