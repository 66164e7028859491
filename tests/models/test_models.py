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
        done = subprocess.run(
            [sys.executable, ROOT / "scripts/generate_models.py", "--check"],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_totals(self):
        # name: GiB, tables, largest in GB, nets
        expected = {
            "drm1": (194, 257, 3.6, 2),
            "drm2": (138, 133, 6.7, 2),
            "drm3": (200, 39, 178.8, 1),
            "mlperf-dlrm-v2": (97.36, 26, 20.48, 1),
        }
        for name, (gib, tables, largest, nets) in expected.items():
            model = json.loads((ROOT / f"models/{name}.json").read_text())
            sizes = [4 * t["dim"] * t["rows"] for net in model["nets"] for t in net["tables"]]
            self.assertAlmostEqual(sum(sizes) / GIB, gib, delta=0.005 * gib)
            self.assertEqual(len(sizes), tables)
            self.assertAlmostEqual(max(sizes) / 1e9, largest, delta=0.001 * largest)
            self.assertEqual(len(model["nets"]), nets)

    def test_the_eight_models_of_deeprecsys(self):
        # From harvard-acc/DeepRecSys: tables, million rows, lookups an item, and MFLOP an item from the layers by hand:
        # rmc1  128-64-32, 288-256-64-1; rmc2 256-128-64, 2112-128-64-1; rmc3 2560-1024-256-32, 352-512-256-1
        # wnd   27 x 32 + 512 = 1376-1024-512-256-1; mt-wnd 43 x 32 + 512 = 1888-1024-512, then 512-256-128
        # ncf   2 x 64 = 128-256-256-128-64, then 64 + 64 = 128-64
        # din   128-200-80-2 and 250 times 96-1-32
        # dien  64 + 3 x 32 = 160-200-80-2; 40 steps of 32-64, 64-64, 64-64, 64-64, 64-64
        expected = {
            "dlrm-rmc1": (8, 32, 640, 2 * (128 * 64 + 64 * 32 + 288 * 256 + 256 * 64 + 64)),
            "dlrm-rmc2": (32, 16, 3840, 2 * (256 * 128 + 128 * 64 + 2112 * 128 + 128 * 64 + 64)),
            "dlrm-rmc3": (10, 20, 200, 2 * (2560 * 1024 + 1024 * 256 + 256 * 32 + 352 * 512 + 512 * 256 + 256)),
            "wnd": (27, 27, 27, 2 * (1376 * 1024 + 1024 * 512 + 512 * 256 + 256)),
            "mt-wnd": (43, 30.5, 43, 2 * (1888 * 1024 + 1024 * 512 + 512 * 256 + 256 * 128)),
            "ncf": (4, 0.336, 4, 2 * (128 * 256 + 256 * 256 + 256 * 128 + 128 * 64 + 128 * 64)),
            "din": (253, 46, 759, 2 * (128 * 200 + 200 * 80 + 80 * 2) + 250 * 2 * (96 + 32)),
            "dien": (43, 30.5, 43, 2 * (160 * 200 + 200 * 80 + 80 * 2) + 40 * 2 * (32 * 64 + 4 * 64 * 64)),
        }
        sys.path.insert(0, str(ROOT / "scripts"))
        from generate_models import flop_per_row  # noqa: PLC0415

        for name, (tables, rows, lookups, flop) in expected.items():
            with self.subTest(name):
                (net,) = json.loads((ROOT / f"models/{name}.json").read_text())["nets"]
                self.assertEqual(len(net["tables"]), tables)
                self.assertAlmostEqual(sum(t["rows"] for t in net["tables"]) / 1e6, rows)
                self.assertEqual(sum(t["pooling"]["value"] for t in net["tables"]), lookups)
                self.assertEqual(flop_per_row(net), flop)

    def test_spot_trip_has_the_shapes_of_its_code(self):
        # static 40 x 96-32; encoder: 4 blocks of 41 tokens of 32 with 64 behind, and 32-64; preference 6 x
        # 32-128-128-128-32; route: 8 steps of a GRU 32-32, a block of 8 tokens of 64 with 2048 behind, and 128-128;
        # decoder 128-1
        block = 8 * 41 * 32**2 + 4 * 41**2 * 32 + 4 * 41 * 32 * 64
        route = 8 * 8 * 64**2 + 4 * 8**2 * 64 + 4 * 8 * 64 * 2048
        expected = {
            "static": 2 * 40 * 96 * 32,
            "encoder": 4 * block + 2 * 32 * 64,
            "preference": 2 * 6 * (32 * 128 + 128 * 128 + 128 * 128 + 128 * 32),
            "route": 2 * 8 * 3 * (32 * 32 + 32 * 32) + route + 2 * 128 * 128,
            "decoder": 2 * 128,
        }
        sys.path.insert(0, str(ROOT / "scripts"))
        from generate_models import flop_per_row, times_walked  # noqa: PLC0415

        nets = json.loads((ROOT / "models/spot-trip.json").read_text())["nets"]
        self.assertEqual({net["name"]: flop_per_row(net) for net in nets}, expected)
        # 3 to 12 steps of the solver, 2 to 8 stops, each as likely
        self.assertEqual([times_walked(net) for net in nets], [1, 1, 7.5, 1, 5])

    def test_a_cascade_sees_ever_fewer_items(self):
        sys.path.insert(0, str(ROOT / "scripts"))
        from generate_models import flop_per_row, kept  # noqa: PLC0415

        nets = json.loads((ROOT / "models/cascade.json").read_text())["nets"]
        stages = [net for net in nets if net.get("per", "item") == "item"]
        self.assertEqual([kept(net, 1000) for net in stages], [1000, 200, 50])
        flop = [flop_per_row(net) for net in stages]
        self.assertEqual(flop, sorted(flop))

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
