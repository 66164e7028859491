# SPDX-License-Identifier: Apache-2.0
"""The constants of the paper experiments that are not facts, and a copy of the input files with one of them changed."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

from shardsim_tools.plotting.sweep import SweepError

# What the two experiments read.
INPUTS = [
    *(f"models/{model}.json" for model in ("drm1", "drm2", "drm3")),
    *(f"topologies/{name}.json" for name in ("star-dc", "platforms/sc-large", "platforms/sc-small")),
    *(f"workloads/experiments/{name}.json" for name in ("paper", "paper-load", "drm1", "drm1-load")),
    *(f"workloads/{name}.json" for name in ("serving/default", "query_sizes/drm")),
]


@dataclass(frozen=True)
class Place:
    file: str  # below the root of the checkout
    path: str  # keys with dots between; * is every member that has what follows
    power: int = 1  # -1: divided by the factor
    rest: bool = False  # what is scaled is how much less than 1 the value is


@dataclass(frozen=True)
class Constant:
    name: str
    shipped: str
    known: str  # where its value comes from
    places: tuple[Place, ...]


def read_constants(file: Path = Path(__file__).with_name("constants.json")) -> list[Constant]:
    entries = json.loads(file.read_text(encoding="utf-8"))["constants"]
    return [
        Constant(e["name"], e["shipped"], e["known"], tuple(Place(**place) for place in e["places"])) for e in entries
    ]


def copy_inputs(root: Path, target: Path) -> None:
    for name in INPUTS:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, target / name)


def change(folder: Path, constant: Constant, factor: float) -> None:
    """Scales the constant in the input files below the folder."""
    for place in constant.places:
        file = folder / place.file
        content = json.loads(file.read_text(encoding="utf-8"))
        found = list(holders(content, place.path.split(".")))
        if not found:
            raise SweepError(f"{file}: no {place.path}, which constant {constant.name!r} names")
        for holder, key in found:
            value = holder[key]
            by = factor**place.power
            holder[key] = 1 - scaled(1 - value, by) if place.rest else scaled(value, by)
        file.write_text(json.dumps(content), encoding="utf-8")


def scaled(value: Any, factor: float) -> Any:
    """0.3, 18, "25 Gbps": whole numbers stay whole, units stay."""
    if isinstance(value, int):
        return round(value * factor)
    if isinstance(value, float):
        return value * factor
    parts = re.fullmatch(r"([\d.]+)(.*)", value)
    assert parts, value
    number, unit = parts.groups()
    return f"{float(number) * factor:.9g}{unit}"


def holders(content: Any, keys: list[str]) -> Iterator[tuple[Any, Any]]:
    """(object, key) of every field the keys lead to."""
    if isinstance(content, list):
        members: dict[Any, Any] = dict(enumerate(content))
    elif isinstance(content, dict):
        members = content
    else:
        return
    found = list(members) if keys[0] == "*" else [key for key in members if key == keys[0]]
    for key in found:
        if len(keys) == 1:
            yield content, key
        else:
            yield from holders(members[key], keys[1:])
