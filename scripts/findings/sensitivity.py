# SPDX-License-Identifier: Apache-2.0
"""Which findings flip if a constant is half or half again as large."""

from dataclasses import dataclass
from typing import Callable

from plotting.sweep import SweepError

from .catalogue import findings
from .constants import Constant
from .runs import Runner
from .studies import Studies
from .verdict import Verdict

FACTORS = {"-50 %": 0.5, "+50 %": 1.5}
Verdicts = dict[str, Verdict | None]  # by finding; None: its points could not be run


@dataclass(frozen=True)
class Row:
    constant: Constant
    verdicts: dict[str, Verdicts]  # by change


@dataclass(frozen=True)
class Sensitivity:
    queries: int
    shipped: Verdicts
    rows: list[Row]

    def changes(self, row: Row, change: str) -> Verdicts:
        """Findings judged otherwise than with the shipped constants."""
        return {name: v for name, v in row.verdicts[change].items() if v != self.shipped[name]}

    def flips(self, row: Row, change: str) -> list[str]:
        """Those that turn from one side to the other, not just into or out of the noise."""
        decided = (Verdict.HOLDS, Verdict.FAILS)
        return [n for n, v in self.changes(row, change).items() if v in decided and self.shipped[n] in decided]


def study(runner: Runner, constants: list[Constant], progress: Callable[[int, int, str], None]) -> Sensitivity:
    total, done = 1 + len(constants) * len(FACTORS), 0
    progress(0, total, "shipped")
    shipped = verdicts(runner.studies())
    rows = []
    for constant in constants:
        row = Row(constant, {})
        for change, factor in FACTORS.items():
            done += 1
            progress(done, total, f"{constant.name} {change}")
            row.verdicts[change] = verdicts(runner.studies(constant, factor))
        rows.append(row)
    return Sensitivity(runner.queries, shipped, rows)


def verdicts(studies: Studies) -> Verdicts:
    return {name: _verdict(finding, studies) for name, finding in findings().items()}


def _verdict(finding, studies: Studies) -> Verdict | None:
    try:
        return finding.judge(studies).verdict
    except SweepError:  # tables that no longer fit, say
        return None
