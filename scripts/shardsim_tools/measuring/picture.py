# SPDX-License-Identifier: Apache-2.0
"""Each fit, and what it leaves."""

from pathlib import Path
from typing import Any

from .fits import Line, Point
from .platform import Figures


def draw(found: Figures, file: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    fits: dict[str, tuple[str, Line, float]] = {
        "lookup, 2 GiB table": ("bytes of a row", found.lookup, 1),
        "lookup of 128 B, by bags": ("bags a lookup", found.pooling, 1),
        **{f"three layers of {w}": ("rows of the batch", line, 1e3) for w, line in found.dense.items()},
        "RPC, both ends' CPU": ("bytes of the request", found.rpc_asked, 1e3),
        "RPC, both ends' CPU, the other way": ("bytes of the response", found.rpc_answered, 1e3),
    }
    figure, axes = pyplot.subplots(2, len(fits), figsize=(4.2 * len(fits), 6), height_ratios=[3, 1], sharex="col")
    for column, (title, (label, line, unit)) in enumerate(fits.items()):
        curve(axes[0][column], title, line, unit)
        residuals(axes[1][column], label, line)
    figure.tight_layout()
    figure.savefig(file)
    pyplot.close(figure)


def shown(x: float) -> float:
    """Where an empty message is on an axis of powers."""
    return x or 0.5


def curve(axes: Any, title: str, line: Line, unit: float) -> None:
    xs = [shown(p.x) for p in line.points]
    ys = [p.y / unit for p in line.points]
    errors = [[(p.y - p.low) / unit for p in line.points], [(p.high - p.y) / unit for p in line.points]]
    axes.errorbar(xs, ys, errors, fmt="o", color="#1f6f8b", capsize=3, label="measured: median, all repetitions")
    axes.plot(sorted(xs), [line.at(x) / unit for x in sorted(p.x for p in line.points)], color="#d1495b", label="fit")
    axes.set(title=title, xscale="log", yscale="log", ylabel="ns" if unit == 1 else "us")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, fontsize=8)


def residuals(axes: Any, label: str, line: Line) -> None:
    points: list[Point] = list(line.points)
    axes.bar([shown(p.x) for p in points], [100 * line.residual(p) for p in points], [0.3 * shown(p.x) for p in points])
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set(xlabel=label, ylabel="fit less measured, %")
    axes.grid(alpha=0.3)
