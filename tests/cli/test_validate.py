# SPDX-License-Identifier: Apache-2.0
"""What `shardsim validate` says; that the simulator agrees with theory is the test "validate" itself."""
import csv
import json
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import PATIENCE, PROGRAM, ROOT, ProgramTest, shardsim  # noqa: E402

FEW = ("--only", "slowest-shard-*", "--quick")


class Validate(ProgramTest):
    def test_a_table_for_people(self):
        lines = self.succeed("validate", *FEW).stdout.splitlines()
        self.assertEqual(lines[0].split(), ["case", "measure", "expected", "measured", "interval", "deviation"])
        self.assertEqual(len(lines), 1 + 9 + 1)
        # Eight shards of 100 us: 100 (1 + 1/2 + ... + 1/8) = 271.79.
        self.assertRegex(
            "\n".join(lines), r"slowest-shard-8 +mean latency, us +271\.786 +27\d\.\d+ +\+-\d\.\d+ % .* pass"
        )
        self.assertIn("9 of 9 checks pass (seed 1, quick): 9 figures within 99.9 % intervals", lines[-1])

    def test_json_and_csv_say_the_same(self):
        done = self.succeed("validate", *FEW, "--format", "json", "--out", self.folder / "v")
        result = json.loads(done.stdout)
        self.assertEqual((result["passed"], result["failed"], result["confidence"]), (9, 0, 0.999))
        with open(self.folder / "v/validation.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), 9)
        for row, check in zip(rows, result["checks"]):
            self.assertEqual(row["case"], check["case"])
            self.assertEqual(float(row["expected"]), check["expected"])
            self.assertEqual(float(row["measured"]), check["measured"])
            self.assertEqual([float(row["interval_low"]), float(row["interval_high"])], check["interval"])
            self.assertLess(check["interval"][0], check["expected"])
            self.assertGreater(check["interval"][1], check["expected"])
        self.assertIn("exists already", self.refuse("validate", *FEW, "--out", self.folder / "v"))
        self.succeed("validate", *FEW, "--out", self.folder / "v", "--force")

    def test_the_same_whatever_the_jobs_and_another_with_another_seed(self):
        one = self.succeed("validate", *FEW, "--jobs", 1).stdout
        self.assertEqual(self.succeed("validate", *FEW, "--jobs", 4).stdout, one)
        self.assertNotEqual(self.succeed("validate", *FEW, "--seed", 2).stdout, one)

    def test_a_wrong_system_fails_with_exit_code_1(self):
        """A copy of the program's data in which tables take 5 % longer than the family says."""
        for name in ("models", "topologies", "workloads/validation"):
            shutil.copytree(ROOT / name, self.folder / name)
        shutil.copy(PROGRAM, self.folder / "shardsim")
        scenario = self.folder / "workloads/validation/slowest-shard.json"
        scenario.write_text(scenario.read_text().replace('"100 us"', '"105 us"'))
        done = subprocess.run(
            [self.folder / "shardsim", "validate", *FEW], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("0 of 9 checks pass", done.stdout)
        self.assertIn("9 FAIL", done.stdout)
        self.assertRegex(done.stdout, r"\+[45]\.\d\d % \(\+\d+\.\d se\)  FAIL")

    def test_the_list_gives_commands_that_run(self):
        text = self.succeed("validate", "--list", "--only", "jackson").stdout
        self.assertIn("product form", text)
        command = [line for line in text.splitlines() if "shardsim run" in line][0].strip()
        done = subprocess.run(
            command.replace("shardsim", str(PROGRAM), 1) + " --set traffic.queries=20000",
            shell=True,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_bad_input(self):
        self.assertIn("did you mean 'mm1'", self.refuse("validate", "--only", "mm2"))
        self.assertIn("no case is called or matches 'x*y'", self.refuse("validate", "--only", "x*y"))
        self.assertIn("unknown format", self.refuse("validate", "--format", "xml"))
        self.assertIn("--jobs: found 'many'", self.refuse("validate", "--jobs", "many"))
        self.assertIn("--seed: found '-1'", self.refuse("validate", "--seed", "-1"))
        self.assertEqual(shardsim("validate", "extra").returncode, 2)
