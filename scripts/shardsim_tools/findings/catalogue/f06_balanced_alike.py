# SPDX-License-Identifier: Apache-2.0
from ..finding import Cell, Finding, Outcome, counted, percent
from ..studies import COUNTS, MODELS, Studies
from ..verdict import all_hold

MOST = 0.02


def judge(studies: Studies) -> Outcome:
    rows, verdicts = [], []
    for model in MODELS:
        by_load, by_capacity = (
            [studies.serial.estimate(model, f"{strategy} {count}", "p50_overhead") for count in COUNTS]
            for strategy in ("load-balanced", "capacity-balanced")
        )
        gaps = [a - b for a, b in zip(by_load, by_capacity)]
        judged = [gap.between(-MOST, MOST) for gap in gaps]
        rows.append([Cell(model), *map(percent, gaps, judged)])
        verdicts += judged
    head = ["load- less capacity-balanced", *(f"{count} shards" for count in COUNTS)]
    return Outcome(all_hold(verdicts), counted(verdicts, "within 2 points"), head, rows, "points of P50 overhead")


FINDING = Finding(
    "load- and capacity-balanced sharding differ little in latency",
    "their P50 overheads differ by less than 2 points, for each model and number of shards",
    "median",
    judge,
)
