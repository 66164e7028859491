#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The tables and the picture of docs/validation/real.md, from the data beside it.

The words of that page are written by hand; what stands between `<!-- NAME -->` and `<!-- end -->` is written by this. With
--from, the data come from a campaign of tests/real/run.

example: tests/real/report.py --from out/real      takes over what was measured and predicted
         tests/real/report.py --check              exits 1 if page and data do not agree
"""
import argparse
import csv
import itertools
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(Path(__file__).parent)]

from campaign.calibration import PLATFORM  # noqa: E402
from campaign.configurations import MODELS, Configuration  # noqa: E402
from campaign.measuring import SERIAL  # noqa: E402
from campaign.prediction import place_of  # noqa: E402
from shardsim_tools.benching.measure import table  # noqa: E402

DATA = ROOT / "docs/validation"
PAGE = DATA / "real.md"
FILES = {
    "real.csv": "real.csv",
    "serial.csv": "real-serial.csv",
    "spans.csv": "real-spans.csv",
    "machine.json": "real-machine.json",
}
FIGURES = {"p50": "P50", "p90": "P90", "p99": "P99", "cpu": "CPU"}
CLASSES = {"dense": "of it dense", "sparse": "of it sparse"}
GOALS = {"p50": 0.10, "p99": 0.20}  # how far off a prediction may be
SHARE = {"p50": 0.8, "p99": 0.8, "order": 0.9}  # of them that are to be no further off


@dataclass(frozen=True)
class Point:
    """A configuration at a load."""

    row: dict[str, str]

    @property
    def configuration(self) -> Configuration:
        return Configuration(self.row["model"], self.row["strategy"], int(self.row["shards"]))

    @property
    def load(self) -> float:
        return float(self.row["load"])

    @property
    def used(self) -> bool:
        return self.row["used_to_calibrate"] == "1"

    def measured(self, figure: str) -> float:
        return float(self.row[f"{figure}_measured_us"])

    def predicted(self, figure: str) -> float:
        return float(self.row[f"{figure}_predicted_us"])

    def spread(self, figure: str) -> float:
        return float(self.row[f"{figure}_spread"])

    def error(self, figure: str, predicted: str = "predicted") -> float:
        """Or "at_speed": with the speed that the machine had in each run."""
        return float(self.row[f"{figure}_{predicted}_us"]) / self.measured(figure) - 1

    def interval(self, figure: str) -> tuple[float, float]:
        """In which all rounds were."""
        value, spread = self.measured(figure), self.spread(figure)
        return value * (1 - spread), value * (1 + spread)


def points_of(file: Path) -> list[Point]:
    with file.open(newline="") as lines:
        return [Point(row) for row in csv.DictReader(lines)]


def load_name(load: float) -> str:
    return "one by one" if load == SERIAL else f"{load:.0%}".replace("%", " %")


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def signed(share: float) -> str:
    return f"{100 * share:+.0f} %"


def ordered_pairs(points: Sequence[Point], figure: str) -> Iterator[tuple[bool, bool]]:
    """Of pairs at one model and load whose measured intervals are disjoint: whether one of them is singular, and whether
    the prediction has them in the measured order."""
    for a, b in itertools.combinations(points, 2):
        if (a.configuration.model, a.load) != (b.configuration.model, b.load):
            continue
        if a.measured(figure) > b.measured(figure):
            a, b = b, a
        if a.interval(figure)[1] >= b.interval(figure)[0]:
            continue
        singular = 0 in (a.configuration.shards, b.configuration.shards)
        yield singular, a.predicted(figure) < b.predicted(figure)


def counted(right: Sequence[bool]) -> str:
    return f"{sum(right)} of {len(right)} ({percent(sum(right) / len(right))})" if right else "none"


def goals(points: Sequence[Point]) -> str:
    """On what was not used to calibrate."""
    free = [p for p in points if not p.used]
    rows = []
    for (figure, limit), how in itertools.product(GOALS.items(), ("predicted", "at_speed")):
        near = [abs(p.error(figure, how)) <= limit for p in free]
        near_or_spread = [abs(p.error(figure, how)) <= max(limit, p.spread(figure)) for p in free]
        name = f"{FIGURES[figure]} within {percent(limit)}" + (", at each run's speed" if how == "at_speed" else "")
        rows.append([name, counted(near), counted(near_or_spread), percent(SHARE[figure])])
    for figure in ("p50", "p99", "cpu"):
        pairs = list(ordered_pairs(points, figure))
        for name, some in (
            (f"order of {FIGURES[figure]}, of pairs told apart", [right for _, right in pairs]),
            (f"sign of the {FIGURES[figure]} overhead over singular", [right for singular, right in pairs if singular]),
        ):
            rows.append([name, counted(some), "", percent(SHARE["order"])])
    return table(["", "so many", "or within the rounds' spread", "goal"], rows)


def errors(points: Sequence[Point]) -> str:
    """Medians of what was not used to calibrate, by model and load."""
    rows = []
    keys = sorted({(p.configuration.model, p.load) for p in points}, key=lambda k: (MODELS.index(k[0]), k[1]))
    for model, load in keys:
        some = [p for p in points if (p.configuration.model, p.load) == (model, load) and not p.used]
        row = [f"{model}, {load_name(load)}", str(len(some))]
        for figure in FIGURES | CLASSES:
            middle = median(p.error(figure) for p in some)
            worst = max((p.error(figure) for p in some), key=abs)
            spread = median(p.spread(figure) for p in some)
            row.append(f"{signed(middle)} / {signed(worst)} (± {percent(spread)})")
        rows.append(row)
    return table(["", "configurations", *(FIGURES | CLASSES).values()], rows)


def cell(point: Point, figure: str) -> str:
    reach = point.row.get(f"{figure}_interval")
    guess = f"{point.predicted(figure):,.0f}" + (f" ± {percent(float(reach))}" if reach else "")
    found = f"{point.measured(figure):,.0f} ± {percent(point.spread(figure))}"
    return f"{found} / {guess} / **{signed(point.error(figure))}**"


def overheads(point: Point, singular: Point | None) -> str:
    if singular is None or singular is point:
        return ""
    found = point.measured("cpu") / singular.measured("cpu") - 1
    guess = point.predicted("cpu") / singular.predicted("cpu") - 1
    return f"{signed(found)} / {signed(guess)}"


def everything(model: str) -> Callable[[Sequence[Point]], str]:
    def of_model(points: Sequence[Point]) -> str:
        some = [p for p in points if p.configuration.model == model]
        rows = []
        for point in some:
            base = next((p for p in some if p.configuration.shards == 0 and p.load == point.load), None)
            name = point.configuration.plan + (" *" if point.used else "")
            figures = [cell(point, figure) for figure in FIGURES]
            rows.append([name, load_name(point.load), *figures, overheads(point, base)])
        return table(["", "load", *FIGURES.values(), "compute overhead"], rows)

    return of_model


def spans(_: Sequence[Point]) -> str:
    with (DATA / "real-spans.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    cells = {}  # by system and part
    for row in rows:
        configuration = Configuration(row["model"], row["strategy"], int(row["shards"]))
        text = f"{float(row['measured_us']):,.0f} / {float(row['predicted_us']):,.0f}"
        cells[configuration, float(row["load"]), row["part"]] = text
    systems = list(dict.fromkeys((configuration, load) for configuration, load, _ in cells))
    names = {
        "bottom": "bottom MLP",
        "gather": "own gather",
        "wait": "waiting for shards",
        "shard": "of it, in the last shard's handler",
        "top": "interaction and top MLP",
        "rest": "the rest: queueing, messages",
        "query": "all",
    }
    out = [[name, *(cells[(*system, part)] for system in systems)] for part, name in names.items()]
    heads = [f"{configuration.plan}, {load_name(load)}" for configuration, load in systems]
    return table([f"us, {systems[0][0].model}", *heads], out)


def short(value: Any) -> str:
    """A number with its unit, if any, to three digits."""
    number, *unit = str(value).split()
    return " ".join([f"{float(number):.3g}", *unit])


def constants(_: Sequence[Point]) -> str:
    """What was measured of the machine, and what the calibration made of it."""
    machine: dict[str, Any] = json.loads((DATA / "real-machine.json").read_text())
    rows = []
    for found in machine["fields"]:
        path = found["path"].removeprefix(f"{PLATFORM}.")
        folder, key = place_of(machine["platform"], path)
        ends = [f"{short(low)} .. {short(high)}" for low, high in ((found["from"], found["to"]), found["together"])]
        at = {"from": ", at the low end", "to": ", at the high end"}.get(found["at_end"], "")
        rows.append([f"`{path}`", short(folder[key]), short(found["value"]), *ends, found["determined"] + at])
    return table(["field", "measured", "calibrated", "looked for in", "determined to", ""], rows)


TABLES: dict[str, Callable[[Sequence[Point]], str]] = {
    "goals": goals,
    "errors": errors,
    "serial": lambda _: errors(points_of(DATA / "real-serial.csv")),
    "spans": spans,
    "constants": constants,
    **{f"all {model}": everything(model) for model in MODELS},
}


def written(page: str, points: Sequence[Point]) -> str:
    def block(found: re.Match[str]) -> str:
        return f"<!-- {found[1]} -->\n{TABLES[found[1]](points)}<!-- end -->"

    return re.sub(r"<!-- ([a-z0-9 ]+?) -->\n(?:(?!<!-- ).*\n)*<!-- end -->", block, page)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="source", type=Path, metavar="DIR", help="--out of tests/real/run")
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--no-picture", action="store_true", help="the tables alone")
    args = parser.parse_args()
    if args.source:
        for name, kept in FILES.items():
            shutil.copyfile(args.source / name, DATA / kept)
    points = points_of(DATA / "real.csv")
    page = PAGE.read_text()
    now = written(page, points)
    if args.check:
        if now != page:
            print("docs/validation/real.md is not what tests/real/report.py writes")
        return int(now != page)
    PAGE.write_text(now)
    if not args.no_picture:
        from campaign import picture

        picture.draw(points, GOALS, ROOT / "docs/images")
    return 0


if __name__ == "__main__":
    sys.exit(main())
