# SPDX-License-Identifier: Apache-2.0
"""Times of arrival that a source does not give."""

import math
import random
from collections.abc import Iterable, Iterator
from fractions import Fraction

from .values import SECOND


def _gap(generator: random.Random) -> float:
    """Exponential with mean 1."""
    return -math.log(1.0 - generator.random())


def deterministic(rate: Fraction) -> Iterator[int]:
    """Picoseconds, `rate` a second, evenly."""
    step = SECOND / rate
    count = 0
    while True:
        yield (2 * count * step.numerator + step.denominator) // (2 * step.denominator)
        count += 1


def poisson(rate: Fraction, seed: int) -> Iterator[int]:
    generator = random.Random(seed)
    scale = float(SECOND / rate)
    total = 0.0
    while True:
        total += _gap(generator)
        yield round(total * scale)


def counted(pieces: Iterable[tuple[int, int, float]], seed: int) -> Iterator[int]:
    """As many arrivals on each piece as are expected there, at independent times that are uniform in it; what is not whole
    is carried to the next. In order, of n numbers that are uniform above a place the least leaves the share U^(1/n)."""
    generator = random.Random(seed)
    owed = 0.0
    for start, length, expected in pieces:
        owed += expected
        left = math.floor(owed + 1e-9)
        owed -= left
        place = 0.0
        for n in range(left, 0, -1):
            place += (1 - place) * -math.expm1(math.log(1.0 - generator.random()) / n)
            yield start + min(length, round(place * length))


def piecewise(pieces: Iterable[tuple[int, int, float]], seed: int) -> Iterator[int]:
    """A Poisson process whose rate is constant on each piece (start, length, expected arrivals), times in picoseconds.

    Exact: the n-th arrival is where the integral of the rate reaches the sum of n exponential draws.
    """
    generator = random.Random(seed)
    wanted = _gap(generator)
    for start, length, expected in pieces:
        while wanted <= expected:
            yield start + min(length, round(wanted / expected * length))
            wanted += _gap(generator)
        wanted -= expected
