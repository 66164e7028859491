# SPDX-License-Identifier: Apache-2.0
from matplotlib import pyplot
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from shardsim_tools.plotting import figure

from ..catalogue import findings
from ..sensitivity import FACTORS, Sensitivity
from ..verdict import Verdict

CAPTION = (
    "What changes with each constant at half (left half of a cell) and half again (right half) its shipped value; "
    "an empty cell: nothing"
)
STYLES: dict[Verdict | None, dict[str, str]] = {
    Verdict.HOLDS: {"facecolor": "#08519c"},
    Verdict.FAILS: {"facecolor": "#fdae6b"},
    Verdict.UNDECIDED: {"facecolor": "#ffffff", "hatch": "//////"},
    None: {"facecolor": "#bbbbbb"},
}
LABELS = {
    Verdict.HOLDS: "now holds", Verdict.FAILS: "no longer holds", Verdict.UNDECIDED: "now undecided",
    None: "cannot be judged: tables do not fit",
}  # fmt: skip
JUDGED: dict[Verdict | None, str] = {Verdict.HOLDS: "holds", Verdict.FAILS: "not", Verdict.UNDECIDED: "?"}


def draw(sensitivity: Sensitivity) -> Figure:
    names, rows = list(findings()), sensitivity.rows
    plot, axes = pyplot.subplots(figsize=(8.2, 0.23 * len(rows) + 1.3), constrained_layout=True)
    used = set()
    for y, row in enumerate(rows):
        for half, change in enumerate(FACTORS):
            for name in sensitivity.flips(row, change) + sensitivity.fades(row, change):
                verdict = row.variants[change].verdicts[name]
                used.add(verdict)
                corner = (names.index(name) - 0.5 + half / 2, y - 0.5)
                axes.add_patch(Rectangle(corner, 0.5, 1, edgecolor="#222222", linewidth=0.5, **STYLES[verdict]))
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xticks(range(len(names)), [f"{name}\n{JUDGED[sensitivity.judged[name]]}" for name in names])
    axes.set_yticks(range(len(rows)), [row.constant.name for row in rows])
    axes.xaxis.tick_top()
    axes.set_xticks([x - 0.5 for x in range(len(names) + 1)], minor=True)
    axes.set_yticks([y - 0.5 for y in range(len(rows) + 1)], minor=True)
    axes.grid(False)
    axes.grid(True, which="minor", axis="both", color="#cccccc")
    axes.tick_params(which="both", length=0, labelsize=figure.LABEL_SIZE)
    handles = [Patch(**STYLES[v], edgecolor="#222222", linewidth=0.5) for v in STYLES if v in used]
    if handles:
        figure.legend_above(plot, handles, [LABELS[v] for v in STYLES if v in used])
    return plot
