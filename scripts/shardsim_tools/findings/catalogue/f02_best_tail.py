# SPDX-License-Identifier: Apache-2.0
from ..estimate import Estimate
from ..finding import ABSTRACT, Cell, Finding, Outcome, percent, unless_failed
from ..studies import MODELS, Studies
from ..verdict import any_holds

LEAST, MOST = 0.0, 0.02  # +1 %, to the point


def best(studies: Studies) -> dict[str, tuple[str, Estimate]]:
    """Each model's distributed configuration with the least P99 overhead."""
    overheads = {model: studies.serial.overheads(model, "p99_overhead") for model in MODELS}
    return {model: min(some.items(), key=lambda item: item[1].value) for model, some in overheads.items()}


def judge(studies: Studies) -> Outcome:
    rows, verdicts = [], []
    for model, (name, overhead) in best(studies).items():
        verdicts.append(overhead.between(LEAST, MOST))
        rows.append([Cell(model), Cell(name), percent(overhead, unless_failed(verdicts[-1]))])
    summary = "best P99 overhead: " + ", ".join(f"{row[0].text} {row[2].text} %" for row in rows)
    return Outcome(any_holds(verdicts), summary, ["model", "best configuration", "P99 overhead"], rows, "%")


FINDING = Finding(
    "the best distributed configuration has a P99 about 1 % above singular's",
    "for one model at least, the best P99 overhead is within a point of +1 %",
    "tail",
    judge,
    known=ABSTRACT,
    calibration=(
        "No independent check: the spread of query sizes (`workloads/query_sizes/drm.json`, cv) was calibrated to it."
    ),
)
