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

KNOWN = """Only F2, "+1 % at P99 in the best configuration", is the paper's own text (its abstract). The other findings are recalled, and not
checked against its text. The models are synthetic. So a verdict says how the simulated system behaves, not whether the paper is right.
Not all verdicts are independent checks of the simulator: [below](#what-rests-on-what) it says which constants were calibrated to what,
and [which findings depend on them](#sensitivity)."""

READING = """Overheads are relative to the singular server with the same queries and the same random numbers. ± is half of the 95 %
interval, or its longer half. Each comparison by itself is at 95 %. **Undecided** means that the sample cannot tell: the interval of a
difference contains the limit, or a figure has no interval. The interval of a difference of overheads is computed as if the two were
independent. They are not (they share baseline and queries), so the interval is too wide rather than too narrow. Means of spans and
utilisations have no intervals of their own. They get the interval of a quantity whose standard deviation among queries is its mean; the
real one is smaller. In the tables **bold** figures contradict the finding, and figures with a ? are undecided."""

NOT_VARIED = """Not varied: `core.flops` (has the same effect as the dense efficiency), `memory_reserved` (decides only what fits), the models'
dense layers (same effect as the dense efficiency), the spread of table sizes, and which features are single-valued or absent (drawn by
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
        (
            'Lui et al., "Understanding Capacity-Driven Scale-Out Neural Recommendation Inference" (arXiv 2011.02084),'
            f" compared with a simulation of their experiment, {queries_of(studies)} queries per configuration. These"
            " commands write the page and its pictures:"
        ),
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
        f"Known: {known(finding)}. Criterion: {finding.criterion}. Verdict: **{outcome.verdict.value}**"
        f" ({outcome.summary})." + (f" {finding.calibration}" if finding.calibration else ""),
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
    marks: dict[Verdict | None, str] = {Verdict.FAILS: "**{}**", Verdict.UNDECIDED: "{} ?"}
    return marks.get(cell.verdict, "{}").format(cell.text)


def dependence(constants: list[Constant]) -> list[str]:
    calibrated = [f"- {name}: {finding.calibration}" for name, finding in findings().items() if finding.calibration]
    rows = [[c.name, c.shipped, c.known] for c in constants]
    return [
        (
            "Recalled from the paper, and used unchanged: number of cores, memory and NIC of SC-Large; sizes, tables"
            " and nets of the models; the share of operator time in sparse operators; 25 queries a second."
        ),
        "\n".join(calibrated),
        "These constants are not from the paper:",
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
        (
            "Each constant was halved, and made half again as large, with all else as shipped and"
            f" {sensitivity.queries:,} queries per configuration. The table shows which verdicts differ from those"
            " above. **Bold**: the finding changes from one side to the other. *Undecided*: the difference is lost in"
            " the noise, although with the shipped constants the same number of queries decides it."
        ),
        table(["constant", "shipped", *FACTORS], changes),
        f"![{caption}](../images/paper-sensitivity.png)",
        f"*{caption}. Under each finding's number, its verdict above.*",
        *reading(sensitivity),
        (
            "F2's figure changes more than its verdict shows. The table has the best P99 overhead of drm1 / drm2 /"
            " drm3, in %. With the shipped constants and the same number of queries it is"
            f" {tail_text(sensitivity.shipped)}, known {known_to(sensitivity.shipped)}; over all changes"
            f" {ranges(sensitivity)}:"
        ),
        table(["constant", *FACTORS], tails, left=1),
        NOT_VARIED,
    ]


def changes_text(sensitivity: Sensitivity, row: Row, change: str) -> str:
    verdicts = row.variants[change].verdicts
    texts = [
        f"**{n} {verdict.value}**" if (verdict := verdicts[n]) else f"{n} cannot be judged"
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
        lines.append(f"- Whichever constant is changed, these hold or become undecided: {', '.join(names)}.")
    if names := firm[Verdict.FAILS]:
        lines.append(f"- Whichever constant is changed, these do not hold or become undecided: {', '.join(names)}.")
    lines += [
        f"- {name} ({verdict.value if (verdict := sensitivity.judged[name]) else 'not judged'}) flips with"
        f" {'; '.join(some)}."
        for name, some in causes.items()
        if some
    ]
    if quiet:
        lines.append(f"- {len(quiet)} of {len(sensitivity.rows)} constants change no verdict: {'; '.join(quiet)}.")
    return ["\n".join(lines)]
