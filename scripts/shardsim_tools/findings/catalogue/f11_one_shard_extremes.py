# SPDX-License-Identifier: Apache-2.0
from ..finding import Cell, Finding, Outcome, counted, percent
from ..studies import DISTRIBUTED, MODELS, Studies
from ..verdict import all_hold

LATENCY_TIE, COMPUTE_TIE = 0.005, 0.001


def judge(studies: Studies) -> Outcome:
    rows, verdicts = [], []
    for model in MODELS:
        row = [Cell(model)]
        for column in ("p50_overhead", "compute_overhead"):
            overheads = studies.serial.overheads(model, column)
            others = [name for name in DISTRIBUTED if name != "one-shard"]
            gaps = [overheads["one-shard"] - overheads[name] for name in others]
            if column == "p50_overhead":
                judged = all_hold(gap.above(-LATENCY_TIE) for gap in gaps)
                rival = max(others, key=lambda name: overheads[name].value)
            else:
                judged = all_hold(gap.below(COMPUTE_TIE) for gap in gaps)
                rival = min(others, key=lambda name: overheads[name].value)
            row += [percent(overheads["one-shard"], judged), Cell(f"{rival} {percent(overheads[rival]).text}")]
            verdicts.append(judged)
        rows.append(row)
    head = ["", "one-shard P50", "worst other", "one-shard compute", "best other"]
    return Outcome(all_hold(verdicts), counted(verdicts, "do"), head, rows, "%")


FINDING = Finding(
    "of the distributed configurations one-shard is the worst for latency and the best for compute",
    "each model: none is worse at P50 by more than 0.5 points, none better in compute by more than 0.1 points",
    "median",
    judge,
)
