# SPDX-License-Identifier: Apache-2.0
"""Which step of a measurement runs, and how long the rest will take."""
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

Step = TypeVar("Step")


def say(text: str) -> None:
    if sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)


def steps(part: str, rounds: int, names: dict[str, Step]) -> Iterator[tuple[str, Step]]:
    """All steps by turns, `rounds` times; what remains is guessed from what the same steps took before."""
    took: dict[str, float] = {}
    plan: Sequence[str] = list(names) * rounds
    for done, name in enumerate(plan):
        known = statistics.mean(took.values()) if took else 0.0
        left = sum(took.get(step, known) for step in plan[done:])
        rest = f", {duration(left)} left" if took else ""
        say(f"{part} {done + 1}/{len(plan)}{rest}: {name}")
        start = time.perf_counter()
        yield name, names[name]
        took[name] = time.perf_counter() - start


def duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds > 90 else f"{seconds:.0f} s"
