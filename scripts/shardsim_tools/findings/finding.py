# SPDX-License-Identifier: Apache-2.0
"""What a finding is, and what judging it gives."""

from dataclasses import dataclass, field
from typing import Callable

from .estimate import Estimate
from .studies import Studies
from .verdict import Verdict

ABSTRACT = "the paper's abstract"
RECALLED = "recalled"  # of the paper, whose text was not at hand


@dataclass(frozen=True)
class Cell:
    """A figure of the finding's table; with a verdict if it is one the finding hangs on."""

    text: str
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    summary: str
    head: list[str]
    rows: list[list[Cell]]
    unit: str = ""  # of the table's figures


@dataclass(frozen=True)
class Finding:
    statement: str
    criterion: str
    picture: str
    judge: Callable[[Studies], Outcome]
    known: str = RECALLED
    calibration: str = ""  # which constants were calibrated to what it says, if any
    reasons: dict[Verdict, str] = field(default_factory=dict)  # why, where that was looked into


def percent(estimate: Estimate, verdict: Verdict | None = None) -> Cell:
    """A fraction as "+2.22 ±0.41", in per cent or points."""
    return Cell(_text(estimate * 100, "{:+.2f}"), verdict)


def number(estimate: Estimate, form: str, verdict: Verdict | None = None) -> Cell:
    return Cell(_text(estimate, form), verdict)


def _text(estimate: Estimate, form: str) -> str:
    text = form.format(estimate.value)
    if estimate.doubt:
        return f"{text} (in doubt: {estimate.doubt})"
    reach = form.replace("+", "").format(estimate.reach)
    return f"{text} ±{reach}" if estimate.reach > 0 else text


def unless_failed(verdict: Verdict) -> Verdict | None:
    """For figures of which one suffices: those that do not do it contradict nothing."""
    return None if verdict is Verdict.FAILS else verdict


def counted(verdicts: list[Verdict], what: str) -> str:
    """ "17 of 30 higher, 3 undecided" """
    undecided = verdicts.count(Verdict.UNDECIDED)
    return f"{verdicts.count(Verdict.HOLDS)} of {len(verdicts)} {what}" + (
        f", {undecided} undecided" if undecided else ""
    )
