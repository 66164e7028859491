# SPDX-License-Identifier: Apache-2.0
from matplotlib.figure import Figure

from . import bars
from ..studies import Studies

CAPTION = "DRM1's P50 latency over the singular server's, one query at a time, in batches of 64 items and in one batch"


def draw(studies: Studies) -> Figure:
    plot, (axes,) = bars.stacked_panels([""], height=1.9)
    batches = studies.serial.overheads("drm1", "p50_overhead")
    whole = studies.load.overheads("drm1, serial, one batch", "p50_overhead")
    series = [
        bars.Series("batches of 64 items", bars.LIGHT, list(batches.values())),
        bars.Series("one batch", bars.WARM, list(whole.values())),
    ]
    bars.grouped(axes, series, 100)
    axes.set_ylabel("P50 overhead (%)")
    bars.legend(plot, axes)
    return plot
