# SPDX-License-Identifier: Apache-2.0
"""Runs the real server in many configurations, and sets beside each what shardsim predicts."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "scripts"))
