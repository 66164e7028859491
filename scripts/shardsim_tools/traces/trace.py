# SPDX-License-Identifier: Apache-2.0
"""What a format makes of a source, and the steps from there to records that start at 0 and never go back."""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

from .errors import BadInput
from .source import Source
from .values import FARTHEST, LARGEST, SECOND, microseconds

_T = TypeVar("_T", bound=tuple[Any, ...])
Table = tuple[str, int | None]  # name, rows where they are known
Content = Mapping[str, list[int]] | Mapping[str, int]  # by table, its rows or its number of lookups
Record = tuple[int | None, int | None, Content | None]
Records = Iterator[Record]
Moment = tuple[int, str]  # picoseconds, the rest of a record as text
MOST_TO_SORT = 4 * 2**30  # bytes


@dataclass
class Trace:
    """`records` are (time in picoseconds on the source's own clock, or None; items or None; content or None).

    The content is, by table, a list of rows or a number of lookups, as `detail` says.
    """

    records: Records
    detail: str = "none"
    tables: list[Table] = field(default_factory=list)
    has_items: bool = False
    has_times: bool = True
    sort: bool = False  # the source is not in order of arrival by its nature
    remarks: dict[str, str] = field(default_factory=dict)


def in_order(records: Iterable[_T], source: Source) -> Iterator[_T]:
    last = -FARTHEST
    for record in records:
        if record[0] < last:
            raise source.bad(
                f"its time is {microseconds(last - record[0])} us before the line before; --sort puts lines in order"
            )
        last = record[0]
        yield record


def sorted_by_time(records: Iterable[Moment], source: Source) -> Iterator[Moment]:
    """(time, text) in order, equal times in the order of the source. Held in memory, 32 bytes more than the text."""
    seconds, rests, ends, texts = array("q"), array("q"), array("q", [0]), bytearray()
    for time, text in records:
        second, rest = divmod(time, SECOND)  # together, a time in picoseconds may need more than 64 bits
        seconds.append(second)
        rests.append(rest)
        texts += text.encode()
        ends.append(len(texts))
        if len(texts) + 32 * len(seconds) > MOST_TO_SORT:
            raise source.bad(
                f"more than {MOST_TO_SORT >> 30} GiB would be sorted in memory; sort or split the file first"
            )
    for i in _order(seconds, rests):
        yield seconds[i] * SECOND + rests[i], texts[ends[i] : ends[i + 1]].decode()


def _order(seconds: "array[int]", rests: "array[int]") -> list[int]:
    """Numbers of the records, by time. NumPy takes a tenth of the memory, where there is one; half of the time of a small
    file goes into loading it, so that it is not for files in order."""
    try:
        import numpy
    except ImportError:
        return sorted(range(len(seconds)), key=lambda i: (seconds[i], rests[i]))
    order: list[int] = numpy.lexsort((rests, seconds)).tolist() if seconds else []
    return order


def from_zero(records: Iterable[Moment], speedup: Fraction, source: Source) -> Iterator[Moment]:
    """The first time is 0; all are divided by `speedup`."""
    zero = None
    for time, text in records:
        zero = time if zero is None else zero
        since = time - zero
        if speedup != 1:
            since = round(since / speedup)
        if since > LARGEST:
            raise BadInput(TOO_LONG, source.path)
        yield since, text


TOO_LONG = (
    f"holds a request more than {LARGEST // (86400 * SECOND)} days after the first; times are 64 bits of picoseconds; "
    "--speedup divides the times, --limit takes the first requests"
)


def days(length: int) -> float:
    return length / (86400 * SECOND)
