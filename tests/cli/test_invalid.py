# SPDX-License-Identifier: Apache-2.0
"""Every file in tests/invalid has one defect, and gets one clear error."""
import json
import sys
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import ROOT, ProgramTest  # noqa: E402

INVALID = ROOT / "tests/invalid"
EXPECTED = json.loads((INVALID / "expected.json").read_text())


class InvalidFiles(ProgramTest):
    def test_the_base_is_valid(self):
        self.succeed("run", INVALID / "base/scenario.json")

    def test_every_file_is_expected(self):
        self.assertEqual({f.name for f in INVALID.glob("*.json")} - {"expected.json"}, set(EXPECTED))

    def test_each_defect_gets_its_error(self):
        for name, expected in EXPECTED.items():
            with self.subTest(name):
                error = self.refuse(expected["command"], INVALID / name, "--out", self.folder / "out")
                self.assertIn(str(INVALID / expected.get("file", name)), error)
                for words in expected["words"] + ([": " + expected["pointer"] + ": "] if expected["pointer"] else []):
                    self.assertIn(words, error)
                self.assertFalse((self.folder / "out").exists(), "left something behind")


class HostileFiles(ProgramTest):
    """Made here, as they are large."""

    def refuse_text(self, text, *words):
        file = self.folder / "hostile.json"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        error = self.refuse("run", file, "--out", self.folder / "out", cpu_seconds=10)
        for word in ("hostile.json",) + words:
            self.assertIn(word, error)
        self.assertFalse((self.folder / "out").exists())

    def test_ten_megabyte_string(self):
        self.refuse_text(
            '{"description": "' + "x" * 10_000_000 + '"}', "/description", "10000000 characters", "at most"
        )

    def test_ten_megabyte_key(self):
        self.refuse_text('{"' + "k" * 10_000_000 + '": 1}', "at most")

    def test_deep_nesting(self):
        self.refuse_text('{"model": ' + "[" * 10_000 + "]" * 10_000 + "}", "/model", "nested more than")
        self.refuse_text("[" * 10_000, "nested more than")
        self.refuse_text('{"a":' * 10_000, "nested more than")

    def test_binary(self):
        self.refuse_text(bytes(range(256)) * 100, "not valid JSON")

    def test_a_file_that_names_itself(self):
        file = self.folder / "self.json"
        file.write_text('"self.json"')
        self.assertIn("write the object", self.refuse("run", INVALID / "base/scenario.json", "--set", f"model={file}"))

    def test_missing_and_unreadable(self):
        self.assertIn("cannot be opened", self.refuse("run", self.folder / "none.json"))
        self.assertIn("folder", self.refuse("run", self.folder))
