# SPDX-License-Identifier: Apache-2.0
"""What shardsim says of a configuration, with the same queries at the same times."""

import copy
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .configurations import Configuration
from .measuring import traffic
from .system import Failed


def command_of(
    program: Path,
    name: str,
    configuration: Configuration,
    load: float,
    rate: float,
    settings: Sequence[str],
    *more: str,
) -> list[str]:
    """A command of shardsim, over the scenario as it was measured."""
    words = [w for s in (configuration.sharding, *settings, *traffic(load, rate)) for w in ("--set", s)]
    return [str(program), name, str(configuration.scenario), *words, *more]


def predicted(
    program: Path, configuration: Configuration, load: float, rate: float, settings: Sequence[str] = ()
) -> dict[str, Any]:
    """The result of a run. `settings`: the machine's, such as its platform."""
    command = command_of(program, "run", configuration, load, rate, settings, "--json")
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 2:
        raise Failed(done.stderr.strip().splitlines()[-1])
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@dataclass(frozen=True)
class Machine:
    """What its hosts of one core do, and by how much the times of their work vary."""

    platform: dict[str, Any]
    jitter: dict[str, Any]

    @property
    def settings(self) -> list[str]:
        text = json.dumps(self.platform)
        platforms = [f"cluster.{service}.platform={text}" for service in ("main", "sparse")]
        return [*platforms, f"serving.jitter={json.dumps(self.jitter)}"]

    def slower(self, factor: float) -> "Machine":
        """Everything that a core does takes so many times as long."""
        platform = copy.deepcopy(self.platform)
        for path in ("core.flops", "rpc.serialization", "memory_bandwidth"):
            change(platform, path, 1 / factor)
        for path in TIMES:
            change(platform, path, factor)
        return Machine(platform, self.jitter)


TIMES = ["lookup.time", "lookup.time_per_byte", "lookup.bag_time", "rpc.cpu_per_message", "rpc.wakeup"]
TIMES += ["service_overhead", "net_overhead"]


def scaled(text: Any, factor: float) -> Any:
    """ "3.2 us" times a factor."""
    if not isinstance(text, str):
        return float(f"{text * factor:.6g}")
    number, unit = text.split(" ", 1)
    return f"{float(number) * factor:.6g} {unit}"


def place_of(platform: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """Of "lookup.time": the object that holds it, and its key there."""
    *folders, key = path.split(".")
    for folder in folders:
        platform = platform[folder]
    return platform, key


def change(platform: dict[str, Any], path: str, factor: float) -> None:
    folder, key = place_of(platform, path)
    folder[key] = scaled(folder[key], factor)


def machine(folder: Path) -> Machine:
    """Platform and jitter that scripts/measure_platform wrote, of hosts of one core. Between them is no network: what a
    message costs is CPU time."""
    platform = json.loads((folder / "platform.json").read_text())
    platform["cores"] = 1
    platform["nic"]["bandwidth"] = "unlimited"
    return Machine(platform, json.loads((folder / "serving.json").read_text())["jitter"])
