# SPDX-License-Identifier: Apache-2.0
"""One style for all plots: readable in grey, the same bytes for the same data."""

import itertools
import re
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .arrange import Layout, Panel, family

matplotlib.rcParams.update(
    {
        "svg.hashsalt": "shardsim",  # else every run names the SVG's parts anew
        "font.family": "DejaVu Sans",  # comes with matplotlib
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "grid.color": "#dddddd",
        "grid.linewidth": 0.6,
        "hatch.linewidth": 0.6,
        "legend.frameon": False,
    }
)
EDGE = {"edgecolor": "#222222", "linewidth": 0.5}
LABEL_SIZE = 8.5
DOUBTED = {"facecolor": "none", "linestyle": (0, (2, 2)), "linewidth": 1.0}  # a bar that is not to be relied on
WHISKER = {"ecolor": "#222222", "elinewidth": 0.8, "capsize": 1.8, "capthick": 0.8}
SLOT = 0.8  # share of a category's width that its bars fill


# No dates and versions: the same bytes for the same data.
FORMATS = {".svg": {"Date": None}, ".png": {"Software": None}}


def save(figure: Figure, directory: Path, name: str, suffixes: tuple[str, ...] = tuple(FORMATS)) -> list[Path]:
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for suffix in suffixes:
        path = directory / (name + suffix)
        figure.savefig(path, dpi=150, bbox_inches="tight", metadata=FORMATS[suffix])
        written.append(path)
    plt.close(figure)
    return written


def panels(layout: Layout, columns: int = 1, height: float = 2.6, share_x: bool = True) -> tuple[Figure, Any]:
    """A figure with a row of axes for every panel: (figure, axes[row][column])."""
    slot = 0.75 if columns == 1 else 0.48  # inch
    width = min(max(slot * len(layout.categories) * columns, 4.0 * columns), 14.0)
    rows = len(layout.panels)
    figure, axes = plt.subplots(
        rows, columns, figsize=(width, height * rows + 0.5), squeeze=False, sharex=share_x, constrained_layout=True
    )
    for row, panel in zip(axes, layout.panels):
        row[0].set_title(panel.title, loc="left", fontweight="bold", fontsize=10)
    return figure, axes


def column(rows: int, height: float = 3.0) -> tuple[Figure, list[Axes]]:
    """A figure with so many axes, one above the other, that share no axis."""
    figure, axes = plt.subplots(rows, figsize=(6.5, height * rows), squeeze=False, constrained_layout=True)
    return figure, list(axes[:, 0])


def grid(rows: int, columns: int, height: float = 2.4) -> tuple[Figure, Any]:
    """A figure with so many axes in rows and columns, that share no axis: (figure, axes[row][column])."""
    figure, axes = plt.subplots(
        rows, columns, figsize=(3.8 * columns, height * rows), squeeze=False, constrained_layout=True
    )
    return figure, axes


def legend_above(figure: Figure, handles: list[Any], labels: list[str], columns: int = 8) -> None:
    figure.legend(handles, labels, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=min(columns, len(labels)))


def caption_above(figure: Figure, text: str) -> None:
    figure.text(0.5, 1.0, text, ha="center", va="bottom", fontsize=8)


def label_categories(rows: Any, categories: list[str], x_label: str) -> None:
    """Names the slots along x; "nsbp 2", "nsbp 4" become 2 and 4 over one "nsbp"."""
    for axes in rows[-1]:
        slot = slot_width(axes, categories)
        runs = [(_wrapped(name, slot) if len(members) == 1 else name, members) for name, members in _runs(categories)]
        if all(_width(name) < len(members) * slot for name, members in runs):
            _label_runs(axes, runs, categories)
        else:
            axes.set_xticks(range(len(categories)), categories, rotation=40, ha="right", rotation_mode="anchor")
        axes.set_xlabel(x_label)
    for axes in rows.flat:
        axes.set_xlim(-0.5, len(categories) - 0.5)
        axes.tick_params(axis="x", length=0, labelsize=LABEL_SIZE)


def slot_width(axes: Axes, categories: list[str]) -> float:
    """The room of one category, in inches."""
    columns = axes.get_subplotspec().get_gridspec().ncols
    return float(0.9 * axes.get_figure().get_figwidth() / columns / len(categories))


def _width(text: str) -> float:
    """Of the longest line, in inches; about, as the letters of the font differ."""
    return 0.6 * LABEL_SIZE / 72 * max(len(line) for line in text.splitlines())


def _wrapped(name: str, width: float) -> str:
    """In two lines if it is too wide for one and can be parted."""
    parts = re.fullmatch(r"(\S+?[- ])(\S.*)", name)
    return f"{parts[1].rstrip()}\n{parts[2]}" if parts and _width(name) > width else name


def _runs(categories: list[str]) -> list[tuple[str, list[int]]]:
    """Neighbours of one family, as (name, positions); a lone category keeps its full name."""
    runs = []
    for name, members in itertools.groupby(enumerate(categories), key=lambda item: family(item[1])[0]):
        positions = [position for position, _ in members]
        runs.append((name if len(positions) > 1 else categories[positions[0]], positions))
    return runs


def _label_runs(axes: Axes, runs: list[tuple[str, list[int]]], categories: list[str]) -> None:
    ticks = [""] * len(categories)
    for name, positions in runs:
        if len(positions) == 1:
            ticks[positions[0]] = name
            continue
        for position in positions:
            ticks[position] = family(categories[position])[1]
        axes.annotate(
            name, (sum(positions) / len(positions), 0), xycoords=axes.get_xaxis_transform(),
            xytext=(0, -16), textcoords="offset points", ha="center", va="top", fontsize=LABEL_SIZE,
        )  # fmt: skip
    axes.set_xticks(range(len(categories)), ticks)
    one_line = not any("\n" in tick for tick in ticks)
    axes.xaxis.labelpad = 16 if one_line and len(runs) < len(categories) else 8  # room for the families' names


def separate_families(axes: Axes, categories: list[str]) -> None:
    for _, positions in _runs(categories)[1:]:
        axes.axvline(positions[0] - 0.5, color="#aaaaaa", linewidth=0.6, zorder=0)


def note_gaps(axes: Axes, panel: Panel, categories: list[str], reasons: dict[int, str]) -> None:
    """Says in each empty slot why it is empty."""
    for position, category in enumerate(categories):
        index = panel.points.get(category)
        reason = "not run" if index is None else reasons.get(index)
        if reason:
            axes.annotate(
                reason, (position, 0), xytext=(0, 4), textcoords="offset points", rotation=90, ha="center",
                va="bottom", fontsize=7, color="#666666",
            )  # fmt: skip
