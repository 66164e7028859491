# SPDX-License-Identifier: Apache-2.0
"""The command line these scripts have in common."""

import argparse
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn, TypeVar

from .errors import BadInput

PROGRAM = Path(sys.argv[0]).stem


_R = TypeVar("_R")


class Parser(argparse.ArgumentParser):
    """One line on a mistake, as for a mistake in a file."""

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: None = None
    ) -> argparse.Namespace:  # the overloads are of no use here
        """Options may stand before, after and between the files."""
        return self.parse_intermixed_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        say(f"{message} (--help shows all options)")
        sys.exit(2)


def parser(description: str) -> Parser:
    return Parser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)


def say(message: str) -> None:
    print(f"{PROGRAM}: {' '.join(message.split())}", file=sys.stderr)


def run(action: Callable[[], object], output: Path | None) -> int:
    """Exit code 2 and one line: a mistake of the user's. 1: interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        action()
        return 0
    except BadInput as error:
        say(error.text)
    except BrokenPipeError:  # as `| head` does; nobody reads any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        say(f"{error.filename or output or 'stdout'}: {error.strerror or error}")
    except MemoryError:
        say("out of memory; --limit asks for less")
    except KeyboardInterrupt:
        say("interrupted")
        return 1
    return 2


def as_given(values: Mapping[str, object]) -> str:
    """Options as one would write them, for the provenance."""
    words = []
    for key, value in values.items():
        name = "--" + key.replace("_", "-")
        for one in value if isinstance(value, list) else [value]:
            words.append(name if one is True else f"{name} {shlex.quote(str(one))}")
    return " ".join(words)


def _silence() -> float:
    try:
        return max(float(os.environ["SHARDSIM_PROGRESS_AFTER"]), 0)
    except (KeyError, ValueError):
        return 2


class Progress:
    """Of work that takes more than two seconds (or SHARDSIM_PROGRESS_AFTER says how many), on a terminal. `done` gives the
    share that is done, or None."""

    def __init__(self, done: Callable[[], float | None]) -> None:
        self.done = done
        self.next = time.monotonic() + _silence() if sys.stderr.isatty() else None
        self.width = 0

    def counted(self, records: Iterable[_R]) -> Iterator[_R]:
        """The records, and now and then a word."""
        count = 0
        try:
            for count, record in enumerate(records, 1):
                yield record
                if not count & 4095 and self.next and time.monotonic() > self.next:
                    self.show(count)
        finally:
            if self.width:
                print(f"\r{'':{self.width}}\r", end="", file=sys.stderr, flush=True)

    def show(self, count: int) -> None:
        share = self.done()
        text = f"{PROGRAM}: {count:,} records" + (f", {share:.0%} of the file" if share else "")
        self.width = max(self.width, len(text))
        self.next = time.monotonic() + 0.5
        print(f"\r{text:{self.width}}", end="", file=sys.stderr, flush=True)
