# SPDX-License-Identifier: Apache-2.0
"""Rooms of sim/ include only what is below them, as docs/architecture.md draws it."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SIM = ROOT / "sim"
# What each room may include, itself aside.
BELOW = {
    "engine": {"config"},
    "config": {"engine"},
    "stats": {"engine", "config"},
    "model": {"stats", "engine", "config"},
    "caches": {"model", "stats", "engine", "config"},
    "sharding": {"model", "stats", "engine", "config"},
    "topology": {"stats", "engine", "config"},
    "network": {"topology", "stats", "engine", "config"},
    "workload": {"model", "stats", "engine", "config"},
    "cluster": {"model", "topology", "stats", "engine", "config"},
}
BELOW["serving"] = {*BELOW}
BELOW["experiment"] = {*BELOW}
BELOW["validation"] = {*BELOW}
BELOW["cli"] = {*BELOW}
# Where two rooms meet in a few files only.
ONLY = {
    ("config", "engine"): {"engine/units.hpp"},
    ("engine", "config"): {"config/choice.hpp"},  # distributions are described
}
# Rooms without a clock: nothing that they include may lead there.
TIMELESS = ["config", "stats", "model", "caches", "sharding", "topology"]
CLOCK = "engine/simulation.hpp"


def includes(file):
    """(line number, path from sim/) of a file's includes of this project."""
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if found := re.match(r'\s*#\s*include\s+"([^"]+)"', line):
            yield number, found.group(1)


def files(room):
    return sorted(file for file in (SIM / room).rglob("*") if file.suffix in (".hpp", ".cpp"))


def complaint(room, header):
    other = header.split("/")[0]
    if other == room:
        return None
    if other not in BELOW[room]:
        return f"{room} may not include {other}"
    if header not in ONLY.get((room, other), {header}):
        return f"{room} may include of {other} only {', '.join(ONLY[room, other])}"
    return None


class Arrows(unittest.TestCase):
    def test_the_table_has_every_room(self):
        self.assertEqual(set(BELOW), {folder.name for folder in SIM.iterdir() if folder.is_dir()})

    def test_the_table_is_what_the_documentation_draws(self):
        diagram = re.search(r"```\n(cli .*?)```", (ROOT / "docs/architecture.md").read_text(), re.DOTALL).group(1)
        floors = [re.findall(r"\w+", floor) for floor in diagram.split("->")]
        floor_of = {room: number for number, floor in enumerate(floors) for room in floor}
        self.assertEqual(set(floor_of), set(BELOW))
        for room, below in BELOW.items():
            for other in below:
                if floor_of[room] != len(floors) - 1:
                    self.assertLess(floor_of[room], floor_of[other], f"{room} includes {other}")

    def test_rooms_include_only_what_is_below_them(self):
        wrong = [
            f"{file.relative_to(ROOT)}:{line}: {header}: {why}"
            for room in BELOW
            for file in files(room)
            for line, header in includes(file)
            if (why := complaint(room, header))
        ]
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_rooms_without_a_clock_do_not_reach_it(self):
        leads = {}

        def leads_to_clock(header):
            if header not in leads:
                leads[header] = header == CLOCK
                leads[header] |= any(leads_to_clock(next_) for _, next_ in includes(SIM / header))
            return leads[header]

        wrong = [
            f"{file.relative_to(ROOT)}:{line}: {header} leads to {CLOCK}"
            for room in TIMELESS
            for file in files(room)
            for line, header in includes(file)
            if leads_to_clock(header)
        ]
        self.assertTrue(leads_to_clock("network/network.hpp"))
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))


if __name__ == "__main__":
    unittest.main()
