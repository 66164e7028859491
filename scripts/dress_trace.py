#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a trace for a model from arrivals of one trace and lookups of another (docs/traces.md, text form).

example: scripts/dress_trace.py tests/traces/samples/arrivals.jsonl tests/traces/samples/lookups.jsonl models/drm1.json
                                dressed.jsonl.gz --items 100

The n-th arrival takes its items from ARRIVALS and its lookups after the n-th request of LOOKUPS, which starts again at
its end. Each table of the model follows a table of LOOKUPS, dealt in an order that --seed shuffles or named by --map:

  lookups = coverage x mean pooling x items (where the table is per item) x count / mean count

with the model table's own mean, and count of the followed table, which is 0 where a request lacks it. Fractions are
rounded up or down by chance so that the mean stays. So the mean of a table is the model's (over as many requests as
LOOKUPS has, or a multiple); how lookups spread, which requests lack them and how tables vary together are the real
stream's. Tables that follow the same table vary together wholly. Which rows are looked up is left out: rows of other
tables say nothing of these.
"""

import argparse
import fnmatch
import itertools
import random
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from shardsim_tools.traces import command, model, output, values
from shardsim_tools.traces.errors import BadInput, shown
from shardsim_tools.traces.model import ModelTable
from shardsim_tools.traces.reader import TraceFile
from shardsim_tools.traces.trace import Table

MOST_LOOKUPS = 2**31 - 1  # of a table in a request


def parser() -> argparse.ArgumentParser:
    result = command.parser(__doc__)
    result.add_argument(
        "arrivals", metavar="ARRIVALS", type=Path, help="a trace; its times and, if it has them, items count"
    )
    result.add_argument("lookups", metavar="LOOKUPS", type=Path, help="a trace with detail counts or rows")
    result.add_argument("model", metavar="MODEL.json", type=Path, help="a model, as models/drm1.json")
    result.add_argument("output", metavar="OUT", nargs="?", type=Path, help="where to write (default: stdout)")
    result.add_argument("--items", metavar="N", type=int, help="items of every request, if ARRIVALS has none")
    result.add_argument("--seed", metavar="N", type=int, default=1, help="of the deal and of the rounding (default: 1)")
    result.add_argument(
        "--map", metavar="TABLE=OTHER", action="append", default=[],
        help="the model's TABLE (* and ? for letters) follows LOOKUPS' table OTHER; repeat; the first fitting counts",
    )  # fmt: skip
    result.add_argument("--limit", metavar="N", type=int, help="only the first N arrivals")
    result.add_argument("--force", action="store_true", help="overwrite OUT")
    return result


def check(options: argparse.Namespace) -> None:
    for name, least in (("limit", 1), ("items", 1), ("seed", 0)):
        value = getattr(options, name)
        if value is not None and value < least:
            raise BadInput(f"--{name} is {value}; at least {least} is wanted")
    if options.output:
        output.check(options.output, options.force)


def fixed_items(arrivals: TraceFile, tables: list[ModelTable], items: int | None) -> int | None:
    """Of every request; None if the arrivals say it or nobody asks."""
    if arrivals.has_items and items:
        raise BadInput("--items is given, and the arrivals have items of their own", arrivals.source.path)
    if not arrivals.has_items and not items and any(table.per_item for table in tables):
        raise BadInput(
            "has no items, and tables of the model are looked up for each; --items N gives them", arrivals.source.path
        )
    return items


def means_of(stream: TraceFile) -> dict[str, float]:
    """By table, of those that are looked up at all: the mean count of a request."""
    sums, requests = dict.fromkeys((name for name, _ in stream.tables), 0), 0
    if stream.detail == "none":
        raise BadInput("says nothing of lookups; a trace with detail counts or rows is wanted", stream.source.path)
    for counts in stream.counts():
        requests += 1
        for name, count in counts.items():
            sums[name] += count
    if not any(sums.values()):
        raise BadInput("holds no lookups", stream.source.path)
    return {name: total / requests for name, total in sums.items() if total}


def pairs_of(
    tables: list[ModelTable], names: Collection[str], options: argparse.Namespace, path: Path
) -> dict[str, str]:
    """By table of the model, the table that it follows."""
    rules = []
    for text in options.map:
        pattern, equals, name = text.rpartition("=")
        if not equals or not any(fnmatch.fnmatchcase(table.name, pattern) for table in tables):
            raise BadInput(f"--map {shown(text)} is not TABLE=OTHER with a TABLE of the model")
        if name not in names:
            raise BadInput(
                f"--map {shown(text)}: no lookups in a table {shown(name)}; there are {shown(','.join(names))}", path
            )
        rules.append((pattern, name))
    dealt = sorted(names)
    random.Random(options.seed).shuffle(dealt)
    deal = itertools.cycle(dealt)
    return {
        table.name: next((name for pattern, name in rules if fnmatch.fnmatchcase(table.name, pattern)), "")
        or next(deal)
        for table in tables
    }


def again_and_again(stream: TraceFile) -> Iterator[dict[str, int]]:
    while True:
        yield from stream.counts()


def dressed(
    arrivals: TraceFile,
    stream: TraceFile,
    tables: list[ModelTable],
    follows: dict[str, str],
    means: dict[str, float],
    options: argparse.Namespace,
    items: int | None,
) -> Iterator[tuple[int, int | None, dict[str, int]]]:
    """(time, items, lookups by table) of each arrival."""
    uniform = random.Random(f"rounding {options.seed}").random
    plan = [(t.name, follows[t.name], t.mean / means[follows[t.name]], t.per_item) for t in tables if t.mean]
    for (time, own_items, _), counts in zip(itertools.islice(arrivals, options.limit), again_and_again(stream)):
        count = items or own_items
        lookups: dict[str, int] = {}
        for name, followed, scale, per_item in plan:
            seen = counts.get(followed)
            if not seen:
                continue
            wanted = (
                seen * scale * (count or 0) if per_item else seen * scale
            )  # fixed_items() saw to it that there are items
            rounded = int(wanted) + (uniform() < wanted % 1)
            if rounded > MOST_LOOKUPS:
                raise stream.source.bad(f"gives table {name} {rounded} lookups; at most {MOST_LOOKUPS} are kept")
            if rounded:
                lookups[name] = rounded
        yield time, count, lookups


def provenance(
    arrivals: TraceFile, stream: TraceFile, follows: dict[str, str], options: argparse.Namespace
) -> dict[str, str]:
    result = {}
    for part, file in (("arrivals", arrivals), ("lookups", stream)):
        result[part] = f"{file.source.path.name}"
        result |= {f"{part}.{key}": str(value) for key, value in file.provenance.items()}
    result[
        "model"
    ] = f"{options.model.name}: the mean lookups of its tables; spread, absence and correlation are of lookups"
    result["follows"] = ", ".join(f"{table}={name}" for table, name in follows.items())
    given = {"items": options.items, "limit": options.limit, "seed": options.seed, "map": options.map}
    words = command.as_given({key: value for key, value in given.items() if value not in (None, [])})
    return result | {"program": f"shardsim's scripts/dress_trace.py {words}"}


def dress(options: argparse.Namespace) -> None:
    check(options)
    arrivals, stream = TraceFile(options.arrivals), TraceFile(options.lookups)
    tables = model.tables(options.model)
    items = fixed_items(arrivals, tables, options.items)
    has_items = bool(items or arrivals.has_items)
    means = means_of(stream)
    follows = pairs_of(tables, means, options, stream.source.path)
    header: list[Table] = [(table.name, table.rows) for table in tables]
    records = dressed(arrivals, stream, tables, follows, means, options, items)
    count = time = 0
    with output.writing(options.output) as file:
        file.write(output.header(has_items, "counts", header, provenance(arrivals, stream, follows, options)))
        for count, (time, own, lookups) in enumerate(command.Progress(arrivals.source.progress).counted(records), 1):
            file.write(f'{{"t": {values.microseconds(time)}{output.tail(own, "counts", lookups)}')
        if not count:
            raise BadInput("holds no requests", arrivals.source.path)
    unused = len(stream.tables) - len(set(follows.values()))
    if unused:
        command.say(f"note: {unused} of {len(stream.tables)} tables of the lookups are followed by none")
    command.say(
        f"{count:,} requests over {time / values.SECOND:,.6g} s, "
        f"{len(tables)} tables after {len(set(follows.values()))}"
    )


def main() -> int:
    options = parser().parse_args()
    return command.run(lambda: dress(options), options.output)


if __name__ == "__main__":
    sys.exit(main())
