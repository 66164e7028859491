# SPDX-License-Identifier: Apache-2.0
"""scripts/fit_platform.py against lines drawn by hand."""
import json
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "docs/examples/haswell-loaded-latency.csv"


def fit(*arguments):
    return subprocess.run(
        ["/usr/bin/python3", ROOT / "scripts/fit_platform.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


class FitPlatform(unittest.TestCase):
    def figures(self, *arguments):
        done = fit(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads(done.stdout)
        return found["memory_bandwidth"], found["lookup"]["time"], found["lookup"]["time_per_byte"], done.stderr

    def test_two_timings(self):
        """(179 - 57) / (512 - 64) = 0.2723 ns a byte; 57 - 64 x 0.2723 = 39.57 ns."""
        self.assertEqual(
            self.figures(EXAMPLE, "--lookup", "64:57", "--lookup", "512:179")[:3], ("122.7 GB/s", "39.6 ns", "0.272 ns")
        )

    def test_a_curve(self):
        """A straight curve from 100 ns at 0 to 200 ns at 100 GB/s: at 80 % 180 ns; 9 lines: 20 ns; at 32 GB/s a line of 64 B is 2 ns of it.
        100 GB/s x 20 ns / 64 B = 31.25 cores."""
        with tempfile.TemporaryDirectory() as folder:
            curve = pathlib.Path(folder) / "c.csv"
            curve.write_text("latency_ns,bandwidth_MB_per_s\n200,100000\n100,0\n")
            *figures, note = self.figures(curve, "--chains", 9, "--stream", 32, "--load", 0.8)
        self.assertEqual(figures, ["100 GB/s", "18 ns", "0.031 ns"])
        self.assertIn("31.2 cores", note)

    def test_the_example_platform_is_what_the_script_makes(self):
        platform = json.loads((ROOT / "docs/examples/haswell.json").read_text())
        bandwidth, time, per_byte, _ = self.figures(EXAMPLE, "--chains", 4)
        self.assertEqual(
            (platform["memory_bandwidth"], platform["lookup"]["time"], platform["lookup"]["time_per_byte"]),
            (bandwidth, time, per_byte),
        )

    def test_bad_input(self):
        for arguments, words in (((EXAMPLE, "--lookup", "64:57"), "give it twice"), ((EXAMPLE, "--lookup", "64:57", "--lookup", "64:60"), "must differ"),
                                 ((EXAMPLE, "--load", "2"), "at most 1"), ((ROOT / "workloads/arrivals/azure-llm-2023-conv.csv",), "has no column bandwidth_MB_per_s and latency_ns")):  # fmt: skip
            done = fit(*arguments)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(words, done.stderr)
            self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()
