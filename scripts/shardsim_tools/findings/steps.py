# SPDX-License-Identifier: Apache-2.0
"""Overheads along the number of shards."""

from typing import Callable

from .estimate import Estimate
from .finding import Cell, Outcome, counted, percent
from .studies import COUNTS, STRATEGIES, Studies
from .verdict import Verdict, all_hold


def judge_steps(studies: Studies, column: str, what: str, step_is_right: Callable[[Estimate], Verdict]) -> Outcome:
    """Two models, three strategies: from each number of shards to the next."""
    rows, verdicts = [], []
    for model in ["drm1", "drm2"]:
        for strategy in STRATEGIES:
            overheads = [studies.serial.estimate(model, f"{strategy} {count}", column) for count in COUNTS]
            steps = [after - before for before, after in zip(overheads, overheads[1:])]
            judged = [step_is_right(step) for step in steps]
            rows.append([Cell(f"{model} {strategy}"), *map(percent, overheads), *map(percent, steps, judged)])
            verdicts += judged
    names = [f"{before} to {after}" for before, after in zip(COUNTS, COUNTS[1:])]
    head = [what, *(f"{count} shards" for count in COUNTS), *names]
    return Outcome(all_hold(verdicts), counted(verdicts, "steps do"), head, rows, "%, steps in points")
