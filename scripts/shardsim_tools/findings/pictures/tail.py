# SPDX-License-Identifier: Apache-2.0
from matplotlib.figure import Figure

from ..studies import MODELS, Studies
from . import bars

CAPTION = (
    "P99 latency over the singular server's, one query at a time and at 25 queries a second; between the axis and the"
    " dotted line it is +1 %, to the point"
)


def draw(studies: Studies) -> Figure:
    plot, panels = bars.stacked_panels(MODELS)
    for axes, model in zip(panels, MODELS):
        serial, load = (study.overheads(model, "p99_overhead") for study in (studies.serial, studies.load))
        series = [
            bars.Series("one query at a time", bars.DARK, list(serial.values())),
            bars.Series("25 queries/s", bars.WARM, list(load.values())),
        ]
        bars.grouped(axes, series, 100)
        axes.axhline(2, color="#222222", linewidth=0.8, linestyle=":")
        axes.set_ylabel("P99 overhead (%)")
    bars.legend(plot, panels[0])
    return plot
