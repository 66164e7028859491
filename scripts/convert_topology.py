#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Turns a network topology of another tool into shardsim's own JSON.

examples: scripts/convert_topology.py platform.xml topology.json --frontend gateway
          scripts/convert_topology.py polska.xml out.json --default bandwidth-unit=Mbps --latency-per-km '5 us'

What the result cannot express, and how many values were not in the file, is told on stderr, a line each. Exit code 2: the
file cannot be converted, and nothing is written; what is wrong is told, a line for each kind of fault, with what settles it.
"""

import argparse
import decimal
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from shardsim_tools import files
from shardsim_tools.topology_formats import FORMATS, units
from shardsim_tools.topology_formats.graph import Defaults, Graph
from shardsim_tools.topology_formats.source import BadInput, Source, load

DEFAULTS = {"bandwidth", "latency", "kind", "bandwidth-unit", "latency-unit", "module"}


class Parser(argparse.ArgumentParser):
    """One line on a mistake, as for a mistake in the file."""

    def error(self, message: str) -> NoReturn:
        print(f"convert_topology: {message} (--help shows all options)", file=sys.stderr)
        sys.exit(2)


def parser() -> argparse.ArgumentParser:
    result = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("input", metavar="IN", nargs="?", type=Path, help="the file to convert")
    result.add_argument("output", metavar="OUT.json", nargs="?", type=Path, help="where to write (default: stdout)")
    result.add_argument("--format", metavar="NAME", choices=[f.NAME for f in FORMATS], help="see --list-formats")
    result.add_argument(
        "--default", metavar="KEY=VALUE", action="append", default=[],
        help="what the file leaves unsaid: bandwidth='10 Gbps', latency='1 ms', kind=host or kind=switch; "
        "bandwidth-unit=Mbps and latency-unit=ms are of numbers that have none; module=largest (of SNDlib's; else smallest)",
    )  # fmt: skip
    result.add_argument(
        "--latency-per-km", metavar="TIME", help="latency of links between nodes with coordinates, as in '5 us'"
    )
    result.add_argument(
        "--repair", action="store_true",
        help="rename doubled names, drop loops and doubled links, keep the largest part of the graph",
    )  # fmt: skip
    result.add_argument("--frontend", metavar="NODE", help="the node at which queries enter")
    result.add_argument("--force", action="store_true", help="overwrite OUT.json")
    result.add_argument("--list-formats", action="store_true", help="list the formats and stop")
    return result


def defaults_of(options: argparse.Namespace) -> Defaults:
    values = {}
    for text in options.default:
        key, equals, value = text.partition("=")
        if not equals or key not in DEFAULTS:
            raise BadInput(None, f"--default {text!r} is not KEY=VALUE with a KEY of {', '.join(sorted(DEFAULTS))}")
        values[key.replace("-", "_")] = value.strip()
    checks = {
        "kind": ("host", "switch"), "bandwidth_unit": units.BANDWIDTH, "latency_unit": units.LATENCY,
        "module": ("smallest", "largest"),
    }  # fmt: skip
    for key, allowed in checks.items():
        if key in values and values[key] not in allowed:
            raise BadInput(None, f"--default {key.replace('_', '-')} is {values[key]!r}; one of {', '.join(allowed)}")
    if "bandwidth" in values:
        values["bandwidth"] = units.given_bandwidth(values["bandwidth"], "--default bandwidth")
    if "latency" in values:
        values["latency"] = units.given_latency(values["latency"], "--default latency")
    if options.latency_per_km is not None:
        values["latency_per_km"] = units.scaled(options.latency_per_km, units.LATENCY, None, "--latency-per-km")
        units.latency(values["latency_per_km"], None, "--latency-per-km")
    return Defaults(**values, repair=options.repair)


def format_of(source: Source, name: str | None) -> ModuleType:
    for known in FORMATS:
        if known.NAME == name or (name is None and known.matches(source)):
            return known
    raise BadInput(None, f"is of no format known here; say which with --format: {', '.join(f.NAME for f in FORMATS)}")


def text_of(native: dict[str, Any]) -> str:
    """A link a line, so that files can be compared."""
    parts = []
    for key, value in native.items():
        if key == "links" and value:
            rows = ",\n".join("    " + json.dumps(link, ensure_ascii=False) for link in value)
            parts.append(f'  "links": [\n{rows}\n  ]')
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def write(text: str, path: Path, force: bool) -> None:
    if path.exists() and not force:
        raise BadInput(None, f"{path} exists; --force overwrites it")
    files.write_text(path, text)


def read(source: Source, options: argparse.Namespace) -> dict[str, Any]:
    """The native form; empty when there are findings."""
    defaults = defaults_of(options)
    known = format_of(source, options.format)
    graph = Graph(source, defaults, known.TITLE)
    known.read(source, graph)
    return graph.finished(options.frontend)


def convert(options: argparse.Namespace) -> int:
    """The exit code."""
    decimal.getcontext().prec = 60  # what is read stays exact
    source = load(options.input)
    mistakes = []
    try:
        native = read(source, options)
    except BadInput as error:
        mistakes = [(error.line, error.message)]
    mistakes[:0] = [(finding.line, finding.text()) for finding in source.findings.values()]
    if mistakes:
        for line, message in mistakes:
            say(f"{options.input}:{line}: {message}" if line else f"{options.input}: {message}")
        return 2
    text = text_of(native)
    if options.output:
        write(text, options.output, options.force)
    else:
        sys.stdout.write(text)
        sys.stdout.flush()
    for note in source.notes:
        say(f"note: {note}")
    return 0


def say(message: str) -> None:
    print(f"convert_topology: {' '.join(message.split())}", file=sys.stderr)


def main() -> int:
    arguments = parser()
    options = arguments.parse_intermixed_args()
    if options.list_formats:
        for known in FORMATS:
            print(f"{known.NAME:13} {known.ABOUT}")
        return 0
    if options.input is None:
        arguments.error("name a file to convert")
    try:
        return convert(options)
    except BadInput as error:
        say(f"{options.input}: {error.message}")
    except OSError as error:
        say(f"{error.filename or options.output or options.input}: {error.strerror}")
    return 2


if __name__ == "__main__":
    sys.exit(main())
