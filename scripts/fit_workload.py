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

import argparse
import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shardsim_tools import files
from shardsim_tools.fitting import source, summary, workload
from shardsim_tools.traces import command
from shardsim_tools.traces.errors import BadInput

ENDINGS = (".jsonl", ".trace")


def whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError
        return int(text)

    parse.__name__ = f"whole number from {least} to {most}"  # what argparse says
    return parse


def parser() -> argparse.ArgumentParser:
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
    result.add_argument(
        "--seed", metavar="N", type=whole(0, 2**32), default=1, help="of the samples drawn (default: 1)"
    )
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


def target_of(options: argparse.Namespace) -> Path | None:
    """The file to write, or None."""
    out: Path | None = options.out
    if out is None or out.suffix == ".json":
        return out
    name = options.trace.name
    for ending in (".gz", ".zst", *ENDINGS):
        name = name.removesuffix(ending)
    return out / f"{name}.json"


def rates_beside(target: Path) -> Path:
    return target.with_name(f"{target.stem}.rates.csv")


def parts_beside(target: Path) -> tuple[Path, Path]:
    """Of traffic and model, for scenarios to name."""
    return target.with_name(f"{target.stem}.traffic.json"), target.with_name(f"{target.stem}.model.json")


def check_targets(options: argparse.Namespace, target: Path | None) -> None:
    """Before any work is done. Whether rates are written is not known yet."""
    if options.plot and options.plot.suffix != ".png":
        raise BadInput("a name that ends in .png is wanted", options.plot)
    beside = [rates_beside(target), *parts_beside(target)] if target else []
    targets: list[Path | None] = [target, options.plot, *beside]
    for path in filter(None, targets):
        if path.is_dir():
            raise BadInput("is a folder; name a file", path)
        if path.exists() and not options.force:
            raise BadInput("exists; --force overwrites it", path)


def write(fitted: workload.Workload, target: Path) -> list[Path]:
    written = [target]
    if fitted.rates:
        arrivals = fitted.traffic["arrivals"]
        arrivals.get("moments", arrivals)["file"] = rates_beside(target).name
        with files.writing(rates_beside(target), encoding="utf-8", newline="") as file:
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


def write_json(path: Path, content: dict[str, Any]) -> None:
    with files.writing(path, encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False, allow_nan=False, default=float)
        file.write("\n")


def without_nan(value: Any) -> Any:
    """JSON has none: what is not known is null."""
    if isinstance(value, dict):
        return {key: without_nan(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_nan(v) for v in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value


def run(options: argparse.Namespace) -> None:
    target = target_of(options)
    check_targets(options, target)
    trace = source.read(options.trace, source.find_program(options.shardsim))
    how = workload.Options(options.per, options.seed, options.quantiles, options.dim, options.rows)
    fitted = workload.fit(trace, how)
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

        with files.writing(options.plot, "xb") as file:
            picture.draw(trace, fitted, mine, yours, file)
    for path in [*written, *([options.plot] if options.plot else [])]:
        print(path)


def main() -> int:
    options = parser().parse_args()
    return command.run(lambda: run(options), target_of(options))


if __name__ == "__main__":
    sys.exit(main())
