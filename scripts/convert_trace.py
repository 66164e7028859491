#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Turns a trace of requests or of embedding lookups of another tool into shardsim's own (docs/traces.md, text form).

examples: scripts/convert_trace.py tests/traces/samples/azure_llm.csv arrivals.jsonl.gz
          scripts/convert_trace.py tests/traces/samples/criteo.csv lookups.jsonl --rate '25 /s' --arrivals poisson
          scripts/convert_trace.py tests/traces/samples/per_minute.csv day.jsonl --time-column minute
                                   --rate-column invocations --rate-unit /min --interval '1 min'

The first request arrives at 0. Files are streamed, and memory does not grow with them, except where requests must be
sorted. What the result cannot express is told on stderr, a line each. Exit code 2 and one line on stderr: the file
cannot be converted, and nothing is written; 1: interrupted.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from shardsim_tools.trace_formats import FORMATS
from shardsim_tools.traces import arrivals, command, output, trace, values
from shardsim_tools.traces.errors import BadInput
from shardsim_tools.traces.source import Source
from shardsim_tools.traces.trace import Content, Moment, Trace

ENDINGS = ", ".join(output.ENDINGS)
EVERY = {"from", "force", "limit", "speedup", "sort"}
TIMELESS = {"rate", "arrivals", "seed"}
LONGEST_RUN = 53  # days that shardsim simulates


def parser() -> argparse.ArgumentParser:
    result = command.parser(__doc__)
    result.add_argument("input", metavar="IN", nargs="?", type=Path, help="the file to convert; may be .gz or .zst")
    result.add_argument("output", metavar="OUT", nargs="?", type=Path, help=f"{ENDINGS} (default: stdout, plain)")
    result.add_argument(
        "--from", metavar="NAME", choices=FORMATS, help="the format, if the content does not tell; see --list"
    )
    result.add_argument("--list", action="store_true", help="list the formats with their options, and stop")
    result.add_argument("--force", action="store_true", help="overwrite OUT")
    result.add_argument("--limit", metavar="N", type=int, help="only the first N requests")
    times = result.add_argument_group("times")
    times.add_argument("--sort", action="store_true", help="sort requests by time (in memory)")
    times.add_argument("--speedup", metavar="X", help="divide times by X")
    times.add_argument("--time-unit", metavar="UNIT", choices=values.UNITS, help="of times that have none (default: s)")
    times.add_argument("--rate", metavar="R", help="arrivals of a source without times, as in '25 /s' (default: 1 /s)")
    times.add_argument("--arrivals", choices=("deterministic", "poisson"), help="likewise (default: deterministic)")
    times.add_argument("--seed", metavar="N", type=int, help="of arrivals that are drawn (default: 1)")
    formats = result.add_argument_group("of some formats")
    formats.add_argument(
        "--items-column", metavar="NAME", help="the column that gives items a request; default: no items"
    )
    formats.add_argument("--rows", metavar="N", help="rows of the tables: N, a list of all, or TABLE=N,...")
    formats.add_argument("--time-column", metavar="NAME", help="of rates and of times: the column of times")
    formats.add_argument(
        "--time-format", metavar="FORM", help="of times, as strptime has it: %%y%%m%%d%%H for 14102100"
    )
    formats.add_argument("--rate-column", metavar="NAME", help="of rates: the column of rates")
    formats.add_argument(
        "--rate-unit", metavar="UNIT", choices=values.PER, help=f"{', '.join(values.PER)} (default: /s)"
    )
    formats.add_argument(
        "--counts", choices=("drawn", "kept"),
        help="of rates: a Poisson number in each interval, or as many as the source says (default: drawn)",
    )  # fmt: skip
    formats.add_argument("--interval", metavar="TIME", help="how long a rate holds, as in '60 s' (default: 1 s)")
    return result


def listing() -> None:
    for name, known in FORMATS.items():
        options = ", ".join("--" + key.replace("_", "-") for key in known.OPTIONS)
        print(f"{name:16} {known.ABOUT}" + (f" [{options}]" if options else ""))


def name_of(source: Source, given: dict[str, Any]) -> str:
    """The format of the file."""
    if given["from"]:
        return str(given["from"])
    if given["rate_column"]:
        return "rate-series"
    if given["time_column"]:
        return "times"
    found = [name for name, known in FORMATS.items() if known.matches(source)]
    if len(found) == 1:
        return found[0]
    if found:
        raise BadInput(f"may be any of {', '.join(found)}; say which with --from", source.path)
    if source.head.startswith(b"SSTRACE") or b"shardsim-trace" in source.head[:1000]:
        raise BadInput("is a trace of shardsim already; `shardsim trace convert` changes its form", source.path)
    raise BadInput(
        f"is of no format known here; say which with --from: {', '.join(FORMATS)} (--list says more). A CSV file of rates "
        "needs --time-column and --rate-column, one of times --time-column. Lookups of any other source go into a CSV file "
        "with the columns request, table, row (lookups), a line a lookup", source.path
    )  # fmt: skip


def check(given: dict[str, Any]) -> None:
    if given["limit"] is not None and given["limit"] < 1:
        raise BadInput(f"--limit is {given['limit']}; at least 1 is wanted")
    if given["seed"] is not None and given["seed"] < 0:
        raise BadInput(f"--seed is {given['seed']}; at least 0 is wanted")
    if given["output"]:
        output.check(given["output"], given["force"])


def chosen(given: dict[str, Any]) -> dict[str, Any]:
    """The options that were given."""
    return {key: value for key, value in given.items() if value not in (None, False) and key not in ("input", "output")}


def refuse_unused(given: dict[str, Any], name: str, has_times: bool) -> None:
    """An option that changes nothing is a mistake that nobody would see."""
    used = EVERY | set(FORMATS[name].OPTIONS) | (set() if has_times else TIMELESS - {"seed"})
    if not has_times:
        used -= {"sort", "speedup"}
    if given["arrivals"] == "poisson":
        used |= {"seed"}
    for key in chosen(given).keys() - used:
        option = "--" + key.replace("_", "-")
        if key in TIMELESS and has_times:
            raise BadInput(f"{option} is for sources without times; {name} has its own")
        if key in ("sort", "speedup"):
            raise BadInput(f"{option} is for sources with times; {name} has none, --rate gives them")
        if key == "seed":
            raise BadInput("--seed is for --arrivals poisson")
        raise BadInput(f"{option} is not for {name}; --list shows what is")


def read(source: Source, given: dict[str, Any]) -> tuple[str, Trace]:
    """The format's name, and what it makes of the source."""
    name = name_of(source, given)
    known = FORMATS[name]
    settings = {key: default if given[key] is None else given[key] for key, default in known.OPTIONS.items()}
    return name, known.read(source, SimpleNamespace(**settings))


def timed(made: Trace, given: dict[str, Any]) -> Iterator[tuple[int, int | None, Content | None]]:
    """The records with times, if need be of our own."""
    if made.has_times:
        return cast(Iterator[tuple[int, int | None, Content | None]], made.records)
    rate = values.given_rate(given["rate"] or "1 /s", "--rate")
    seed = given["seed"] if given["seed"] is not None else 1
    poisson = given["arrivals"] == "poisson"
    clock = arrivals.poisson(rate, seed) if poisson else arrivals.deterministic(rate)
    law = f"a Poisson process (seed {seed})" if poisson else "evenly spaced"
    made.remarks["arrivals"] = f"synthetic, as the source has no times: {law}, {given['rate'] or '1 /s'}"
    return ((time, items, content) for time, (_, items, content) in zip(clock, made.records))


def finished(made: Trace, source: Source, given: dict[str, Any]) -> tuple[int, Iterator[Moment]]:
    """(the time of the first on the source's clock, all (time from 0, the rest of the line))."""
    speedup = values.given_number(given["speedup"] or "1", "--speedup")
    texts = ((time, output.tail(items, made.detail, content)) for time, items, content in timed(made, given))
    lines = trace.sorted_by_time(texts, source) if made.sort or given["sort"] else trace.in_order(texts, source)
    first = next(lines, None)
    if first is None:
        raise BadInput("holds no requests", source.path)
    return first[0], islice(trace.from_zero(chain([first], lines), speedup, source), given["limit"])


def provenance(name: str, made: Trace, source: Source, given: dict[str, Any], zero: int) -> dict[str, str]:
    result = {"source": source.path.name, "format": name}
    if licence := getattr(FORMATS[name], "LICENCE", None):
        result["licence"] = licence
    result |= made.remarks
    if made.has_times and zero:
        result["zero"] = f"{values.microseconds(zero)} us on the source's clock"
    options = {key: value for key, value in chosen(given).items() if key != "force"}
    result["program"] = f"shardsim's scripts/convert_trace.py {command.as_given(options)}".strip()
    return result


def convert(given: dict[str, Any]) -> None:
    check(given)
    source = Source(given["input"])
    name, made = read(source, given)
    refuse_unused(given, name, made.has_times)
    zero, lines = finished(made, source, given)
    count = last = 0
    with output.writing(given["output"]) as file:
        file.write(output.header(made.has_items, made.detail, made.tables, provenance(name, made, source, given, zero)))
        for count, (last, text) in enumerate(command.Progress(source.progress).counted(lines), 1):
            file.write(f'{{"t": {values.microseconds(last)}{text}')
    report(source, name, made, count, last)


def report(source: Source, name: str, made: Trace, count: int, length: int) -> None:
    for note in source.notes:
        command.say(f"note: {note}")
    if trace.days(length) > LONGEST_RUN:
        command.say(f"note: it lasts {trace.days(length):.1f} days; a run of shardsim simulates at most {LONGEST_RUN}")
    many = len(made.tables)
    tables = f", {many} table{'s' * (many > 1)}" if many else ""
    command.say(f"{name}: {count:,} requests over {length / values.SECOND:,.6g} s{tables}")


def main() -> int:
    arguments = parser()
    given = vars(arguments.parse_args())
    if given["list"]:
        listing()
        return 0
    if given["input"] is None:
        arguments.error("name a file to convert")
    return command.run(lambda: convert(given), given["output"])


if __name__ == "__main__":
    sys.exit(main())
