# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from matplotlib import pyplot

from shardsim_tools.plotting.figure import save

from .measure import median_of


def draw(scale: list[tuple[int, list[list[float]]]], folder: Path) -> None:
    """Of what scale.measure() found."""
    hosts = [servers for servers, _ in scale]
    medians = [median_of(rounds) for _, rounds in scale]
    peaks = [peak for _, _, _, peak in medians]
    figure, (speed, memory) = pyplot.subplots(1, 2, figsize=(8, 2.8), constrained_layout=True)
    for axes, values, title in (
        (speed, [events / 1e6 for events, *_ in medians], "million events/s"),
        (memory, peaks, "peak memory, MiB"),
    ):
        axes.plot(hosts, values, "o-", color="#222222", markersize=4)
        axes.set_xscale("log")
        axes.set_xlabel("servers")
        axes.set_title(title, loc="left", fontsize=10)
        axes.set_ylim(bottom=0)
    memory.set_yscale("log")
    memory.set_ylim(min(peaks) / 2, 2 * max(peaks))
    save(figure, folder, "scale", (".png",))
