# SPDX-License-Identifier: Apache-2.0
"""Which findings flip if a constant is half or half again as large."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Callable, TypeVar

from shardsim_tools.plotting.sweep import SweepError

from .catalogue import findings
from .catalogue.f02_best_tail import best
from .constants import Constant
from .estimate import Estimate
from .runs import Runner
from .studies import Studies
from .verdict import Verdict

_T = TypeVar("_T")
FACTORS = {"-50 %": 0.5, "+50 %": 1.5}
Verdicts = Mapping[str, Verdict | None]  # by finding; None: its points could not be run


@dataclass(frozen=True)
class Variant:
    verdicts: Verdicts
    best_p99: dict[str, Estimate] | None  # overhead by model, the figure of F2; None: as above


@dataclass(frozen=True)
class Row:
    constant: Constant
    variants: dict[str, Variant]  # by change


@dataclass(frozen=True)
class Sensitivity:
    queries: int
    judged: Verdicts  # on the results the page is of
    shipped: Variant  # with as few queries as the variants
    rows: list[Row]

    def flips(self, row: Row, change: str) -> list[str]:
        """Findings judged to the other side, or that can no longer be judged."""
        verdicts = row.variants[change].verdicts
        return [name for name, v in verdicts.items() if v not in (self.judged[name], Verdict.UNDECIDED)]

    def fades(self, row: Row, change: str) -> list[str]:
        """Findings that go into the noise, though with the shipped constants as many queries decide them."""
        verdicts = row.variants[change].verdicts
        return [n for n, v in verdicts.items() if v is Verdict.UNDECIDED and self.shipped.verdicts[n] is not v]


def study(
    runner: Runner, constants: list[Constant], judged: Verdicts, progress: Callable[[int, int, str], None]
) -> Sensitivity:
    total, done = 1 + len(constants) * len(FACTORS), 0
    progress(0, total, "shipped")
    shipped = variant(runner.studies())
    rows = []
    for constant in constants:
        row = Row(constant, {})
        for change, factor in FACTORS.items():
            done += 1
            progress(done, total, f"{constant.name} {change}")
            row.variants[change] = variant(runner.studies(constant, factor))
        rows.append(row)
    return Sensitivity(runner.queries, judged, shipped, rows)


def variant(studies: Studies) -> Variant:
    verdicts = {name: _unless_missing(lambda: finding.judge(studies).verdict) for name, finding in findings().items()}
    return Variant(verdicts, _unless_missing(lambda: {model: e for model, (_, e) in best(studies).items()}))


def _unless_missing(read: Callable[[], _T]) -> _T | None:
    try:
        return read()
    except SweepError:  # tables that no longer fit, say
        return None
