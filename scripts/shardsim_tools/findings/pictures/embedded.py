# SPDX-License-Identifier: Apache-2.0
from matplotlib.figure import Figure

from ..catalogue.f12_network_exceeds_sparse import spans
from ..studies import DISTRIBUTED, MODELS, Studies
from . import bars

CAPTION = "Network and sparse operator time in the embedded portion, mean over queries, one at a time"


def draw(studies: Studies) -> Figure:
    plot, panels = bars.stacked_panels(MODELS)
    for axes, model in zip(panels, MODELS):
        times = [spans(studies, model, name) for name in DISTRIBUTED]
        series = [
            bars.Series("network", bars.DARK, [time["network"] for time in times]),
            bars.Series("sparse operators", bars.WARM, [time["sparse"] for time in times]),
        ]
        bars.grouped(axes, series)
        axes.set_ylabel("time (ms)")
    bars.legend(plot, panels[0])
    return plot
