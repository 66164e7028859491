# SPDX-License-Identifier: Apache-2.0
"""The command line every plot script has."""

import argparse
import sys
from pathlib import Path
from typing import Callable

from .arrange import Layout, arrange
from .sweep import Sweep, SweepError, load


def parser(description: str, example: str) -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        description=description, epilog=f"example: {example}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    result.add_argument("sweep", metavar="OUT_DIR", type=Path, help="the directory `shardsim sweep --out` wrote")
    result.add_argument(
        "--where", metavar="AXIS=VALUE", action="append", default=[], type=_assignment, help="only these points"
    )
    return result


def plot_parser(description: str, example: str) -> argparse.ArgumentParser:
    result = parser(description, example)
    result.add_argument("--out", metavar="DIR", type=Path, help="where the plots go (default: OUT_DIR/plots)")
    for option, text in (
        ("--group", "one panel for each value of this axis of the sweep; repeat to combine several"),
        ("--x", "the axis compared within a panel (default: the baseline's); repeat to combine several"),
    ):
        result.add_argument(option, metavar="AXIS", action="append", default=[], help=text)
    return result


def _assignment(text: str) -> tuple[str, str]:
    axis, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not AXIS=VALUE")
    return axis, value


def run(options: argparse.Namespace, action: Callable[[argparse.Namespace, Sweep], None]) -> int:
    """Does the work; a mistake of the user's is one line on stderr and exit code 2."""
    try:
        action(options, load(options.sweep))
        return 0
    except SweepError as error:
        message = str(error)
    except OSError as error:
        message = f"{error.filename}: {error.strerror}"
    _say(f"error: {message}")
    return 2


def layout_of(options: argparse.Namespace, sweep: Sweep) -> Layout:
    return arrange(sweep, options.group, options.x, dict(options.where))


def report_skipped(sweep: Sweep, reasons: dict[int, str]) -> None:
    if reasons:
        names = (f"{' '.join(sweep.frame.loc[index, sweep.axes])} ({reason})" for index, reason in reasons.items())
        _say(f"skipped {len(reasons)} of {len(sweep.frame)} points: {', '.join(names)}")


def _say(message: str) -> None:
    print(f"{Path(sys.argv[0]).stem}: {message}", file=sys.stderr)


def report_written(paths: list[Path]) -> None:
    for path in paths:
        print(path)


def output_directory(options: argparse.Namespace) -> Path:
    return options.out or options.sweep / "plots"
