# SPDX-License-Identifier: Apache-2.0
from ..finding import Cell, Finding, Outcome, counted, percent
from ..studies import COUNTS, Studies
from ..verdict import all_hold

OTHERS = ["capacity-balanced", "load-balanced"]


def judge(studies: Studies) -> Outcome:
    rows, verdicts = [], []
    for model in ["drm1", "drm2"]:
        for count in COUNTS:
            row = [Cell(f"{model}, {count} shards")]
            for column in ("compute_overhead", "p50_overhead"):
                nsbp = studies.serial.estimate(model, f"nsbp {count}", column)
                gaps = [nsbp - studies.serial.estimate(model, f"{other} {count}", column) for other in OTHERS]
                judged = [gap.below(0) if column == "compute_overhead" else gap.above(0) for gap in gaps]
                row += [percent(nsbp), *map(percent, gaps, judged)]
                verdicts += judged
            rows.append(row)
    less = [f"less {other}'s" for other in OTHERS]
    head = ["", "NSBP compute", *less, "NSBP P50", *less]
    return Outcome(all_hold(verdicts), counted(verdicts, "comparisons do"), head, rows, "%, differences in points")


FINDING = Finding(
    "at equal shard count NSBP has the least compute overhead and the most latency of the three strategies",
    "DRM1 and DRM2, 2, 4 and 8 shards: its compute overhead is below both others', its P50 overhead above",
    "compute",
    judge,
)
