#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Fits a synthetic workload to a trace (docs/traces.md), so that a private trace can be shared as a model.

examples: scripts/fit_workload.py trace.jsonl.gz --out fitted.json --plot fitted.png
          scripts/fit_workload.py trace.trace --shardsim build/release/shardsim

Prints what was chosen and why, a table of the trace beside its twin, a sample of what was fitted, and in what they are not
alike. OUT holds `traffic` (of a scenario), `tables` (of a model's net) and `fit` (figures, errors, reasons). Beside it are
files that scenarios can name: "traffic": "fitted.traffic.json" and, where there are tables, "model": "fitted.model.json"
(tables alone: add the MLPs). Exit code 2 and one line on stderr: the trace cannot be fitted, and nothing is written.
"""

import contextlib
import csv
import json
import os
import sys
from pathlib import Path

from shardsim_tools.fitting import source, summary, workload
from shardsim_tools.traces import command
from shardsim_tools.traces.errors import BadInput

ENDINGS = (".jsonl", ".trace")


def whole(least, most):
    def parse(text):
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError
        return int(text)

    parse.__name__ = f"whole number from {least} to {most}"  # what argparse says
    return parse


def parser():
    result = command.parser(__doc__)
    result.add_argument("trace", metavar="TRACE", type=Path, help="the trace; may be .gz or .zst")
    result.add_argument(
        "--out", metavar="OUT", type=Path, help="a file that ends in .json, or a folder (default: nothing is written)"
    )
    result.add_argument("--force", action="store_true", help="overwrite what is there")
    result.add_argument("--plot", metavar="FILE.png", type=Path, help="draw the trace beside its twin")
    result.add_argument(
        "--per", choices=("item", "query", "auto"), default="auto",
        help="what lookups are proportional to (default: as the trace shows)",
    )  # fmt: skip
    result.add_argument("--seed", metavar="N", type=whole(0, 2**32), default=1, help="of the samples drawn (default: 1)")
    result.add_argument(
        "--quantiles", metavar="N", type=whole(2, 10_000), default=100, help="of what no law fits (default: 100)"
    )
    result.add_argument(
        "--dim", metavar="N", type=whole(1, 65536), default=64, help="of every table; traces do not say (default: 64)"
    )
    result.add_argument(
        "--rows", metavar="N", type=whole(1, 10**12), default=1_000_000,
        help="of tables whose rows the trace does not say (default: 1000000)",
    )  # fmt: skip
    result.add_argument("--shardsim", metavar="PATH", type=Path, help="the program, which reads compact traces")
    return result


def target_of(options):
    """The file to write, or None."""
    if options.out is None or options.out.suffix == ".json":
        return options.out
    name = options.trace.name
    for ending in (".gz", ".zst", *ENDINGS):
        name = name.removesuffix(ending)
    return options.out / f"{name}.json"


def rates_beside(target):
    return target.with_name(f"{target.stem}.rates.csv")


def parts_beside(target):
    """Of traffic and model, for scenarios to name."""
    return target.with_name(f"{target.stem}.traffic.json"), target.with_name(f"{target.stem}.model.json")


def check_targets(options, target):
    """Before any work is done. Whether rates are written is not known yet."""
    if options.plot and options.plot.suffix != ".png":
        raise BadInput("a name that ends in .png is wanted", options.plot)
    beside = [rates_beside(target), *parts_beside(target)] if target else []
    for path in filter(None, (target, options.plot, *beside)):
        if path.is_dir():
            raise BadInput("is a folder; name a file", path)
        if path.exists() and not options.force:
            raise BadInput("exists; --force overwrites it", path)


@contextlib.contextmanager
def writing(path, mode="x", **how):
    """Into a new file beside it, which then takes its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open(mode, **how) as file:
            yield file
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write(fitted, target):
    written = [target]
    if fitted.rates:
        arrivals = fitted.traffic["arrivals"]
        arrivals.get("moments", arrivals)["file"] = rates_beside(target).name
        with writing(rates_beside(target), encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["per_second"])
            table.writerows([f"{rate:.9g}"] for rate in fitted.rates[1])
        written.append(rates_beside(target))
    traffic, model = parts_beside(target)
    write_json(traffic, fitted.traffic)
    written.append(traffic)
    if fitted.tables:
        write_json(model, {"name": target.stem, "nets": [{"name": "fitted", "tables": fitted.tables}]})
        written.append(model)
    write_json(target, {"traffic": fitted.traffic, "tables": fitted.tables, "fit": fitted.fit})
    return written


def write_json(path, content):
    with writing(path, encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False, allow_nan=False, default=float)
        file.write("\n")


def without_nan(value):
    """JSON has none: what is not known is null."""
    if isinstance(value, dict):
        return {key: without_nan(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_nan(v) for v in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value


def run(options):
    target = target_of(options)
    check_targets(options, target)
    trace = source.read(options.trace, source.find_program(options.shardsim))
    fitted = workload.fit(trace, options)
    mine, yours = summary.of_trace(trace, fitted), summary.of_twin(trace, fitted, options.seed)
    rows, by_table = summary.rows_of(trace, fitted, mine, yours), summary.rows_of_tables(fitted, mine, yours)
    names = summary.listed(mine)
    told = summary.text([*rows, *(row for name in names for row in by_table[name])])
    print("\n".join([*summary.reasons(fitted, names), "", told, *summary.left_out(fitted, names)]))
    rows += [row for some in by_table.values() for row in some]
    off = summary.off(rows)
    print(summary.verdict(off))
    fitted.fit["verdict"] = {"like": not off, "off": [what for what, *_ in off]}
    fitted.fit["side_by_side"] = [{"what": what, "trace": a, "twin": b} for what, a, b, _ in rows]
    fitted.fit = without_nan(fitted.fit)
    written = write(fitted, target) if target else []
    if options.plot:
        from shardsim_tools.fitting import picture

        with writing(options.plot, "xb") as file:
            picture.draw(trace, fitted, mine, yours, file)
    for path in filter(None, (*written, options.plot)):
        print(path)


def main():
    options = parser().parse_args()
    return command.run(lambda: run(options), target_of(options))


if __name__ == "__main__":
    sys.exit(main())
