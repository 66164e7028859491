# SPDX-License-Identifier: Apache-2.0
"""Numbers, times and rates as people write them. Times are whole picoseconds inside."""

import datetime
import re
from decimal import Decimal
from fractions import Fraction

from .errors import BadInput, shown
from .source import Source

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
STAMP = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.(\d{1,12}))?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII)
UNITS = {"ps": 1, "ns": 10**3, "us": 10**6, "ms": 10**9, "s": 10**12}
LONG_UNITS = UNITS | {"min": 60 * 10**12, "h": 3600 * 10**12}
SECOND = UNITS["s"]
PER = {"/s": 1, "/min": 60, "/h": 3600}
LARGEST = 2**63 - 1
FARTHEST = 10**12 * SECOND  # of any clock's zero; what lies beyond is no time
_EPOCH = datetime.datetime(1970, 1, 1)


def whole(text: str, source: Source, what: str, least: int = 0, most: int = LARGEST) -> int:
    digits = text.strip()
    if digits.isascii() and digits.isdigit() and len(digits) < 20 and least <= (value := int(digits)) <= most:
        return value
    raise source.bad(f"{what} is {shown(text)}; a whole number from {least} to {most} is wanted")


def number(text: str, source: Source, what: str, least: float | None = None) -> Decimal:
    """Finite; neither 'nan' nor '1_000' passes."""
    if not NUMBER.fullmatch(text.strip()):
        raise source.bad(f"{what} is {shown(text)}; a number is wanted")
    value = Decimal(text.strip())
    if least is not None and value < least:
        raise source.bad(f"{what} is {shown(text)}; at least {least} is wanted")
    return value


def picoseconds(text: str, source: Source, what: str, unit: int = SECOND) -> int:
    """A time or a duration, as a number of `unit`s."""
    value = number(text, source, what, 0)
    if value * unit > FARTHEST:
        raise source.bad(f"{what} is {shown(text)}, longer than 10^12 s; --time-unit may be wrong")
    return int((value * unit).to_integral_value())


def instant(text: str, source: Source, what: str, unit: int = SECOND, form: str | None = None) -> int:
    """A date and time (without a zone: UTC), in the form of strptime if one is given, or a number of `unit`s."""
    if form:
        return _formed(text.strip(), source, what, form)
    stamp = STAMP.fullmatch(text.strip())
    if not stamp:
        if re.match(r"\d+[-/]", text.strip()):
            raise source.bad(
                f"{what} is {shown(text)}; a number or a time like 2023-11-16 18:15:46.68 is wanted, or its form by "
                "--time-format where the source takes it"
            )
        return picoseconds(text, source, what, unit)
    try:
        moment = datetime.datetime.fromisoformat(stamp[1]) - _EPOCH
    except ValueError as error:
        raise source.bad(f"{what} is {shown(text)}: {error}") from None
    seconds = moment.days * 86400 + moment.seconds - _zone(stamp[3])
    return seconds * SECOND + int((stamp[2] or "").ljust(12, "0"))


def _formed(text: str, source: Source, what: str, form: str) -> int:
    try:
        moment = datetime.datetime.strptime(text, form)
    except ValueError as error:
        raise source.bad(f"{what} is {shown(text)}: {error}") from None
    if moment.tzinfo:
        moment = moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    since = moment - _EPOCH
    return (since.days * 86400 + since.seconds) * SECOND + since.microseconds * UNITS["us"]


def _zone(text: str | None) -> int:
    """Seconds east of UTC."""
    if text is None or text == "Z":
        return 0
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return minutes * 60 * (-1 if text[0] == "-" else 1)


def given_duration(text: str, option: str) -> int:
    """Of the command line, with its unit."""
    amount, _, unit = text.strip().partition(" ")
    if NUMBER.fullmatch(amount) and unit.strip() in LONG_UNITS:
        value = Decimal(amount) * LONG_UNITS[unit.strip()]
        if 1 <= value <= FARTHEST:
            return int(value.to_integral_value())
    raise BadInput(f"{option} is {shown(text)}; a time with a unit ({', '.join(LONG_UNITS)}) is wanted, as in '60 s'")


def given_rate(text: str, option: str) -> Fraction:
    """Of the command line, a second."""
    amount, _, unit = text.strip().partition(" ")
    if NUMBER.fullmatch(amount) and (unit.strip() or "/s") in PER:
        value = Fraction(amount) / PER[unit.strip() or "/s"]
        if Fraction(1, 10**9) <= value <= 10**12:
            return value
    raise BadInput(f"{option} is {shown(text)}; a rate is wanted, as in '25 /s' ({', '.join(PER)})")


def given_number(text: str, option: str) -> Fraction:
    if NUMBER.fullmatch(text.strip()) and Fraction(text.strip()) > 0:
        return Fraction(text.strip())
    raise BadInput(f"{option} is {shown(text)}; a number above 0 is wanted")


def microseconds(time: int) -> str:
    """Exact, without superfluous zeros."""
    full, rest = divmod(time, UNITS["us"])
    return f"{full}.{rest:06d}".rstrip("0") if rest else str(full)
