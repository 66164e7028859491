# SPDX-License-Identifier: Apache-2.0
from itertools import combinations

from ..finding import Cell, Finding, Outcome, percent
from ..studies import COUNTS, Studies
from ..verdict import all_hold

MOST = 0.01


def judge(studies: Studies) -> Outcome:
    overheads = {count: studies.serial.estimate("drm3", f"nsbp {count}", "p50_overhead") for count in COUNTS}
    gaps = {(a, b): overheads[b] - overheads[a] for a, b in combinations(COUNTS, 2)}
    verdicts = [gap.between(-MOST, MOST) for gap in gaps.values()]
    touched = studies.serial.rpcs_per_query("drm3", "nsbp 8") / studies.serial.rpcs_per_query("drm3", "one-shard")
    head = ["drm3, NSBP", *(f"{count} shards" for count in COUNTS), *(f"{a} to {b}" for a, b in gaps)]
    row = [Cell("P50 overhead"), *map(percent, overheads.values()), *map(percent, gaps.values(), verdicts)]
    summary = f"{' / '.join(cell.text for cell in row[1:4])} %; {touched:.2f} of 8 shards asked a batch"
    return Outcome(all_hold(verdicts), summary, head, [row], "%, differences in points")


FINDING = Finding(
    "DRM3's latency is flat in the number of shards: a batch touches two shards only",
    "NSBP: P50 overheads on 2, 4 and 8 shards within a point of each other",
    "median",
    judge,
)
