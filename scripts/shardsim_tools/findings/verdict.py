# SPDX-License-Identifier: Apache-2.0
"""Whether something holds, where the sample may not be able to tell."""

from enum import Enum
from typing import Iterable


class Verdict(Enum):
    HOLDS = "holds"
    FAILS = "does not hold"
    UNDECIDED = "undecided"  # inside the noise


def all_hold(verdicts: Iterable[Verdict]) -> Verdict:
    """One that fails decides, whatever the undecided ones are."""
    found = set(verdicts)
    return next((v for v in (Verdict.FAILS, Verdict.UNDECIDED) if v in found), Verdict.HOLDS)


def any_holds(verdicts: Iterable[Verdict]) -> Verdict:
    found = set(verdicts)
    return next((v for v in (Verdict.HOLDS, Verdict.UNDECIDED) if v in found), Verdict.FAILS)
