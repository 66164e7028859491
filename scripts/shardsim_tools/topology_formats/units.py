# SPDX-License-Identifier: Apache-2.0
"""Quantities: exact decimals inside (bytes per second, seconds), texts with units outside."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from .source import BadInput

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
UNLIMITED = "unlimited"
LONGEST = Decimal(10) ** 6  # seconds; a longer latency is a mistake of units
FASTEST = Decimal(10) ** 18  # bytes per second; likewise

_BYTES = {"B/s": 1, "kB/s": 10**3, "MB/s": 10**6, "GB/s": 10**9}
_BITS = {"bps": 1, "kbps": 10**3, "Mbps": 10**6, "Gbps": 10**9, "Tbps": 10**12}
BANDWIDTH = {u: Decimal(f) for u, f in _BYTES.items()} | {u: Decimal(f) / 8 for u, f in _BITS.items()}
LATENCY = {u: Decimal(f) for u, f in (("s", "1"), ("ms", "1e-3"), ("us", "1e-6"), ("ns", "1e-9"), ("ps", "1e-12"))}


def number(text: str, line: int | None, what: str) -> Decimal:
    """A finite decimal; written out so that neither 'nan' nor '1_000' passes."""
    if not NUMBER.fullmatch(text.strip()):
        raise BadInput(line, f"{what} is {text.strip()[:60]!r}; a number is wanted")
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        raise BadInput(line, f"{what} is {text.strip()[:60]!r}; a number is wanted") from None


def count(text: object, line: int | None, what: str, least: int = 0, most: int = 10**9) -> int:
    if not re.fullmatch(r"\d{1,18}", str(text).strip()) or not least <= int(str(text)) <= most:
        raise BadInput(line, f"{what} is {str(text).strip()[:60]!r}; a whole number from {least} to {most} is wanted")
    return int(str(text))


def split(text: str, line: int | None, what: str) -> tuple[Decimal, str]:
    """("41.5 MBps") -> (41.5, "MBps"); the unit is empty when there is none."""
    match = NUMBER.match(text.strip())
    if not match:
        raise BadInput(line, f"{what} is {text.strip()[:60]!r}; a number with a unit is wanted")
    return number(match[0], line, what), text.strip()[match.end() :].strip()


def scaled(text: str, table: Mapping[str, Decimal], line: int | None, what: str, plain: str = "") -> Decimal:
    """The value in base units. A number without a unit has the unit `plain`, or is refused when that is empty."""
    value, unit = split(text, line, what)
    unit = unit or plain
    if unit not in table:
        found = f"the unit {unit[:20]!r}" if unit else "no unit"
        raise BadInput(line, f"{what} {text.strip()[:60]!r} has {found}; known are {', '.join(list(table)[:24])}")
    return value * table[unit]


def bandwidth(value: Decimal, line: int | None, what: str, family: str = "bits") -> str:
    """Text for bytes per second; `family` says whether a reader of the source thinks in bits or in bytes."""
    if value <= 0:
        raise BadInput(line, f"{what} has bandwidth {value.normalize():f}; more than 0 is wanted")
    if value.is_infinite():
        return UNLIMITED
    if value > FASTEST:
        raise BadInput(line, f"{what} has a bandwidth of {value:.3g} B/s; at most {FASTEST:.0e} is allowed")
    return _text(value, {u: BANDWIDTH[u] for u in (_BITS if family == "bits" else _BYTES)})


def latency(value: Decimal, line: int | None, what: str) -> str:
    if value < 0:
        raise BadInput(line, f"{what} has a negative latency; 0 or more is wanted")
    if value > LONGEST:
        raise BadInput(line, f"{what} has a latency of {value:.3g} s; at most {LONGEST:.0e} s is allowed")
    return _text(value, LATENCY) if value else "0 ns"


def _text(value: Decimal, table: dict[str, Decimal]) -> str:
    """In the largest unit that leaves no bare fraction: 0.024 ms is 24 us."""
    fitting = [unit for unit in table if value >= table[unit]]
    unit = max(fitting, key=table.__getitem__) if fitting else min(table, key=table.__getitem__)
    shown = f"{value / table[unit]:f}"
    return f"{shown.rstrip('0').rstrip('.') if '.' in shown else shown} {unit}"


def given_bandwidth(text: str, what: str) -> str:
    """Checks a bandwidth the user wrote on the command line, and writes it our way."""
    if text.strip() == UNLIMITED:
        return UNLIMITED
    value = scaled(text, BANDWIDTH, None, what)
    return bandwidth(value, None, what, "bytes" if "B/s" in text else "bits")


def given_latency(text: str, what: str) -> str:
    return latency(scaled(text, LATENCY, None, what), None, what)
