# SPDX-License-Identifier: Apache-2.0
"""docs/validation/deeprecsys.md."""

import statistics
from collections.abc import Mapping, Sequence

from .control_loop import Loop
from .study import Case, Found, Rate

HEAD = """# The scheduling experiment of DeepRecSys

Gupta et al., "DeepRecSys: A System for Optimizing End-To-End At-Scale Neural Recommendation Inference", ISCA 2020, schedule queries on
one server: a query is cut in batches that engines on cores take from one line, and large queries go whole to an accelerator. How many
items a batch has, and from where on a query is large, is searched by hill climbing for the most queries a second (QPS) within a p95
target. This page does the same with `workloads/experiments/deeprecsys.json` and `shardsim tune`. It is written by
`scripts/deeprecsys.py`.

*Static*: batches of 32 items, which spreads their largest query, 1,024 items, over all 32 engines; recalled as the paper's baseline.
*Climbed*: the batch, by `tune --method climb`. *And offload*: then the size above which a query goes to the accelerator, the same way.
*Best*: the better of that and what `tune --method halving` finds of all 70 settings. In brackets: the rate that is shown to meet the
target, and the lowest that is not.
"""

TAIL = """
## What they say, and what is found here

| | word of | there | here |
|---|---|---|---|
| QPS of climbed batches over static ones, geometric mean of the models | the paper's abstract | 2 x (on CPUs) | {climbed} x |
| with the accelerator, the same | recalled | some 5 x (with their GPU) | {offloaded} x |

## What differs, and why

- **Times.** They measured Caffe2's operators on a Skylake. Here cores follow the formulas of [metrics.md](../metrics.md), with dense
  figures that are calibrated to the share of sparse operators that they measured (`topologies/platforms/deeprecsys.json`). How long a
  query takes in all is not known from that, nor is how the targets compare with it. A batch of 32 is at 80 % of a core's speed here; where
  Caffe2's operators lose more on small batches, climbing gains more.
- **The accelerator** is as many times as fast as a core as they measured, read off their figure, by model and batch, and works on one
  query at a time. Whether moving data is in those times is not known.
- **Targets** are recalled of the paper's middle level (25 ms for wnd is in its scripts). **Sizes**: their
  production trace is not public. The *heavy-tailed* ones here are lognormal of mean 165, where the largest quarter of the queries has half
  of the items, as recalled of the paper; *lognormal (5.1, 0.2)* is in their scripts; MLPerf's are quantiles from 100 to 700.
- **Arrivals.** The paper says Poisson. Their generator draws each gap as a Poisson number of whole milliseconds (*integer gaps*), which
  is far less bursty wherever the mean gap is above 1 ms.
- Their line holds at most 1,024 batches and stops the generator when it is full; here it does not end.
"""


def rate_text(rate: Rate) -> str:
    return f"{rate.value:.0f} ({rate.low:.0f} .. {rate.high:.0f})"


def row(case: Case, found: Found) -> str:
    gains = [found.climbed.value, found.offloaded.value, found.best.value]
    cells = [
        rate_text(found.static),
        f"{rate_text(found.climbed)}, batch {found.climbed.batch}",
        f"{rate_text(found.offloaded)}, {found.offloaded.offload}",
        f"{rate_text(found.best)}, {found.best.batch}, {found.best.offload}",
        " / ".join(f"{gain / found.static.value:.2f}" for gain in gains),
    ]
    return f"| {case.model} | {case.target_ms:g} | " + " | ".join(cells) + " |"


def table(rows: Mapping[Case, Found]) -> str:
    head = "| model | p95, ms | static | climbed | and offload | best | gains |\n|---|---:|---:|---:|---:|---:|---:|\n"
    return head + "\n".join(row(case, found) for case, found in rows.items()) + "\n"


def other_row(case: Case, found: Found) -> str:
    return f"| {case.sizes} | {case.arrivals} " + row(case, found)[len(f"| {case.model} ") :]


def others(rows: Mapping[Case, Found]) -> str:
    head = "| sizes | arrivals | p95, ms | static | climbed | and offload | best | gains |\n"
    head += "|---|---|---:|---:|---:|---:|---:|---:|\n"
    return head + "\n".join(other_row(case, found) for case, found in rows.items()) + "\n"


def gain(rows: Mapping[Case, Found], which: str) -> str:
    gains = [float(getattr(found, which).value) / found.static.value for found in rows.values()]
    return f"{statistics.geometric_mean(gains):.2f}"


def loop_text(case: Case, loop: Loop, reports: Sequence[float], truth: Rate) -> str:
    ordered = sorted(reports)
    return f"""
## What their control loop reports

Their scheduler does not look for the QPS at which the target is met: it goes up and down a grid of {loop.grid} mean gaps, from
{loop.least_gap_ms:g} to {loop.most_gap_ms:g} ms, by the p95 of the last {loop.queries} queries, and reports the median of the last
{loop.last} of {loop.steps} steps. For {case.model} with the static setting, {case.sizes} sizes and {case.arrivals}, {len(reports)} such
loops report {ordered[0]:.0f} to {ordered[-1]:.0f} QPS, {statistics.median(ordered):.0f} in the middle. The p95 is within
{case.target_ms:g} ms up to {rate_text(truth)} QPS. (A step sees any stretch of a long run at its gap, so that what one step leaves
waiting does not reach the next.)
"""


def page(models: Mapping[Case, Found], varied: Mapping[Case, Found], loop: str) -> str:
    tail = TAIL.format(climbed=gain(models, "climbed"), offloaded=gain(models, "offloaded"))
    return (
        f"{HEAD}\n## Eight models\n\nHeavy-tailed sizes, Poisson arrivals. Gains: climbed / and offload / best, over static.\n\n"
        f"{table(models)}\n"
        "![What each setting of wnd bears](../images/tune-deeprecsys.png)\n\n"
        "*What each setting of wnd bears, as `halving` left it (`scripts/plot_tune.py`): hatched, dropped before it was known to full\n"
        "precision; beneath, the queries that were simulated for it.*\n"
        f"\n## Other targets, sizes and arrivals\n\nOf wnd.\n\n{others(varied)}{loop}{tail}"
    )
