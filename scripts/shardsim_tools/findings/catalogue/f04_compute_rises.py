# SPDX-License-Identifier: Apache-2.0
from ..finding import Finding
from ..steps import judge_steps

FINDING = Finding(
    "more shards: compute overhead rises, roughly with the number of RPCs",
    "DRM1 and DRM2, each strategy: the compute overhead rises from 2 to 4 and from 4 to 8 shards",
    "compute",
    lambda studies: judge_steps(studies, "compute_overhead", "compute overhead", lambda step: step.above(0)),
)
