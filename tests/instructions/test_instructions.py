# SPDX-License-Identifier: Apache-2.0
"""Whether a query takes as many instructions as it did when the baseline was committed.

The baseline is of Debian 12's g++ and the preset release. When a change is meant to cost or save instructions, run
tests/instructions/count.py --update and say in the commit what it bought.
"""
import json
import os
import shutil
import unittest

import count

TOLERANCE = 0.03  # libraries choose their code by the processor's features


@unittest.skipUnless(shutil.which("valgrind"), "valgrind is not installed")
class Instructions(unittest.TestCase):
    def test_instructions_a_query_are_as_recorded(self):
        baseline = json.loads(count.BASELINE.read_text())
        self.assertEqual(set(baseline), set(count.SCENARIOS))
        for name, recorded in baseline.items():
            with self.subTest(scenario=name):
                counted = count.per_query(os.environ["SHARDSIM"], name)
                self.assertLess(
                    abs(counted / recorded - 1),
                    TOLERANCE,
                    f"{counted:,.0f} instructions a query, recorded {recorded:,}",
                )


if __name__ == "__main__":
    unittest.main()
