# SPDX-License-Identifier: Apache-2.0
from ..finding import Cell, Finding, Outcome, counted, percent
from ..studies import MODELS, Studies
from ..verdict import Verdict, all_hold

CONFIGURATIONS = ["load-balanced 8", "nsbp 8"]


def judge(studies: Studies) -> Outcome:
    rows, verdicts = [], []
    for model in MODELS:
        for configuration in CONFIGURATIONS:
            serial = studies.serial.estimate(model, configuration, "p99_overhead")
            loaded = studies.load.estimate(model, configuration, "p99_overhead")
            change = loaded - serial
            verdicts.append(change.below(0))
            rows.append(
                [Cell(f"{model} {configuration}"), percent(serial), percent(loaded), percent(change, verdicts[-1])]
            )
    head = ["P99 overhead", "one at a time", "25 queries/s", "change"]
    return Outcome(all_hold(verdicts), counted(verdicts, "shrink"), head, rows, "%, change in points")


FINDING = Finding(
    "under load the P99 gap to singular shrinks or turns",
    (
        "each model, load-balanced and NSBP on 8 shards: P99 overhead lower at 25 queries a second than one query at a"
        " time"
    ),
    "tail",
    judge,
    reasons={
        verdict: (
            "At 25 queries a second nothing saturates (the main shard is 8 % busy), and the little queueing that there"
            " is happens at the NIC."
        )
        for verdict in (Verdict.FAILS, Verdict.UNDECIDED)
    },
)
