# SPDX-License-Identifier: Apache-2.0
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from shardsim_tools.plotting import figure

from ..studies import COUNTS, MODELS, Studies

CAPTION = (
    "Compute over the singular server's, against the RPCs of a query; one point for one-shard, and for 2, 4 and 8"
    " shards along each line"
)
STYLES: dict[str, tuple[str, str, float]] = {
    "capacity-balanced": ("#0072b2", "s", 5.5),
    "load-balanced": ("#d55e00", "x", 5),
    "nsbp": ("#009e73", "^", 5),
}


def draw(studies: Studies) -> Figure:
    plot, panels = pyplot.subplots(1, len(MODELS), figsize=(8.2, 2.7), sharey=True, constrained_layout=True)
    for axes, model in zip(panels, MODELS):
        line(axes, studies, model, ["one-shard"], "one-shard", ("#222222", "o", 5))
        for strategy, style in STYLES.items():
            line(axes, studies, model, [f"{strategy} {count}" for count in COUNTS], strategy, style)
        axes.set_title(model, loc="left", fontweight="bold", fontsize=figure.LABEL_SIZE)
        axes.set_xlabel("RPCs a query")
        axes.set_xlim(left=0)
    panels[0].set_ylim(bottom=0)  # of all, as they share it
    panels[0].set_ylabel("compute overhead (%)")
    figure.legend_above(plot, *panels[0].get_legend_handles_labels())
    return plot


def line(
    axes: Axes, studies: Studies, model: str, configurations: list[str], label: str, style: tuple[str, str, float]
) -> None:
    colour, marker, size = style
    rpcs = [studies.serial.rpcs_per_query(model, name) for name in configurations]
    overheads = [studies.serial.estimate(model, name, "compute_overhead") for name in configurations]
    reach = [0 if overhead.doubt else 100 * overhead.reach for overhead in overheads]
    axes.errorbar(
        rpcs, [100 * overhead.value for overhead in overheads], reach, label=label, color=colour, marker=marker,
        markersize=size, markerfacecolor="none", linewidth=1, capsize=2,
    )  # fmt: skip
