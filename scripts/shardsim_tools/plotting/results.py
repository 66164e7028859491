# SPDX-License-Identifier: Apache-2.0
"""Results of runs: those of a sweep's points, or one that `shardsim run` wrote."""

from pathlib import Path

from .arrange import JOIN, select
from .sweep import Result, SweepError, load, load_result

DRAWABLE = {"stable", "saturated", "failing", "interrupted"}


def results_of(path: Path, where: dict[str, str]) -> tuple[dict[str, Result], dict[str, str]]:
    """({title: result}, {title: why the point has none}); a single result has no title."""
    if path.is_file() or (path / "result.json").is_file():
        if where:
            raise SweepError(f"{path}: --where chooses points of a sweep, and this is one result")
        return {"": load_result(path if path.is_file() else path / "result.json")}, {}
    sweep = load(path)
    frame = select(sweep, where)
    varying = [axis for axis in sweep.axes if frame[axis].nunique() > 1] or sweep.axes
    results, reasons = {}, {}
    for index, row in frame.iterrows():
        title = JOIN.join(row[varying])
        if sweep.verdict(index) in DRAWABLE and sweep.points[index].get("result"):  # the interrupted one may have none
            results[title] = sweep.result(index)
        else:
            reasons[title] = sweep.verdict(index)
    return results, reasons


def plots_beside(path: Path) -> Path:
    """Where the plots of a sweep or a result go, unless told."""
    return (path.parent if path.is_file() else path) / "plots"
