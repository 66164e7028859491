# SPDX-License-Identifier: Apache-2.0
"""What shardsim says of a configuration, with the same queries at the same times."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .configurations import Configuration
from .measuring import traffic
from .system import Failed


def predicted(
    program: Path, configuration: Configuration, load: float, rate: float, settings: Sequence[str] = ()
) -> dict[str, Any]:
    """The result of a run. `settings`: the machine's, such as its platform."""
    words = [w for s in (configuration.sharding, *settings, *traffic(load, rate)) for w in ("--set", s)]
    command = [str(program), "run", str(configuration.scenario), *words, "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 2:
        raise Failed(done.stderr.strip().splitlines()[-1])
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def machine(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Platform and jitter that scripts/measure_platform wrote, of hosts of one core. Between them is no network: what a
    message costs is CPU time."""
    platform = json.loads((folder / "platform.json").read_text())
    platform["cores"] = 1
    platform["nic"]["bandwidth"] = "unlimited"
    return platform, json.loads((folder / "serving.json").read_text())["jitter"]


def machine_settings(folder: Path) -> list[str]:
    platform, jitter = machine(folder)
    text = json.dumps(platform)
    return [f"cluster.main.platform={text}", f"cluster.sparse.platform={text}", f"serving.jitter={json.dumps(jitter)}"]
