# SPDX-License-Identifier: Apache-2.0
"""Requests in each interval, or their rate: a value a line, or two columns of a CSV file.

The source has no times of single requests. They are drawn from a Poisson process whose rate is constant within each
interval; or, with --counts kept, as many as the source says, evenly within each interval.
"""

from collections.abc import Iterator
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces import arrivals, values
from shardsim_tools.traces.errors import BadInput
from shardsim_tools.traces.source import Source
from shardsim_tools.traces.trace import Trace

ABOUT = "rates over time: a number a line, or --time-column and --rate-column of a CSV file; arrivals are drawn"
OPTIONS: dict[str, Any] = {
    "interval": None, "time_column": None, "rate_column": None, "rate_unit": "/s", "counts": "drawn", "time_unit": "s",
    "seed": 1,
}  # fmt: skip
MOST = 10**9  # arrivals a second; more is a mistake of units


def matches(source: Source) -> bool:
    lines = source.head_lines()[:20]
    return all(values.NUMBER.fullmatch(line.strip()) for line in lines if line.strip())


def read(source: Source, o: SimpleNamespace) -> Trace:
    if o.time_column and not o.rate_column:
        raise BadInput("--time-column needs --rate-column")
    if o.time_column and not o.interval:
        raise BadInput("--time-column needs --interval, how long a rate holds, as in '60 s'")
    interval = values.given_duration(o.interval or "1 s", "--interval")
    rates = _timed(source, o, interval) if o.time_column else _spaced(source, o, interval)
    share = interval / values.SECOND / values.PER[o.rate_unit]
    pieces = ((time, interval, rate * share) for time, rate in rates)
    kept = o.counts == "kept"
    law = (
        f"as many in each interval as the source says ({o.rate_unit}), at times drawn evenly in it"
        if kept
        else (
            f"a Poisson process with the source's rate ({o.rate_unit}), constant in each interval; where the source has"
            " counts, these scatter more (--counts kept)"
        )
    )
    remarks = {
        "arrivals": (
            f"drawn, seed {o.seed}: {law}; interval {o.interval or '1 s'}; gaps within an interval are synthetic"
        )
    }
    times = arrivals.counted(pieces, o.seed) if kept else arrivals.piecewise(pieces, o.seed)
    return Trace(((time, None, None) for time in times), remarks=remarks)


def _rate(text: str, source: Source, what: str) -> float:
    rate = float(values.number(text, source, what, 0))
    if rate > MOST:
        raise source.bad(f"{what} is {text.strip()}; at most {MOST} is taken for a rate")
    return rate


def _spaced(source: Source, o: SimpleNamespace, interval: int) -> Iterator[tuple[int, float]]:
    rows = source.columns([o.rate_column]) if o.rate_column else ((line,) for line in _values(source))
    for n, (text,) in enumerate(rows):
        yield n * interval, _rate(text, source, o.rate_column or "the rate")


def _values(source: Source) -> Iterator[str]:
    """Blank lines at the end are none; elsewhere all later times would shift."""
    blank = 0
    for line in source.lines():
        if not line.strip():
            blank = blank or source.line
            continue
        if blank:
            raise source.bad("is blank; a rate is wanted in every line", blank)
        yield line


def _timed(source: Source, o: SimpleNamespace, interval: int) -> Iterator[tuple[int, float]]:
    """Rows of the same time are summed."""
    unit = values.UNITS[o.time_unit]
    rows = (
        (values.instant(time, source, o.time_column, unit), _rate(rate, source, o.rate_column))
        for time, rate in source.columns([o.time_column, o.rate_column])
    )
    last = None
    missing = 0
    for time, same in groupby(rows, key=lambda row: row[0]):
        line = source.line
        if last is not None and time < last + interval:
            apart = f"{values.microseconds(time - last)} us after" if time > last else "before"
            raise source.bad(f"its time is {apart} the time before it; an interval is {o.interval}", line)
        if last is not None and time >= last + 2 * interval:
            missing += 1
            source.notes[:] = [f"the source leaves out rates at {missing} places; no requests arrive there"]
        last = time
        yield time, sum(rate for _, rate in same)
