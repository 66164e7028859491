# SPDX-License-Identifier: Apache-2.0
from matplotlib.figure import Figure

from ..catalogue.f10_small_servers import LARGE, SMALL
from ..studies import STRATEGIES, Studies
from . import bars

CAPTION = (
    "DRM1's P99 latency over the singular server's at 25 queries a second, 8 sparse shards on large and on small"
    " servers"
)


def draw(studies: Studies) -> Figure:
    names = [f"{strategy} 8" for strategy in STRATEGIES]
    plot, (axes,) = bars.stacked_panels([""], names, height=1.9, width=5)
    series = [
        bars.Series(label, style, [studies.load.estimate(setting, name, "p99_overhead") for name in names])
        for setting, label, style in ((LARGE, "sc-large", bars.DARK), (SMALL, "sc-small", bars.WARM))
    ]
    bars.grouped(axes, series, 100)
    axes.set_ylabel("P99 overhead (%)")
    bars.legend(plot, axes)
    return plot
