# SPDX-License-Identifier: Apache-2.0
from ..finding import Cell, Finding, Outcome, counted, percent, unless_failed
from ..studies import Studies
from ..verdict import any_holds

SETTING = "drm1, serial, one batch"


def judge(studies: Studies) -> Outcome:
    overheads = studies.load.overheads(SETTING, "p50_overhead")
    verdicts = [overhead.below(0) for overhead in overheads.values()]
    rows = [[Cell(name), percent(o, unless_failed(v))] for (name, o), v in zip(overheads.items(), verdicts)]
    return Outcome(
        any_holds(verdicts), counted(verdicts, "beat it"), ["DRM1, one batch a query", "P50 overhead"], rows, "%"
    )


FINDING = Finding(
    "with one batch a query some distributed configurations beat singular",
    "DRM1, one query at a time: the P50 overhead of one configuration at least is below 0",
    "one-batch",
    judge,
)
