# SPDX-License-Identifier: Apache-2.0
from ..finding import Finding
from ..steps import judge_steps
from ..verdict import Verdict

FINDING = Finding(
    "more shards: latency overhead falls",
    "DRM1 and DRM2, each strategy: the P50 overhead falls from 2 to 4 and from 4 to 8 shards",
    "median",
    lambda studies: judge_steps(studies, "p50_overhead", "P50 overhead", lambda step: step.below(0)),
    reasons={
        verdict: (
            "All steps do except one, DRM2 under NSBP from 4 to 8 shards: packing by bytes leaves 50 of its small"
            " tables together on one shard, which then gathers for as long as before."
        )
        for verdict in (Verdict.FAILS, Verdict.UNDECIDED)
    },
)
