# SPDX-License-Identifier: Apache-2.0
from matplotlib.figure import Figure

from ..catalogue.f13_replicas import busiest
from ..studies import MODELS, Studies
from . import bars

CAPTION = "How busy the main shard and the busiest of 8 load-balanced sparse shards are at 25 queries a second"


def draw(studies: Studies) -> Figure:
    plot, (axes,) = bars.stacked_panels([""], MODELS, height=1.9, width=5)
    series = [
        bars.Series("main shard", bars.DARK, [busiest(studies, model, "main") for model in MODELS]),
        bars.Series("busiest sparse shard", bars.WARM, [busiest(studies, model, "sparse") for model in MODELS]),
    ]
    bars.grouped(axes, series, 100)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_ylabel("utilisation (%)")
    bars.legend(plot, axes)
    return plot
