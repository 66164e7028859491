#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Judges the findings of Lui et al. 2020 (arXiv 2011.02084) on the results of the two paper experiments.

Prints a table of verdicts; with --out, writes the page of findings and its pictures, for which it also runs both experiments
with each constant halved and half again as large. What has been run is kept in --cache and not run again. Exits with 0 whatever
holds: the verdicts are the result.
"""

import argparse
import sys
import time
from pathlib import Path

from shardsim_tools import files
from shardsim_tools.checkout import PROGRAM, ROOT
from shardsim_tools.findings import page, runs
from shardsim_tools.findings.catalogue import findings
from shardsim_tools.findings.constants import read_constants
from shardsim_tools.findings.pictures import pictures, sensitivity as sensitivity_picture
from shardsim_tools.findings.sensitivity import Sensitivity, study
from shardsim_tools.findings.studies import Studies
from shardsim_tools.plotting import command, figure
from shardsim_tools.plotting.sweep import SweepError, load


def judge(options: argparse.Namespace) -> None:
    studies = Studies.of(load(options.serial), load(options.load))
    outcomes = {name: finding.judge(studies) for name, finding in findings().items()}
    if not options.out:
        print(page.summary_table(outcomes))
        return
    constants = [constant for constant in read_constants() if options.only in constant.name]
    if not constants:
        raise SweepError(f"--only: no constant's name holds {options.only!r}")
    sensitivity = None
    if not options.no_sensitivity:
        runner = runs.Runner(options.shardsim, options.cache, options.queries, options.jobs)
        judged = {name: outcome.verdict for name, outcome in outcomes.items()}
        sensitivity = study(runner, constants, judged, Progress())
    written = write_pictures(options.out / "images", studies, sensitivity)
    target = options.out / "validation" / "paper.md"
    files.write_text(target, page.page(studies, outcomes, constants, sensitivity))
    command.report_written([target, *written])


def write_pictures(folder: Path, studies: Studies, sensitivity: Sensitivity | None) -> list[Path]:
    drawn = {name: picture.draw(studies) for name, picture in pictures().items()}
    if sensitivity:
        drawn["sensitivity"] = sensitivity_picture.draw(sensitivity)
    return [path for name, plot in drawn.items() for path in figure.save(plot, folder, f"paper-{name}", (".png",))]


class Progress:
    """A line on the terminal: what is run, how much is done, how long the rest takes."""

    def __init__(self) -> None:
        self.start = time.monotonic()

    def __call__(self, done: int, total: int, what: str) -> None:
        if not sys.stderr.isatty():
            return
        elapsed = time.monotonic() - self.start
        left = f", {elapsed * (total - done) / done:.0f} s left" if done else ""
        print(f"\r\033[Ksensitivity {done} of {total} ({what}){left}", end="", file=sys.stderr, flush=True)
        if done == total - 1:
            print(file=sys.stderr)


def main() -> int:
    parser = command.bare_parser(__doc__, "scripts/paper.py out/paper out/load --out docs")
    parser.add_argument("serial", metavar="SERIAL", type=Path, help="results of workloads/experiments/paper.json")
    parser.add_argument("load", metavar="LOAD", type=Path, help="results of workloads/experiments/paper-load.json")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="write DIR/validation/paper.md and DIR/images/paper-*.png"
    )
    parser.add_argument("--no-sensitivity", action="store_true", help="run nothing, and leave that section out")
    parser.add_argument(
        "--queries", metavar="N", type=command.at_least_one, default=4000,
        help="queries of each run with a constant changed (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--only", metavar="TEXT", default="", help="only the constants whose name holds this")
    parser.add_argument(
        "--jobs", metavar="N", type=command.at_least_one, default=runs.default_jobs(), help="points at a time"
    )
    parser.add_argument(
        "--cache", metavar="DIR", type=Path, default=ROOT / "out" / "findings", help="default: out/findings"
    )
    parser.add_argument(
        "--shardsim", metavar="PATH", type=Path, default=PROGRAM,
        help="the program (default: build/release/shardsim)",
    )  # fmt: skip
    options = parser.parse_args()
    return command.run_bare(lambda: judge(options))


if __name__ == "__main__":
    sys.exit(main())
