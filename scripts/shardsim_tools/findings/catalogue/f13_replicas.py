# SPDX-License-Identifier: Apache-2.0
from ..estimate import Estimate
from ..finding import Cell, Finding, Outcome, number
from ..studies import MODELS, Studies
from ..verdict import all_hold

CONFIGURATION = "load-balanced 8"
LEAST = 5  # main replicas to one sparse


def busiest(studies: Studies, model: str, service: str) -> Estimate:
    """Utilisation of the busiest host of a service."""
    study = studies.load
    return study.mean_over_queries(model, CONFIGURATION, study.busiest(model, CONFIGURATION, service))


def judge(studies: Studies) -> Outcome:
    rows, verdicts = [], []
    for model in MODELS:
        main, sparse = busiest(studies, model, "main"), busiest(studies, model, "sparse")
        ratio = main / sparse
        verdicts.append(ratio.above(LEAST))
        cells = [number(main * 100, "{:.2f}"), number(sparse * 100, "{:.3f}"), number(ratio, "{:.0f}", verdicts[-1])]
        rows.append([Cell(model), *cells])
    summary = "main replicas to one sparse: " + ", ".join(f"{row[0].text} {row[3].text}" for row in rows)
    head = ["load-balanced 8", "main shard busy, %", "busiest sparse shard busy, %", "ratio"]
    return Outcome(all_hold(verdicts), summary, head, rows)


FINDING = Finding(
    "for a given rate and latency the main shard needs many replicas and sparse shards few",
    (
        "each model at 25 queries a second: the main shard more than 5 times as busy as the busiest sparse shard, "
        "so that it needs that many times the replicas"
    ),
    "replicas",
    judge,
)
