# SPDX-License-Identifier: Apache-2.0
"""All fits of a trace together, as the description that is written."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from . import arrivals, factor, items, pooling, popularity
from .source import TableData, Trace
from .types import Description, Figures, Floats, Rates

MOST_NAMED = 10  # tables
NOT_MODELLED = [
    "rows looked up one after the other are independent: no locality in time, no row preferred by a user",
    "items, lookups and rows do not change with time, nor with the gaps between arrivals",
    "which tables are absent together, and correlations of tables beyond the common factor",
]


@dataclass(frozen=True)
class Options:
    """What the trace does not say, or not alone; see fit_workload.py --help."""

    per: str
    seed: int
    quantiles: int
    dim: int
    rows: int


@dataclass
class Workload:
    traffic: Description
    tables: list[Description]
    fit: Figures
    rates: Rates | None
    times: Floats  # as the fit took them: a coarse clock's ticks spread
    paired: list[tuple[TableData, Description]] = field(default_factory=list)  # (table's data, its description)


def fit(trace: Trace, options: Options) -> Workload:
    random = np.random.default_rng(options.seed)
    chosen, times = arrivals.choose(trace.times, options.seed)
    description, figures = items.fit(trace.items, options.quantiles)
    traffic: Description = {"arrivals": chosen.candidate.description, "items": description}
    report: Figures = {
        "queries": len(times), "span_s": float(times[-1]), "counts_of_every_nth_query": trace.sampled_every,
        "seed": options.seed, "arrivals": _arrivals(chosen), "items": figures, "tables": {}, "assumed": [],
        "not_modelled": NOT_MODELLED if trace.tables else NOT_MODELLED[1:2],
    }  # fmt: skip
    result = Workload(traffic, [], report, chosen.candidate.rates, times)
    if trace.tables:
        _fit_tables(trace, options, result, random)
    traffic["queries"] = len(times)
    return result


def _arrivals(chosen: arrivals.Chosen) -> Figures:
    return {"reason": chosen.reason, **chosen.candidate.figures, "tried": chosen.tried, "notes": chosen.notes}


def _fit_tables(trace: Trace, options: Options, result: Workload, random: np.random.Generator) -> None:
    ones = np.ones(len(trace.tables[0].lookups), dtype=np.int64)
    times = trace.items if trace.items is not None else ones
    per = [pooling.per_of(trace.items, table.lookups, options.per) for table in trace.tables]
    scaled = [t.lookups / (times if p == "item" else ones) for t, (p, _) in zip(trace.tables, per)]
    common = factor.estimate([table.name for table in trace.tables], scaled)
    result.fit["lookup_factor"] = {
        "cv": common.cv, "cv_error": common.error, "reason": common.reason, "correlation": common.correlation,
        "sharing": common.sharing, "pairs": common.pairs,
    }  # fmt: skip
    if common.description:
        result.traffic["lookup_factor"] = common.description
    sharing = set(common.sharing) if common.description else set()
    if trace.detail == "rows":
        result.traffic["rows"] = {}
    for table, (p, why) in zip(trace.tables, per):
        shared = common if table.name in sharing else None
        found = pooling.fit(times, table.lookups, p, why, shared, options.quantiles, random)
        described = {
            "name": table.name, "rows": _rows_of(table, options), "dim": options.dim, "per": p,
            "pooling": found.fit.description, "coverage": arrivals.short(1 - found.fit.absent),
        }  # fmt: skip
        if common.description and not shared:
            described["shares_factor"] = False
        figures: Figures = {
            "per": why, "pooling": found.reason, "errors": found.fit.errors, "ks": found.fit.ks,
            "ks_limit": found.ks_limit, "tried": found.tried,
        }  # fmt: skip
        if trace.detail == "rows":
            popular = popularity.fit(table, random)
            described["rows"] = popular.rows or described["rows"]
            described["popularity"] = popular.description
            figures["popularity"] = {"reason": popular.reason, **popular.figures}
            if table.seen > len(table.numbers):
                figures["popularity"]["note"] = f"of the first {len(table.numbers)} of {table.seen} lookups"
        result.tables.append(described)
        result.fit["tables"][table.name] = figures
        result.paired.append((table, described))
    result.fit["assumed"] += _assumptions(trace, options, result.fit["tables"])


def _rows_of(table: TableData, options: Options) -> int:
    if table.rows:
        return table.rows
    if len(table.numbers):
        return int(table.numbers.max()) + 1
    return options.rows


def _assumptions(trace: Trace, options: Options, figures: Figures) -> Iterator[str]:
    yield f"dim {options.dim} of every table (--dim): traces do not say"
    unknown = [table for table in trace.tables if not table.rows]
    seen = [table.name for table in unknown if len(table.numbers)]
    never = [table.name for table in unknown if table.name not in seen]
    more = [name for name in seen if "rows" in figures[name].get("popularity", {})]
    largest = [name for name in seen if name not in more]
    for names, what in (
        (largest, "as many rows as the largest number seen"),
        (more, "more rows than the largest number seen, as an estimate says"),
        (never, f"{options.rows} rows (--rows)"),
    ):
        if names:
            others = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
            yield f"{what} of {', '.join(names[:MOST_NAMED])}{others}: the trace does not say"
