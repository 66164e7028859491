# SPDX-License-Identifier: Apache-2.0
"""Does every constant exist where it is said to be; and is a flip seen, an interruption resumed, a run not repeated?"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import fixture

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shardsim_tools.findings.catalogue import findings  # noqa: E402
from shardsim_tools.findings.constants import (  # noqa: E402
    Constant,
    Place,
    change,
    copy_inputs,
    holders,
    read_constants,
    scaled,
)  # noqa: E402
from shardsim_tools.findings.page import sensitivity_section  # noqa: E402
from shardsim_tools.findings.runs import Runner  # noqa: E402
from shardsim_tools.findings.sensitivity import study  # noqa: E402
from shardsim_tools.findings.verdict import Verdict  # noqa: E402
from shardsim_tools.plotting.sweep import SweepError  # noqa: E402

# Their places hold parts of what is said, or several values.
SAID_OTHERWISE = {"round trip", "clock, sc-small", "pooling", "absent features"}
# Answers as the program does, from sweeps prepared in its folder: those in bent/ where batches are smaller than shipped.
STAND_IN = f"""#!{sys.executable}
import json, pathlib, shutil, sys
arguments = sys.argv[1:]
here, experiment = pathlib.Path(__file__).parent, pathlib.Path(arguments[1])
out = pathlib.Path(arguments[arguments.index("--out") + 1])
batch = json.loads((experiment.parents[1] / "serving/default.json").read_text())["batch_items"]
with open(here / "log", "a") as log:
    log.write(f"{{experiment.stem}} {{batch}} {{' '.join(arguments[4:])}}\\n")
if (here / "broken").exists() and batch == 96:
    sys.exit("shardsim: it is broken")
shutil.copytree(here / ("bent" if batch < 64 else "shipped") / experiment.stem, out)
"""


def number_in(text):
    return float(re.search(r"[\d.]+", str(text)).group())


class Constants(unittest.TestCase):
    def test_each_is_where_it_is_said_to_be_and_changes(self):
        with tempfile.TemporaryDirectory() as holder:
            copy_inputs(ROOT, Path(holder))
            for constant in read_constants():
                for place in constant.places:
                    with self.subTest(constant=constant.name, place=place):
                        file = Path(holder) / place.file
                        before = file.read_text()
                        change(Path(holder), Constant(constant.name, "", "", (place,)), 0.5)
                        self.assertNotEqual(json.loads(file.read_text()), json.loads(before))
                        file.write_text(before)

    def test_the_value_told_is_the_value_shipped(self):
        for constant in read_constants():
            if constant.name in SAID_OTHERWISE:
                continue
            with self.subTest(constant.name):
                place = constant.places[0]
                content = json.loads((ROOT / place.file).read_text())
                values = {number_in(holder[key]) for holder, key in holders(content, place.path.split("."))}
                self.assertEqual(values, {number_in(constant.shipped)})

    def test_scaling_keeps_units_and_whole_numbers(self):
        for value, expected in (("25 Gbps", "12.5 Gbps"), (0.3, 0.15), (64, 32), ("1 GiB/s", "0.5 GiB/s")):
            self.assertEqual(scaled(value, 0.5), expected)
        self.assertIsInstance(scaled(17, 0.5), int)

    def test_a_power_divides(self):
        with tempfile.TemporaryDirectory() as holder:
            file = Path(holder) / "x.json"
            file.write_text('{"a": {"b": "3 us"}, "c": [{"d": 4}, {"e": 5}]}')
            places = (Place("x.json", "a.b", -1), Place("x.json", "c.*.d"))
            change(Path(holder), Constant("x", "", "", places), 1.5)
            self.assertEqual(json.loads(file.read_text()), {"a": {"b": "2 us"}, "c": [{"d": 6}, {"e": 5}]})


class Running(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        for kind in ("shipped", "bent"):
            serial, load = fixture.serial(), fixture.load()
            if kind == "bent":
                serial["drm1", "nsbp 8"].overheads["p50_overhead"] = 0.16  # F3: rises
                for name in fixture.CONFIGURATIONS[1:]:
                    serial["drm2", name].overheads["p99_overhead"] = 0.03  # F2 holds of the others
                load["drm2", "nsbp 8"].verdict = "saturated"  # F9: cannot be judged
                load["drm1, serial, one batch", "load-balanced 8"].overheads["p50_overhead"] = 0.0  # F8: undecided
            serial.write(self.folder / kind / "paper")
            load.write(self.folder / kind / "paper-load")
        self.program = self.folder / "program"
        self.program.write_text(STAND_IN)
        self.program.chmod(0o755)

    def study(self, queries=1234):
        runner = Runner(self.program, self.folder / "cache", queries, 1)
        judged = dict.fromkeys(findings(), Verdict.HOLDS)
        return study(runner, [c for c in read_constants() if c.name == "items a batch"], judged, lambda *_: None)

    def log(self):
        return (self.folder / "log").read_text().splitlines()

    def test_flips_are_seen(self):
        sensitivity = self.study()
        text = "\n".join(sensitivity_section(sensitivity))
        row = next(line for line in text.splitlines() if line.startswith("| items a batch | 64 | "))
        self.assertEqual(row.split(" | ")[2:], ["**F3 does not hold**, F9 cannot be judged, *F8 undecided*", "– |"])
        self.assertIn("F3 (holds) flips with items a batch -50 %.", text)
        self.assertIn("1,234 queries", text)
        self.assertIn("| items a batch | +1.2 / +3.0 / +1.2 | +1.2 / +1.2 / +1.2 |", text)
        self.assertIn("known to ±0.2 points; over all changes drm1 from +1.2 to +1.2, drm2 from +1.2 to +3.0", text)

    def test_what_few_queries_leave_undecided_is_no_change(self):
        for kind in ("shipped", "bent"):
            experiment = fixture.serial()
            experiment["drm1", "nsbp 8"].overheads["p50_overhead"] = 0.119  # F3: to be decided by more queries only
            shutil.rmtree(self.folder / kind / "paper")
            experiment.write(self.folder / kind / "paper")
        sensitivity = self.study()
        self.assertEqual(sensitivity.shipped.verdicts["F3"], Verdict.UNDECIDED)
        row = sensitivity.rows[0]
        self.assertEqual(sensitivity.flips(row, "+50 %") + sensitivity.fades(row, "+50 %"), [])
        self.assertEqual(sensitivity.fades(row, "-50 %"), ["F8"])

    def test_runs_are_kept(self):
        self.study()
        runs = [line.split()[:2] for line in self.log()]
        self.assertEqual(runs, [[e, batch] for batch in ("64", "32", "96") for e in ("paper", "paper-load")])
        self.assertIn("traffic.queries=1234", self.log()[0])
        self.study()
        self.assertEqual(len(self.log()), 6)  # nothing was run again
        self.study(1235)
        self.assertEqual(len(self.log()), 12)
        self.program.write_text(STAND_IN + "# another program\n")
        self.study(1235)
        self.assertEqual(len(self.log()), 14)  # with the same results
        table = self.folder / "shipped/paper/sweep.csv"
        table.write_text(table.read_text().replace("1000", "1001"))
        self.program.write_text(STAND_IN + "# yet another\n")
        self.study(1235)
        self.assertEqual(len(self.log()), 20)

    def test_what_failed_is_run_again_and_the_rest_is_not(self):
        (self.folder / "broken").touch()
        with self.assertRaisesRegex(SweepError, "it is broken"):
            self.study()
        (self.folder / "broken").unlink()
        self.study()
        self.assertEqual(len(self.log()), 5 + 2)

    def paper(self, *arguments):
        results = [self.folder / "shipped" / name for name in ("paper", "paper-load")]
        command = [sys.executable, ROOT / "scripts/paper.py", *results, "--out", self.folder / "docs", *arguments]
        return subprocess.run(
            list(map(str, command)), capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )

    def test_no_program_and_no_such_constant(self):
        for arguments, word in (
            (["--shardsim", self.folder / "nowhere"], "nowhere"),
            (["--only", "colour"], "'colour'"),
        ):
            process = self.paper("--cache", self.folder / "cache", *arguments)
            self.assertEqual((process.returncode, len(process.stderr.splitlines())), (2, 1), process.stderr)
            self.assertIn(word, process.stderr)
            self.assertFalse((self.folder / "docs").exists())


if __name__ == "__main__":
    unittest.main()
