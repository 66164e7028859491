#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes models/: shipped models with fewer rows, so that they fit the machine that they are served on.

example: tests/real/make_models.py --check      exits 1 and names the files that differ
"""
import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SHIPPED = HERE.parents[1] / "models"
FEWEST = 100  # rows

Scaled = tuple[str, str, Callable[[int], int]]
MODELS: dict[str, Scaled] = {
    "dlrm": ("mlperf-dlrm-v2", "at most 500,000 rows a table", lambda rows: min(rows, 500_000)),
    "drm1": ("drm1", "one row of 40", lambda rows: max(FEWEST, rows // 40)),
    "dominating": ("drm3", "one row of 80", lambda rows: max(FEWEST, rows // 80)),
}


def scaled(name: str) -> str:
    shipped, how, rows_of = MODELS[name]
    model: dict[str, Any] = json.loads((SHIPPED / f"{shipped}.json").read_text())
    model["name"] = f"{shipped}-{name}" if name not in shipped else f"{shipped}-scaled"
    model["description"] = f"{shipped} with {how}"
    model["sources"] = {"what": f"models/{shipped}.json, {how}"}
    for net in model["nets"]:
        for table in net["tables"]:
            table["rows"] = rows_of(table["rows"])
    return json.dumps(model) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing")
    args = parser.parse_args()
    differ = []
    for name in MODELS:
        file = HERE / "models" / f"{name}.json"
        if not file.exists() or file.read_text() != scaled(name):
            differ.append(file)
            if not args.check:
                file.parent.mkdir(exist_ok=True)
                file.write_text(scaled(name))
    for file in differ if args.check else []:
        print(f"{file.relative_to(HERE.parents[1])} is not what make_models.py writes")
    return 1 if args.check and differ else 0


if __name__ == "__main__":
    sys.exit(main())
