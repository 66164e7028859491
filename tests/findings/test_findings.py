# SPDX-License-Identifier: Apache-2.0
"""Can each finding hold, fail and be undecided; and is what cannot be judged refused in one line?"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import fixture

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from shardsim_tools.findings.catalogue import findings  # noqa: E402
from shardsim_tools.findings.estimate import Estimate  # noqa: E402
from shardsim_tools.findings.studies import Studies  # noqa: E402
from shardsim_tools.findings.verdict import Verdict, all_hold, any_holds  # noqa: E402
from shardsim_tools.plotting.sweep import load as load_sweep  # noqa: E402

HOLDS, FAILS, UNDECIDED = Verdict.HOLDS, Verdict.FAILS, Verdict.UNDECIDED


def overhead(study, group, configuration, column, value):
    """A bend: this overhead (its interval, +-0.002, moves along)."""

    def bend(experiments):
        experiments[study][group, configuration].overheads[column] = value

    return bend


def every(study, column, value):
    def bend(experiments):
        for (_, name), point in experiments[study].points.items():
            point.overheads[column] = 0.0 if name == "singular" else value

    return bend


def span(name, time):
    return lambda experiments: experiments["serial"]["drm2", "nsbp 8"].spans.update({name: time})


def busy(service, share):
    return lambda experiments: experiments["load"]["drm1", "load-balanced 8"].busy.update({service: share})


ONE_BATCH, SMALL = "drm1, serial, one batch", "drm1, sc-small sparse"
# Finding: what makes it fail, and what brings it within its interval of the limit. Unbent figures are in fixture.py.
BENDS = {
    "F1": (overhead("serial", "drm2", "load-balanced 8", "p50_overhead", -0.01), overhead("serial", "drm2", "load-balanced 8", "p50_overhead", 0.001)),
    "F2": (every("serial", "p99_overhead", 0.05), every("serial", "p99_overhead", 0.0195)),
    # A step's interval is +-0.002 sqrt 2 = 0.0028.
    "F3": (overhead("serial", "drm1", "nsbp 8", "p50_overhead", 0.13), overhead("serial", "drm1", "nsbp 8", "p50_overhead", 0.118)),
    "F4": (overhead("serial", "drm2", "nsbp 8", "compute_overhead", 0.04), overhead("serial", "drm2", "nsbp 8", "compute_overhead", 0.052)),
    "F5": (overhead("serial", "drm1", "nsbp 4", "compute_overhead", 0.09), overhead("serial", "drm1", "nsbp 2", "p50_overhead", 0.101)),
    "F6": (overhead("serial", "drm3", "load-balanced 2", "p50_overhead", 0.13), overhead("serial", "drm3", "load-balanced 2", "p50_overhead", 0.119)),
    "F7": (overhead("serial", "drm3", "nsbp 8", "p50_overhead", 0.04), overhead("serial", "drm3", "nsbp 8", "p50_overhead", 0.029)),
    "F8": (overhead("load", ONE_BATCH, "load-balanced 8", "p50_overhead", 0.01), overhead("load", ONE_BATCH, "load-balanced 8", "p50_overhead", -0.001)),
    "F9": (overhead("load", "drm1", "nsbp 8", "p99_overhead", 0.02), overhead("load", "drm1", "nsbp 8", "p99_overhead", 0.011)),
    "F10": (overhead("load", SMALL, "nsbp 8", "p99_overhead", 0.05), overhead("load", SMALL, "nsbp 8", "p99_overhead", 0.0245)),
    "F11": (overhead("serial", "drm3", "one-shard", "compute_overhead", 0.05), overhead("serial", "drm3", "one-shard", "compute_overhead", 0.031)),
    # Of 20,000 queries, a mean is taken as known within 1.4 %.
    "F12": (span("sparse", 3000.0), span("sparse", 1990.0)),
    "F13": (busy("sparse", 0.02), busy("sparse", 0.0159)),
}  # fmt: skip


class FindingsCase(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.count = 0

    def write(self, bend=lambda experiments: None, intervals=True):
        """The directories of both experiments."""
        experiments = {"serial": fixture.serial(), "load": fixture.load()}
        bend(experiments)
        self.count += 1
        target = self.folder / str(self.count)
        return [made.write(target / name, intervals) for name, made in experiments.items()]

    def judged(self, bend=lambda experiments: None, intervals=True):
        studies = Studies.of(*map(load_sweep, self.write(bend, intervals)))
        return {name: finding.judge(studies).verdict for name, finding in findings().items()}


class Judging(FindingsCase):
    def test_all_hold_as_invented(self):
        self.assertEqual(self.judged(), dict.fromkeys(BENDS, HOLDS))

    def test_each_can_fail_and_be_undecided(self):
        for name, (failing, unclear) in BENDS.items():
            with self.subTest(name):
                self.assertEqual(self.judged(failing)[name], FAILS)
                self.assertEqual(self.judged(unclear)[name], UNDECIDED)

    def test_without_intervals_figures_are_exact(self):
        for name, (failing, unclear) in BENDS.items():
            if name in ("F12", "F13"):  # theirs do not come from the sweep
                continue
            with self.subTest(name):
                self.assertEqual(self.judged(failing, intervals=False)[name], FAILS)
                self.assertNotEqual(self.judged(unclear, intervals=False)[name], UNDECIDED)

    def test_what_is_in_doubt_decides_nothing(self):
        def too_few(experiments):
            experiments["serial"]["drm1", "nsbp 8"].doubts = "p50:too-few"

        def baseline_too_few(experiments):
            experiments["serial"]["drm1", "singular"].doubts = "cpu:too-few p99:correlated"

        def no_interval(experiments):
            experiments["serial"]["drm1", "nsbp 8"].reach["p50_overhead"] = None

        self.assertEqual([f for f, v in self.judged(too_few).items() if v != HOLDS], ["F1", "F3", "F5", "F11"])
        self.assertEqual([f for f, v in self.judged(no_interval).items() if v != HOLDS], ["F1", "F3", "F5", "F11"])
        # F2 has two other models to hold for.
        self.assertEqual([f for f, v in self.judged(baseline_too_few).items() if v != HOLDS], ["F4", "F5", "F9", "F11"])

    def test_one_decided_figure_outweighs_doubts(self):
        def bend(experiments):
            experiments["serial"]["drm1", "nsbp 8"].doubts = "p50:too-few"
            experiments["serial"]["drm2", "nsbp 8"].overheads["p50_overhead"] = -0.05

        self.assertEqual(self.judged(bend)["F1"], FAILS)

    def test_verdicts_combine(self):
        self.assertEqual(all_hold([HOLDS, UNDECIDED]), UNDECIDED)
        self.assertEqual(all_hold([UNDECIDED, FAILS, HOLDS]), FAILS)
        self.assertEqual(any_holds([FAILS, UNDECIDED]), UNDECIDED)
        self.assertEqual(any_holds([UNDECIDED, FAILS, HOLDS]), HOLDS)
        self.assertEqual(any_holds([FAILS]), FAILS)

    def test_intervals_combine_as_of_independent_figures(self):
        difference = Estimate(10, 7, 12) - Estimate(4, 2, 8)  # down: 3 and 4, up: 2 and 2
        self.assertEqual((difference.value, difference.low), (6, 1))
        self.assertAlmostEqual(difference.high, 6 + 8**0.5)
        ratio = Estimate(10, 9.7, 10) / Estimate(4, 4, 4.16)  # down: 3 % and 4 %
        self.assertAlmostEqual(ratio.low, 2.5 * 0.95)
        self.assertEqual(ratio.high, 2.5)


class Command(FindingsCase):
    def paper(self, *arguments):
        command = [sys.executable, str(ROOT / "scripts/paper.py"), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)

    def assert_refused(self, process, *words):
        self.assertEqual(process.returncode, 2, process.stderr)
        self.assertEqual(len(process.stderr.splitlines()), 1, process.stderr)
        for word in words:
            self.assertIn(word, process.stderr)

    def test_table_of_verdicts(self):
        process = self.paper(*self.write(BENDS["F3"][1]))
        self.assertEqual(process.returncode, 0, process.stderr)
        rows = process.stdout.splitlines()[2:]
        self.assertEqual([row.split("|")[1].strip() for row in rows], list(BENDS))
        verdicts = [row.split("|")[4].strip(" *") for row in rows]
        self.assertEqual([v for v in verdicts if v != "holds"], ["undecided"])
        self.assertIn("11 of 12 steps do, 1 undecided", rows[2])

    def test_page_and_pictures(self):
        out = self.folder / "docs"
        process = self.paper(*self.write(BENDS["F1"][0]), "--out", out, "--no-sensitivity")
        self.assertEqual(process.returncode, 0, process.stderr)
        page = (out / "validation/paper.md").read_text()
        for text in (
            "## F13: ",
            "**does not hold**",
            "**-1.00 ±0.20**",
            "20,000 queries",
            "calibrated",
            "recalled",
            "abstract",
        ):
            self.assertIn(text, page)
        self.assertNotIn("## Sensitivity", page)
        pictures = sorted((out / "images").iterdir())
        self.assertEqual(
            {f"../images/{p.name}" for p in pictures}, {t.split(")")[0] for t in page.split("](")[1:] if ".png" in t}
        )
        self.assertTrue(all(picture.stat().st_size > 5000 for picture in pictures))

    def test_missing_points(self):
        serial, load = self.write(lambda experiments: experiments["serial"].points.pop(("drm2", "nsbp 4")))
        self.assert_refused(self.paper(serial, load), "sweep.csv", "model 'drm2', configuration 'nsbp 4' is missing")
        serial, load = self.write(lambda e: setattr(e["load"]["drm1", "nsbp 8"], "verdict", "saturated"))
        self.assert_refused(self.paper(serial, load), "setting 'drm1', configuration 'nsbp 8' is saturated")
        self.assert_refused(self.paper(load, serial), "setting, configuration, not model")
        self.assert_refused(self.paper(serial, self.folder / "nowhere"), "nowhere/sweep.json", "no such file")
        (serial / "points/032/result.json").unlink()
        self.assert_refused(self.paper(serial, load), "points/032/result.json", "no such file")

    def test_results_that_lack_what_is_asked(self):
        serial, load = self.write()
        (serial / "points/032/result.json").write_text('{"schema_version": 1, "shards": [{}]}')
        self.assert_refused(self.paper(serial, load), "points/032/result.json", "rpcs_per_query")


class PaperCalibration(unittest.TestCase):
    def test_is_what_the_script_writes_and_asks_for_every_finding(self):
        script = ROOT / "scripts/paper_calibration.py"
        done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        spec = json.loads((ROOT / "workloads/experiments/paper-calibration.json").read_text())
        asked = {target["source"].split(":")[0] for target in spec["targets"]}
        self.assertEqual(asked, {f"F{n}" for n in range(1, 14)})


if __name__ == "__main__":
    unittest.main()
