#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Does the scheduling experiment of DeepRecSys again: QPS within a p95 target for batches that are static, climbed, climbed
with an accelerator for large queries, and best of all; and what their control loop would report.

Prints the table of models; with --out, writes DIR/validation/deeprecsys.md. What has been run is kept in --cache, and not run
again.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from shardsim_tools import files
from shardsim_tools.checkout import PROGRAM, ROOT
from shardsim_tools.deeprecsys import page
from shardsim_tools.deeprecsys.control_loop import Loop
from shardsim_tools.deeprecsys.study import ARRIVALS, SIZES, TARGETS_MS, Case, Runner
from shardsim_tools.plotting import command

LEVELS = (0.5, 1.0, 1.5)  # of the targets, recalled as the paper's three
REPETITIONS = 100


def study(options: argparse.Namespace) -> None:
    runner = Runner(options.shardsim, options.cache, options.jobs, options.longest)
    chosen = options.model or list(TARGETS_MS)
    models = {}
    for model in chosen:
        case = Case(model, TARGETS_MS[model])
        models[case] = runner.found(case)
        print(page.row(case, models[case]), flush=True)
    if not options.out:
        return
    wnd = TARGETS_MS["wnd"]
    cases = [Case("wnd", level * wnd) for level in LEVELS]
    cases += [Case("wnd", wnd, sizes, arrivals) for sizes in SIZES for arrivals in ARRIVALS]
    varied = {case: runner.found(case) for case in dict.fromkeys(cases)}
    theirs = Case("wnd", wnd, "MLPerf's", "integer gaps")  # whose rate lies within their grid
    loop = Loop(target_ms=wnd)
    text = page.loop_text(theirs, loop, runner.loop_reports(theirs, loop, REPETITIONS), varied[theirs].static)
    target = options.out / "validation" / "deeprecsys.md"
    files.write_text(target, page.page(models, varied, text))
    picture = options.out / "images" / "tune-deeprecsys.png"
    draw(runner.folder(Case("wnd", wnd), "halving"), picture)
    command.report_written([target, picture])


def draw(tuned: Path, picture: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, str(ROOT / "scripts" / "plot_tune.py"), str(tuned), "--out", folder]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        picture.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(folder) / "tune.png", picture)


def main() -> int:
    parser = command.bare_parser(__doc__, "scripts/deeprecsys.py --model wnd")
    parser.add_argument("--model", action="append", choices=list(TARGETS_MS), help="only this; may be repeated")
    parser.add_argument("--out", metavar="DIR", type=Path, help="write DIR/validation/deeprecsys.md")
    parser.add_argument(
        "--longest", metavar="N", type=command.at_least_one, default=100_000,
        help="queries of the longest sample (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--jobs", metavar="N", type=command.at_least_one, default=2, help="runs at a time")
    parser.add_argument(
        "--cache", metavar="DIR", type=Path, default=ROOT / "out" / "deeprecsys", help="default: out/deeprecsys"
    )
    parser.add_argument(
        "--shardsim", metavar="PATH", type=Path, default=PROGRAM, help="the program (default: build/release/shardsim)"
    )
    options = parser.parse_args()
    return command.run_bare(lambda: study(options))


if __name__ == "__main__":
    sys.exit(main())
