# SPDX-License-Identifier: Apache-2.0
from ..finding import Cell, Finding, Outcome, counted, percent
from ..studies import DISTRIBUTED, MODELS, Studies
from ..verdict import Verdict, all_hold


def judge(studies: Studies) -> Outcome:
    rows, verdicts = [], []
    for configuration in DISTRIBUTED:
        overheads = [studies.serial.estimate(model, configuration, "p50_overhead") for model in MODELS]
        judged = [overhead.above(0) for overhead in overheads]
        rows.append([Cell(configuration), *map(percent, overheads, judged)])
        verdicts += judged
    return Outcome(all_hold(verdicts), counted(verdicts, "higher"), ["P50 overhead", *MODELS], rows, "%")


FINDING = Finding(
    "one query at a time: every distributed configuration has a higher P50 than singular",
    "P50 overhead above 0 in all 30",
    "median",
    judge,
    reasons={
        Verdict.FAILS: (
            "The singular server gathers for a batch on one core, one table after the other. With four or more balanced"
            " shards these gathers run in parallel, which saves more than the RPCs cost at these platform figures. With"
            " half the serialization speed or half the NIC bandwidth fewer configurations gain, but some still do."
        ),
    },
)
