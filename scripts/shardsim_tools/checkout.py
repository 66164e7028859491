# SPDX-License-Identifier: Apache-2.0
"""Where the checkout is, and the program it builds."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "release" / "shardsim"
