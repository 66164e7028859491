# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from matplotlib import pyplot

from shardsim_tools.plotting.figure import save


def draw(scale: list[tuple[float, ...]], folder: Path) -> None:
    hosts = [row[0] for row in scale]
    figure, (speed, memory) = pyplot.subplots(1, 2, figsize=(8, 2.8), constrained_layout=True)
    for axes, values, title in (
        (speed, [row[1] / 1e6 for row in scale], "million events/s"),
        (memory, [row[4] for row in scale], "peak memory, MiB"),
    ):
        axes.plot(hosts, values, "o-", color="#222222", markersize=4)
        axes.set_xscale("log")
        axes.set_xlabel("servers")
        axes.set_title(title, loc="left", fontsize=10)
        axes.set_ylim(bottom=0)
    memory.set_yscale("log")
    memory.set_ylim(min(row[4] for row in scale) / 2, 2 * max(row[4] for row in scale))
    save(figure, folder, "scale", (".png",))
