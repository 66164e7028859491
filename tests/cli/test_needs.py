# SPDX-License-Identifier: Apache-2.0
"""Under a Python without the packages a script needs: one clear line, not a traceback."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
OPTIONAL = ["numpy", "scipy", "pandas", "matplotlib", "yaml", "distributed"]


class Missing(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.hidden = self.folder / "hidden"
        self.hidden.mkdir()
        for name in OPTIONAL:
            (self.hidden / f"{name}.py").write_text("raise ImportError\n")

    def run_bare(self, script, *arguments):
        return subprocess.run(
            [sys.executable, SCRIPTS / script, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=1200,
            env=os.environ | {"PYTHONPATH": str(self.hidden)},
        )

    def assert_refused(self, done, *parts):
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), done.stderr)
        for part in ("missing in", sys.executable, "apt-get install", *parts):
            self.assertIn(part, done.stderr)

    def test_every_script(self):
        """Each shows its help, or says in one line what is missing, which Python it is, and what to install."""
        refused = set()
        for script in sorted(SCRIPTS.glob("*.py")):
            with self.subTest(script.name):
                done = self.run_bare(script.name, "--help")
                if done.returncode:
                    self.assert_refused(done)
                    refused.add(script.name)
        self.assertLessEqual({"fit_workload.py", "plot_cdf.py", "plot_trace.py", "table.py", "paper.py"}, refused)
        self.assertFalse({"convert_topology.py", "convert_trace.py"} & refused)  # most of what they do needs nothing

    def test_all_that_is_missing_is_named(self):
        self.assert_refused(
            self.run_bare("plot_cdf.py", "--help"), "pandas, matplotlib", "python3-pandas python3-matplotlib"
        )

    def test_only_yaml_needs_yaml(self):
        ring = self.folder / "ring.yml"
        ring.write_text("topology: [ Ring ]\nnpus_count: [ 3 ]\nbandwidth: [ 1 ]\nlatency: [ 1 ]\n")
        self.assert_refused(self.run_bare("convert_topology.py", ring), "PyYAML", "python3-yaml")
        edges = self.folder / "e.csv"
        edges.write_text("source,target,bandwidth,latency\na,b,1 Gbps,1 us\n")
        self.assertEqual(self.run_bare("convert_topology.py", edges).returncode, 0)


if __name__ == "__main__":
    unittest.main()
