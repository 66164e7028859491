# SPDX-License-Identifier: Apache-2.0
from matplotlib.figure import Figure

from ..studies import MODELS, Studies
from . import bars

CAPTION = "P50 latency over the singular server's, one query at a time"


def draw(studies: Studies) -> Figure:
    plot, panels = bars.stacked_panels(MODELS)
    for axes, model in zip(panels, MODELS):
        overheads = studies.serial.overheads(model, "p50_overhead")
        bars.grouped(axes, [bars.Series("P50", bars.LIGHT, list(overheads.values()))], 100)
        axes.set_ylabel("P50 overhead (%)")
    return plot
