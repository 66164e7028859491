# SPDX-License-Identifier: Apache-2.0
"""DeepRecSys' control loop, where it is known what it has to report."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from shardsim_tools.deeprecsys.control_loop import Loop, p95, reported_qps  # noqa: E402


class ControlLoop(unittest.TestCase):
    def report(self, latency_of_gap: dict[float, float]) -> float:
        return reported_qps(Loop(), {gap: [latency] * 64 for gap, latency in latency_of_gap.items()}, 1)

    def test_p95_is_between_ranks(self) -> None:
        self.assertAlmostEqual(p95(range(1, 101)), 95.05)
        self.assertEqual(p95([7]), 7)

    def test_the_grid_has_its_ends(self) -> None:
        gaps = Loop().gaps_ms()
        self.assertEqual(len(gaps), 50)
        self.assertAlmostEqual(gaps[0], 1)
        self.assertAlmostEqual(gaps[-1], 20)

    def test_a_system_that_is_always_fast_or_always_slow(self) -> None:
        gaps = Loop().gaps_ms()
        self.assertAlmostEqual(self.report({gap: 1.0 for gap in gaps}), 1000)
        self.assertAlmostEqual(self.report({gap: 26.0 for gap in gaps}), 50)

    def test_it_stays_where_the_latency_is_just_below_the_target(self) -> None:
        gaps = Loop().gaps_ms()
        inside = gaps[20]
        self.assertAlmostEqual(
            self.report({gap: 30.0 if gap < inside else 24.0 if gap == inside else 10.0 for gap in gaps}), 1000 / inside
        )

    def test_between_too_slow_and_much_too_fast_it_goes_to_and_fro(self) -> None:
        gaps = Loop().gaps_ms()
        reported = self.report({gap: 30.0 if gap < 5 else 10.0 for gap in gaps})
        edge = next(i for i, gap in enumerate(gaps) if gap >= 5)
        self.assertTrue(1000 / gaps[edge] <= reported <= 1000 / gaps[edge - 1])


if __name__ == "__main__":
    unittest.main()
