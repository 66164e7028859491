# SPDX-License-Identifier: Apache-2.0
"""The trace and its twin, a sample of what was fitted, side by side."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from . import arrivals, popularity, twin
from .source import Trace
from .types import Description, Floats, Integers, Numbers
from .workload import Workload

Row = tuple[str, float, float, str]  # what, the trace's, the twin's, unit

MOST_TWINS = 1_000_000  # arrivals
MOST_WINDOWS = 6
MOST_LISTED = 20  # tables; of more, those asked for most are
LISTED = 10
MOST_NAMED = 5
MOST_OFF = 8
# How far the twin may be from the trace: (words of a row, share of the trace's figure, or difference).
LIKE = (
    ("rate", 0.1, 0), ("gap CV", 0.2, 0), ("at the time of another", 0, 0.05), ("IDC at", 0.5, 0), ("distinct rows", 0.1, 0),
    ("hottest rows", 0.25, 0.01), ("none", 0, 0.05), ("lookups mean", 0.1, 0), ("items mean", 0.1, 0), ("CV", 0.25, 0.05),
    ("P50", 0.1, 1), ("P99", 0.25, 1),
)  # fmt: skip


@dataclass
class Side:
    """Of the trace or of the twin."""

    times: Floats
    items: Integers
    lookups: dict[str, Integers] = field(default_factory=dict)  # by table
    often: dict[str, Integers] = field(default_factory=dict)  # by table: how often each row that is asked for at all


def of_trace(trace: Trace, workload: Workload) -> Side:
    items = trace.items if trace.items is not None else np.ones(1, dtype=np.int64)
    side = Side(workload.times, items, {t.name: t.lookups for t in trace.tables})
    if trace.detail == "rows":
        side.often = {t.name: np.unique(t.numbers, return_counts=True)[1] for t in trace.tables}
    return side


def of_twin(trace: Trace, workload: Workload, seed: int) -> Side:
    random = np.random.default_rng([seed, 1])
    traffic = workload.traffic
    n = min(len(trace.times), MOST_TWINS)
    times = twin.arrivals(traffic["arrivals"], n, random, workload.rates)
    queries = len(trace.tables[0].lookups) if trace.tables else min(n, 100_000)
    items = twin.items(traffic["items"], queries, random)
    common = np.ones(queries)
    if "lookup_factor" in traffic:
        common = twin.distribution(traffic["lookup_factor"], queries, random)
    side = Side(times, items, {t["name"]: twin.lookups(t, items, common, random) for t in workload.tables})
    for table, described in workload.paired:
        if trace.detail == "rows":
            drawn = popularity.draws(described["popularity"], described["rows"], len(table.numbers), random)
            side.often[table.name] = next(drawn)
    return side


def rows_of(trace: Trace, workload: Workload, mine: Side, yours: Side) -> list[Row]:
    """Of all but single tables."""
    rows: list[Row] = [
        ("rate", _rate(mine), _rate(yours), "/s"),
        ("gap CV", arrivals.gap_cv(mine.times), arrivals.gap_cv(yours.times), ""),
        ("at the time of another", arrivals.simultaneous(mine.times), arrivals.simultaneous(yours.times), ""),
    ]
    for width in arrivals.windows_of(mine.times)[-MOST_WINDOWS:]:
        a, b = (arrivals.dispersion(side.times, width) for side in (mine, yours))
        rows.append((f"IDC at {width:.3g} s", a, b, ""))
    if trace.items is not None:
        rows += _of_sample("items", mine.items, yours.items)
    if workload.tables:
        rows += _of_totals(*(sum(side.lookups.values(), np.zeros(1, dtype=np.int64)) for side in (mine, yours)))
    return rows


def rows_of_tables(workload: Workload, mine: Side, yours: Side) -> dict[str, list[Row]]:
    """By table, as above."""
    return {table.name: _of_table(table.name, mine, yours) for table, _ in workload.paired}


def listed(mine: Side) -> list[str]:
    """Names of the tables to print, in their order."""
    names = list(mine.lookups)
    if len(names) <= MOST_LISTED:
        return names
    most = sorted(names, key=lambda name: -float(mine.lookups[name].mean()))[:LISTED]
    return [name for name in names if name in most]


def off(rows: Sequence[Row]) -> list[Row]:
    """Of rows as above, those in which the twin is not like the trace."""
    return [row for row in rows if not _like(*row[:3])]


def _like(what: str, trace: float, twin: float) -> bool:
    share, difference = next(((share, most) for words, share, most in LIKE if words in what), (0, math.inf))
    if trace != trace or twin != twin:
        return (trace != trace) == (twin != twin)
    return max(trace, twin) <= min(trace, twin) * (1 + share) or abs(twin - trace) <= difference


def verdict(rows: Sequence[Row]) -> str:
    """A line."""
    if not rows:
        return "verdict: the twin is like the trace in all that is shown"
    told = [f"{what} ({_number(twin)} for {_number(trace)})" for what, trace, twin, _ in rows]
    more = f" and {len(told) - MOST_OFF} more" if len(told) > MOST_OFF else ""
    return f"verdict: the twin is not like the trace in {', '.join(told[:MOST_OFF])}{more}"


def _of_totals(a: Integers, b: Integers) -> list[Row]:
    """Of all tables together: whether their correlation is kept."""
    return [
        ("total lookups mean", float(a.mean()), float(b.mean()), ""),
        ("total lookups CV", _cv(a), _cv(b), ""),
        ("total lookups P99", float(np.percentile(a, 99)), float(np.percentile(b, 99)), ""),
    ]


def _rate(side: Side) -> float:
    return float((len(side.times) - 1) / side.times[-1])


def _of_sample(what: str, mine: Numbers, yours: Numbers) -> list[Row]:
    rows: list[Row] = [(f"{what} mean", float(mine.mean()), float(yours.mean()), "")]
    for q in (50, 99):
        rows.append((f"{what} P{q}", float(np.percentile(mine, q)), float(np.percentile(yours, q)), ""))
    return rows


def _of_table(name: str, mine: Side, yours: Side) -> list[Row]:
    a, b = mine.lookups[name], yours.lookups[name]
    rows: list[Row] = [
        (f"{name} lookups mean", float(a.mean()), float(b.mean()), ""),
        (f"{name} lookups CV", _cv(a), _cv(b), ""),
        (f"{name} none", float(np.mean(a == 0)), float(np.mean(b == 0)), ""),
    ]
    if name in mine.often and len(mine.often[name]):
        x, y = mine.often[name], yours.often[name]
        rows.append((f"{name} distinct rows", float(len(x)), float(len(y)), ""))
        rows.append((f"{name} to 10 hottest rows", _hottest(x, 10), _hottest(y, 10), ""))
    return rows


def _cv(x: Integers) -> float:
    return float(x.std() / x.mean()) if x.any() else 0.0


def _hottest(often: Integers, rows: int) -> float:
    """Share of lookups to the rows asked for most."""
    return float(np.sort(often)[::-1][:rows].sum() / often.sum()) if len(often) else math.nan


def text(rows: Sequence[Row]) -> str:
    shown = [(what, _number(a), _number(b), unit) for what, a, b, unit in rows]
    widths = [max(len(row[i]) for row in [("", "trace", "twin", ""), *shown]) for i in range(3)]
    lines = [f"{'':{widths[0]}}  {'trace':>{widths[1]}}  {'twin':>{widths[2]}}"]
    lines += [f"{w:{widths[0]}}  {a:>{widths[1]}}  {b:>{widths[2]}} {u}".rstrip() for w, a, b, u in shown]
    return "\n".join(lines)


def _number(value: float) -> str:
    if value != value:
        return "-"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value)}"
    return f"{value:.4g}"


def left_out(workload: Workload, names: Sequence[str]) -> list[str]:
    """A line on tables that are not printed, if any."""
    more = len(workload.tables) - len(names)
    return [f"and {more} more tables; these {len(names)} have the most lookups, and the JSON has all"] if more else []


def reasons(workload: Workload, names: Sequence[str]) -> list[str]:
    """What was chosen and why, a line each; of tables, those named."""
    traffic, fit = workload.traffic, workload.fit
    lines = [f"arrivals: {brief(traffic['arrivals'])}: {fit['arrivals']['reason']}"]
    lines += [f"  not {t['candidate']}: {t['reason']}" for t in fit["arrivals"]["tried"] if not t["accepted"]]
    lines += [f"  note: {note}" for note in fit["arrivals"]["notes"]]
    lines.append(f"items: {brief(traffic['items'])}: {fit['items']['reason']}")
    if workload.tables:
        common = brief(traffic.get("lookup_factor", {"type": "none"}))
        lines.append(f"lookup factor: {common}: {fit['lookup_factor']['reason']}")
        if "lookup_factor" in traffic:
            lines.append(f"  {_shared(fit['lookup_factor']['sharing'], workload.tables)}")
        for pair in fit["lookup_factor"]["pairs"]:
            lines.append(f"  {' and '.join(pair['tables'])} go together: correlation {pair['correlation']:.2f}")
    for table in (table for table in workload.tables if table["name"] in names):
        figures = fit["tables"][table["name"]]
        coverage = f", coverage {table['coverage']:.3g}" if table["coverage"] < 1 else ""
        pooling = f"{brief(table['pooling'])} per {table['per']}{coverage}"
        lines.append(f"{table['name']}: {pooling}: {figures['pooling']}; {figures['per']}")
        if "popularity" in table:
            lines.append(f"  rows: {brief(table['popularity'])}: {figures['popularity']['reason']}")
    return lines + left_out(workload, names) + [f"assumed: {text}" for text in fit["assumed"]]


def _shared(sharing: Sequence[str], tables: Sequence[Description]) -> str:
    more = ", ..." if len(sharing) > MOST_NAMED else ""
    return f"shared by {len(sharing)} of {len(tables)} tables: {', '.join(sharing[:MOST_NAMED])}{more}"


def brief(description: Description) -> str:
    """In one line, lists by their length."""
    parts = []
    for key, value in description.items():
        if key in ("type", "file", "column", "repeat"):
            continue
        if isinstance(value, list) and key != "states":
            parts.append(f"{len(value)} {key}")
        elif key in ("moments", "size"):
            parts.append(f"{key} {brief(value)}")
        elif key == "states":
            parts += [f"{s['rate']} for {s['mean_stay']}" for s in value]
        else:
            parts.append(f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}")
    return " ".join([description["type"], *([f"({', '.join(parts)})"] if parts else [])])
