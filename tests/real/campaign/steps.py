# SPDX-License-Identifier: Apache-2.0
"""Which step runs, and how long the rest will take; on a terminal."""

import sys
import time
from collections.abc import Iterator
from typing import TypeVar

Step = TypeVar("Step")


def say(text: str) -> None:
    if sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)


def steps(doing: str, rounds: int, names: dict[str, Step]) -> Iterator[tuple[int, str, Step]]:
    """All of them by turns, `rounds` times."""
    began = time.monotonic()
    total = rounds * len(names)
    for done in range(total):
        number, name = done // len(names), list(names)[done % len(names)]
        left = (time.monotonic() - began) * (total - done) / done if done else 0
        say(f"{doing} {done + 1}/{total}{f', {left / 60:.0f} min left' if done else ''}: {name}")
        yield number, name, names[name]
