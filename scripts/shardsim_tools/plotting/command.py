# SPDX-License-Identifier: Apache-2.0
"""The command line every plot script has."""

import argparse
import sys
from pathlib import Path
from typing import Callable

from .arrange import Layout, arrange
from .sweep import Sweep, SweepError, load


def bare_parser(description: str, example: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        description=description, epilog=f"example: {example}", formatter_class=argparse.RawDescriptionHelpFormatter
    )


def parser(
    description: str, example: str, source: str = "the directory `shardsim sweep --out` wrote"
) -> argparse.ArgumentParser:
    result = bare_parser(description, example)
    result.add_argument("sweep", metavar="OUT_DIR", type=Path, help=source)
    add_where(result)
    return result


def add_where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--where", metavar="AXIS=VALUE", action="append", default=[], type=_assignment, help="only these points"
    )


def plot_parser(description: str, example: str) -> argparse.ArgumentParser:
    result = parser(description, example)
    add_out(result)
    for option, text in (
        ("--group", "one panel for each value of this axis of the sweep; repeat to combine several"),
        ("--x", "the axis compared within a panel (default: the baseline's); repeat to combine several"),
    ):
        result.add_argument(option, metavar="AXIS", action="append", default=[], help=text)
    return result


def add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", metavar="DIR", type=Path, help="where the plots go (default: OUT_DIR/plots)")


def at_least_one(text: str) -> int:
    """A type of argparse."""
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def _assignment(text: str) -> tuple[str, str]:
    axis, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not AXIS=VALUE")
    return axis, value


def run(options: argparse.Namespace, action: Callable[[argparse.Namespace, Sweep], None]) -> int:
    return run_bare(lambda: action(options, load(options.sweep)))


def run_bare(action: Callable[[], None]) -> int:
    """Does the work; a mistake of the user's is one line on stderr and exit code 2."""
    try:
        action()
        return 0
    except SweepError as error:
        message = str(error)
    except OSError as error:
        message = f"{error.filename}: {error.strerror}"
    say(f"error: {message}")
    return 2


def layout_of(options: argparse.Namespace, sweep: Sweep) -> Layout:
    return arrange(sweep, options.group, options.x, dict(options.where))


def report_skipped(sweep: Sweep, reasons: dict[int, str]) -> None:
    if reasons:
        names = (f"{' '.join(sweep.frame.loc[index, sweep.axes])} ({reason})" for index, reason in reasons.items())
        say(f"skipped {len(reasons)} of {len(sweep.frame)} points: {', '.join(names)}")


def say(message: str) -> None:
    print(f"{Path(sys.argv[0]).stem}: {message}", file=sys.stderr)


def report_written(paths: list[Path]) -> None:
    for path in paths:
        print(path)


def output_directory(options: argparse.Namespace) -> Path:
    given: Path | None = options.out
    return given or Path(options.sweep) / "plots"
