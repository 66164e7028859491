# SPDX-License-Identifier: Apache-2.0
from ..estimate import Estimate
from ..finding import Cell, Finding, Outcome, counted, number
from ..studies import MODELS, Studies
from ..verdict import Verdict, all_hold

CONFIGURATIONS = ["load-balanced 2", "load-balanced 8", "nsbp 8"]


def spans(studies: Studies, model: str, configuration: str) -> dict[str, Estimate]:
    """Network and sparse time of the embedded portion, ms."""
    study = studies.serial
    result = study.result(model, configuration)
    means = {span: result.number(f"/embedded_us/spans/{span}") / 1000 for span in ("network", "sparse")}
    return {span: study.mean_over_queries(model, configuration, mean) for span, mean in means.items()}


def judge(studies: Studies) -> Outcome:
    rows, verdicts = [], []
    for model in MODELS:
        for configuration in CONFIGURATIONS:
            times = spans(studies, model, configuration)
            verdicts.append((times["network"] - times["sparse"]).above(0))
            cells = [number(times["network"], "{:.2f}", verdicts[-1]), number(times["sparse"], "{:.2f}")]
            rows.append([Cell(f"{model} {configuration}"), *cells])
    return Outcome(all_hold(verdicts), counted(verdicts, "do"), ["embedded portion", "network", "sparse"], rows, "ms")


FINDING = Finding(
    "network time exceeds sparse operator time in the embedded portion",
    "mean over queries, each model: load-balanced on 2 and 8 shards, NSBP on 8",
    "embedded",
    judge,
    calibration=(
        "The models' dense layers and pooling were calibrated so that sparse operators take the recalled share of"
        " operator time."
    ),
    reasons={
        Verdict.FAILS: (
            "It does with eight balanced shards; with few shards, or NSBP, one shard gathers long enough to exceed its"
            " network time."
        ),
    },
)
