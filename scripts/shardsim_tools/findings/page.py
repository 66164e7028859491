# SPDX-License-Identifier: Apache-2.0
"""Writes the page of findings, in Markdown."""

from .catalogue import findings
from .constants import Constant
from .finding import ABSTRACT, Cell, Finding, Outcome
from .pictures import pictures, sensitivity as sensitivity_picture
from .sensitivity import FACTORS, Row, Sensitivity, Variant
from .studies import Studies
from .verdict import Verdict

COMMANDS = """```sh
build/release/shardsim sweep workloads/experiments/paper.json --out out/paper-3
build/release/shardsim sweep workloads/experiments/paper-load.json --out out/load-3
/usr/bin/python3 scripts/paper.py out/paper-3 out/load-3 --out docs
```"""

KNOWN = """Only F2, "+1 % at P99 in the best configuration", is the paper's word (its abstract). The other findings are recalled, not
verified against its text, and the models are synthetic: each verdict says how the simulated system behaves, not whether the paper is
right. Nor are all of them independent checks of the simulator: [below](#what-rests-on-what) is which constants were calibrated to what,
and [which findings hang on them](#sensitivity)."""

READING = """Overheads are relative to the singular server on the same queries and the same random numbers. ± is half of the 95 %
interval, its longer half where they differ; each comparison is at 95 % by itself. **Undecided** is what the sample cannot tell: the
interval of a difference reaches over the limit, or a figure has none. The interval of a difference of overheads is combined as if they
were independent, which they are not (they share baseline and queries), so it is rather too wide. Means of spans and utilisations come
without intervals; theirs is that of quantities that vary among queries by as much as their mean, which is more than they do. In the
tables **bold** figures contradict the finding and figures with a ? are undecided."""

NOT_VARIED = """Not varied: `core.flops` (does what the dense efficiency does), `memory_reserved` (decides only what fits), the models'
dense layers (likewise the dense efficiency), the spread of table sizes, which features are single-valued and which absent (drawn by
`scripts/generate_models.py`)."""


def summary_table(outcomes: dict[str, Outcome]) -> str:
    rows = [
        [name, finding.statement, known(finding), f"**{outcomes[name].verdict.value}**", outcomes[name].summary]
        for name, finding in findings().items()
    ]
    return table(["", "finding", "known", "verdict", "figures"], rows)


def known(finding: Finding) -> str:
    return finding.known if finding.known != ABSTRACT else f"**{ABSTRACT}**"


def table(head: list[str], rows: list[list[str]], left: int = 99) -> str:
    """The first `left` columns left-aligned, the others right."""
    rule = ["---" if i < left else "---:" for i in range(len(head))]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *rows])


def page(
    studies: Studies, outcomes: dict[str, Outcome], constants: list[Constant], sensitivity: Sensitivity | None
) -> str:
    parts = [
        "# The paper's findings",
        "<!-- Written by scripts/paper.py: edit that. -->",
        'Lui et al., "Understanding Capacity-Driven Scale-Out Neural Recommendation Inference" (arXiv 2011.02084), against the '
        f"simulation of it, {queries_of(studies)} queries a configuration. This writes the page and its pictures:",
        COMMANDS,
        KNOWN,
        summary_table(outcomes),
        READING,
    ]
    if not studies.serial.sweep.has_intervals:
        parts.append("These sweeps came without intervals: their figures are taken as exact.")
    shown: dict[str, str] = {}  # picture -> the finding it is under
    for name, finding in findings().items():
        parts += section(name, finding, outcomes[name], shown)
    parts += ["## What rests on what", *dependence(constants)]
    if sensitivity:
        parts += ["## Sensitivity", *sensitivity_section(sensitivity)]
    return "\n\n".join(parts) + "\n"


def queries_of(studies: Studies) -> str:
    counts = {
        f"{int(n):,}" for study in (studies.serial, studies.load) for n in study.sweep.frame["completed"] if n > 0
    }
    return " or ".join(sorted(counts))


def section(name: str, finding: Finding, outcome: Outcome, shown: dict[str, str]) -> list[str]:
    parts = [
        f"## {name}: {finding.statement}",
        f"Known: {known(finding)}. Criterion: {finding.criterion}. Verdict: **{outcome.verdict.value}** ({outcome.summary})."
        + (f" {finding.calibration}" if finding.calibration else ""),
    ]
    if reason := finding.reasons.get(outcome.verdict):
        parts.append(f"Why: {reason}")
    unit = f"In {outcome.unit}:" if outcome.unit else ""
    body = [[cell_text(cell) for cell in row] for row in outcome.rows]
    parts += [*([unit] if unit else []), table(outcome.head, body, left=1)]
    if finding.picture in shown:
        parts.append(f"Picture: under [{shown[finding.picture]}](#{anchor(shown[finding.picture])}).")
    else:
        shown[finding.picture] = name
        caption = pictures()[finding.picture].CAPTION
        parts += [f"![{caption}](../images/paper-{finding.picture}.png)", f"*{caption}.*"]
    return parts


def anchor(name: str) -> str:
    """As common renderers make it of a heading."""
    heading = f"{name}: {findings()[name].statement}".lower()
    return "".join(c for c in heading.replace(" ", "-") if c.isalnum() or c in "-_")


def cell_text(cell: Cell) -> str:
    marks = {Verdict.FAILS: "**{}**", Verdict.UNDECIDED: "{} ?"}
    return marks.get(cell.verdict, "{}").format(cell.text)


def dependence(constants: list[Constant]) -> list[str]:
    calibrated = [f"- {name}: {finding.calibration}" for name, finding in findings().items() if finding.calibration]
    rows = [[c.name, c.shipped, c.known] for c in constants]
    return [
        "Recalled of the paper, and taken as they are: number of cores, memory and network card of SC-Large; sizes, tables and nets of the "
        "models; the share of operator time in sparse operators; 25 queries a second.",
        "\n".join(calibrated),
        "These constants are not the paper's word:",
        table(["constant", "shipped", "known"], rows),
    ]


def sensitivity_section(sensitivity: Sensitivity) -> list[str]:
    changes = [
        [row.constant.name, row.constant.shipped, *(changes_text(sensitivity, row, change) for change in FACTORS)]
        for row in sensitivity.rows
    ]
    tails = [[row.constant.name, *(tail_text(row.variants[change]) for change in FACTORS)] for row in sensitivity.rows]
    caption = sensitivity_picture.CAPTION
    return [
        f"Each constant at half and half again its shipped value, all else as shipped, {sensitivity.queries:,} queries a configuration: "
        "which findings are judged otherwise than above. **Bold**: the finding flips, from one side to the other. *Undecided*: it goes into "
        "the noise, though with the shipped constants as many queries decide it.",
        table(["constant", "shipped", *FACTORS], changes),
        f"![{caption}](../images/paper-sensitivity.png)",
        f"*{caption}. Under each finding's number, its verdict above.*",
        *reading(sensitivity),
        "F2's figure moves more than its verdict says. Best P99 overhead of drm1 / drm2 / drm3, in %; as shipped, with as many queries, "
        f"{tail_text(sensitivity.shipped)}, known {known_to(sensitivity.shipped)}; over all changes {ranges(sensitivity)}:",
        table(["constant", *FACTORS], tails, left=1),
        NOT_VARIED,
    ]


def changes_text(sensitivity: Sensitivity, row: Row, change: str) -> str:
    verdicts = row.variants[change].verdicts
    texts = [
        f"**{n} {verdicts[n].value}**" if verdicts[n] else f"{n} cannot be judged"
        for n in sensitivity.flips(row, change)
    ]
    return ", ".join(texts + [f"*{name} undecided*" for name in sensitivity.fades(row, change)]) or "–"


def tail_text(variant: Variant) -> str:
    return (
        " / ".join(f"{100 * overhead.value:+.1f}" for overhead in variant.best_p99.values())
        if variant.best_p99
        else "–"
    )


def known_to(variant: Variant) -> str:
    reaches = [100 * overhead.reach for overhead in (variant.best_p99 or {}).values() if not overhead.doubt]
    return f"to ±{max(reaches):.1f} points" if reaches else "without an interval"


def ranges(sensitivity: Sensitivity) -> str:
    tails = [v.best_p99 for row in sensitivity.rows for v in row.variants.values() if v.best_p99]
    values = {model: [100 * tail[model].value for tail in tails] for model in (tails[0] if tails else ())}
    return ", ".join(f"{model} from {min(some):+.1f} to {max(some):+.1f}" for model, some in values.items())


def reading(sensitivity: Sensitivity) -> list[str]:
    """What the table comes to, by finding and by constant."""
    causes: dict[str, list[str]] = {name: [] for name in findings()}
    for row in sensitivity.rows:
        for change in FACTORS:
            for name in sensitivity.flips(row, change):
                if row.variants[change].verdicts[name]:
                    causes[name].append(f"{row.constant.name} {change}")
    firm = {v: [n for n, some in causes.items() if not some and sensitivity.judged[n] is v] for v in Verdict}
    quiet = [
        row.constant.name
        for row in sensitivity.rows
        if not any(sensitivity.flips(row, c) + sensitivity.fades(row, c) for c in FACTORS)
    ]
    lines = []
    if names := firm[Verdict.HOLDS]:
        lines.append(f"- Hold whichever is changed, or go into the noise: {', '.join(names)}.")
    if names := firm[Verdict.FAILS]:
        lines.append(f"- Do not hold whichever is changed, or go into the noise: {', '.join(names)}.")
    lines += [
        f"- {name} ({sensitivity.judged[name].value}) flips with {'; '.join(some)}."
        for name, some in causes.items()
        if some
    ]
    if quiet:
        lines.append(f"- {len(quiet)} of {len(sensitivity.rows)} constants change no verdict: {'; '.join(quiet)}.")
    return ["\n".join(lines)]
