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
            for column, is_extreme in (
                ("compute_overhead", lambda gap: gap.below(0)),
                ("p50_overhead", lambda gap: gap.above(0)),
            ):
                nsbp = studies.serial.estimate(model, f"nsbp {count}", column)
                gaps = [nsbp - studies.serial.estimate(model, f"{other} {count}", column) for other in OTHERS]
                judged = [is_extreme(gap) for gap in gaps]
                row += [percent(nsbp), *map(percent, gaps, judged)]
                verdicts += judged
            rows.append(row)
    gaps = [f"less {other}'s" for other in OTHERS]
    head = ["", "NSBP compute", *gaps, "NSBP P50", *gaps]
    return Outcome(all_hold(verdicts), counted(verdicts, "comparisons do"), head, rows, "%, differences in points")


FINDING = Finding(
    "at equal shard count NSBP has the least compute overhead and the most latency of the three strategies",
    "DRM1 and DRM2, 2, 4 and 8 shards: its compute overhead is below both others', its P50 overhead above",
    "compute",
    judge,
)
