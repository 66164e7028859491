# SPDX-License-Identifier: Apache-2.0
"""Lays a sweep's points out: which axes make the panels, which the categories along x, which are fixed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas

from .sweep import Sweep, SweepError

JOIN = " · "
MOST_PANELS = 60  # more make a picture nobody reads, and soon one that cannot be written


@dataclass
class Panel:
    title: str
    points: dict[str, int]  # category -> the point's number


@dataclass
class Layout:
    panels: list[Panel]
    categories: list[str]  # along x, the same for every panel; in the order of the sweep
    x_label: str

    def drop_categories(self, points: set[int]) -> None:
        """Leaves out the categories that hold none but these points."""
        kept = {c for panel in self.panels for c, index in panel.points.items() if index not in points}
        self.categories = [category for category in self.categories if category in kept]


def arrange(sweep: Sweep, group: list[str], x: list[str], where: dict[str, str]) -> Layout:
    """A panel for each value of the axes `group`; along x the values of the axes `x`; only points that match `where`.

    If not told, the axes of the baseline are compared along x, and each combination of the others has its panel.
    """
    for axis in [*group, *x, *where]:
        if axis not in sweep.axes:
            raise SweepError(f"the sweep has no axis {axis!r}; its axes are {', '.join(sweep.axes)}")
    frame = select(sweep, where)
    varying = [axis for axis in sweep.axes if frame[axis].nunique() > 1]
    if not x:
        free = [axis for axis in varying if axis not in group] or [axis for axis in sweep.axes if axis not in group]
        x = [axis for axis in free if group or axis in sweep.baseline] or free[-1:] or group
    if not group:
        group = [axis for axis in varying if axis not in x]
    _refuse_overlap(frame, [axis for axis in varying if axis not in group and axis not in x])

    panels: dict[str, Panel] = {}
    categories: dict[str, None] = {}  # a set that keeps its order
    for index, row in frame.iterrows():
        title, category = JOIN.join(row[group]), JOIN.join(row[x])
        panels.setdefault(title, Panel(title, {})).points[category] = index
        categories[category] = None
    if len(panels) > MOST_PANELS:
        raise SweepError(f"one panel for each {JOIN.join(group)} would make {len(panels)}; choose some with --where")
    return Layout(list(panels.values()), list(categories), JOIN.join(x))


def select(sweep: Sweep, where: dict[str, str]) -> pandas.DataFrame:
    frame = sweep.frame
    for axis, value in where.items():
        if value not in set(sweep.frame[axis]):
            raise SweepError(f"{axis} is never {value!r}; it is one of: {', '.join(sweep.frame[axis].unique())}")
        frame = frame[frame[axis] == value]
    if frame.empty:
        raise SweepError("no point matches all of --where")
    return frame


def _refuse_overlap(frame: pandas.DataFrame, left_over: list[str]) -> None:
    if left_over:
        axis = left_over[0]
        raise SweepError(
            f"axis {axis!r} has several values that would be drawn over each other; "
            f"add it to --group or --x, or choose one: --where '{axis}={frame[axis].iloc[0]}'"
        )


def skipped(sweep: Sweep, layout: Layout, drawable: set[str]) -> dict[int, str]:
    """The points not to be drawn, with why."""
    return {
        index: sweep.verdict(index)
        for panel in layout.panels
        for index in panel.points.values()
        if sweep.verdict(index) not in drawable
    }


def family(category: str) -> tuple[str, str]:
    """Splits "nsbp 4" in ("nsbp", "4"): the categories of a family differ in a trailing number only."""
    match = re.fullmatch(r"(.*\S)\s+(\d+)", category)
    return (match[1], match[2]) if match else (category, "")


def parts(frame: pandas.DataFrame, axis: str | None) -> Iterator[tuple[str, pandas.DataFrame]]:
    """The points of each value of an axis, with its name; all of them, without one, where there is no axis."""
    if axis is None:
        yield "", frame
    else:
        for value in frame[axis].unique():
            yield f"{axis} {value}", frame[frame[axis] == value]
