# SPDX-License-Identifier: Apache-2.0
from ..finding import Cell, Finding, Outcome, counted, percent
from ..studies import STRATEGIES, Studies
from ..verdict import Verdict, all_hold

LARGE, SMALL = "drm1", "drm1, sc-small sparse"
MOST = 0.02


def judge(studies: Studies) -> Outcome:
    rows, verdicts = [], []
    for strategy in STRATEGIES:
        # By way of the overheads: the same singular server in both, and overheads are known better than latencies are.
        large, small = (studies.load.estimate(s, f"{strategy} 8", "p99_overhead") for s in (LARGE, SMALL))
        cost = (small + 1.0) / (large + 1.0) + -1.0
        verdicts.append(cost.below(MOST))
        rows.append([Cell(f"{strategy} 8"), percent(large), percent(small), percent(cost, verdicts[-1])])
    head = ["DRM1 at 25 queries/s", "P99 overhead, sc-large", "P99 overhead, sc-small", "cost at P99"]
    return Outcome(all_hold(verdicts), counted(verdicts, "below 2 %"), head, rows, "%")


FINDING = Finding(
    "small servers for sparse shards cost no significant latency",
    "DRM1 on 8 shards: P99 with sc-small sparse servers less than 2 % above that with sc-large ones, each strategy",
    "small-servers",
    judge,
    calibration="Clock, cores and NIC of sc-small are guesses.",
    reasons={
        Verdict.FAILS: (
            "Balanced strategies pass. NSBP packs 110 small tables of DRM1 on one shard, and all of their answers leave"
            " through its 10 Gb/s NIC."
        ),
    },
)
