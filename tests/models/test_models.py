# SPDX-License-Identifier: Apache-2.0
"""What is shipped is what the generator writes, adds up to the figures it is after, and names its sources."""
import json
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GIB = 2**30


def fields(value, prefix=""):
    for key, v in value.items():
        if isinstance(v, dict):
            yield from fields(v, f"{prefix}{key}.")
        else:
            yield prefix + key


class Models(unittest.TestCase):
    def test_the_generator_writes_what_is_shipped(self):
        done = subprocess.run([sys.executable, ROOT / "scripts/generate_models.py", "--check"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_totals(self):
        # name: GiB, tables, largest in GB, nets
        expected = {"drm1": (194, 257, 3.6, 2), "drm2": (138, 133, 6.7, 2), "drm3": (200, 39, 178.8, 1), "mlperf-dlrm-v2": (97.36, 26, 20.48, 1)}
        for name, (gib, tables, largest, nets) in expected.items():
            model = json.loads((ROOT / f"models/{name}.json").read_text())
            sizes = [4 * t["dim"] * t["rows"] for net in model["nets"] for t in net["tables"]]
            self.assertAlmostEqual(sum(sizes) / GIB, gib, delta=0.005 * gib)
            self.assertEqual(len(sizes), tables)
            self.assertAlmostEqual(max(sizes) / 1e9, largest, delta=0.001 * largest)
            self.assertEqual(len(model["nets"]), nets)

    def test_mlperf_lookups(self):
        model = json.loads((ROOT / "models/mlperf-dlrm-v2.json").read_text())
        self.assertEqual(sum(t["pooling"]["value"] for t in model["nets"][0]["tables"]), 214)

    def test_every_figure_of_a_platform_has_a_source(self):
        for file in (ROOT / "topologies/platforms").glob("*.json"):
            platform = json.loads(file.read_text())
            sources = platform.pop("sources")
            for remark in ("name", "description"):
                platform.pop(remark)
            self.assertEqual(set(fields(platform)), set(sources), file.name)

    def test_every_model_has_sources(self):
        for file in (ROOT / "models").glob("*.json"):
            self.assertTrue(json.loads(file.read_text())["sources"], file.name)
