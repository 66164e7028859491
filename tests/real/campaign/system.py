# SPDX-License-Identifier: Apache-2.0
"""The processes of one configuration, each on its core."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

from .configurations import Configuration

FIRST_PORT = 5600
MAIN_CORE, SPARSE_CORE = 0, 1
READY_S = 60.0  # to fill the tables


class Failed(Exception):
    """For the user, in one line."""


def address(number: int) -> str:
    return f"127.0.0.1:{FIRST_PORT + number}"


class System:
    """A main shard on one core, and its sparse shards on another. The processes end with it."""

    def __init__(self, program: Path, configuration: Configuration, settings: Iterable[str] = ()) -> None:
        self.program = program
        self.configuration = configuration
        self.settings = [word for s in (configuration.sharding, *settings) for word in ("--set", s)]
        self.processes: list[subprocess.Popen[str]] = []
        self.shards = 0

    def __enter__(self) -> "System":
        try:
            self.shards = int(self.check()["shards"])
            for number in range(self.shards):
                self.start(SPARSE_CORE, "shard", "--number", str(number), "--at", address(number + 1))
            for process in self.processes:
                self.await_ready(process)
            self.start(MAIN_CORE, "main", "--at", address(0), *self.addresses())
            self.await_ready(self.processes[-1])
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def addresses(self) -> list[str]:
        shards = [address(number + 1) for number in range(self.shards)]
        return ["--shards", *shards] if shards else []

    def command(self, role: str, *options: str, settings: Iterable[str] = ()) -> list[str]:
        more = [word for s in settings for word in ("--set", s)]
        return [str(self.program), role, str(self.configuration.scenario), *self.settings, *more, *options]

    def check(self) -> Any:
        return json.loads(output_of(self.command("check")))

    def start(self, core: int, role: str, *options: str) -> None:
        command = pinned(core, self.command(role, *options))
        self.processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))

    def await_ready(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout and process.stderr
        timer = threading.Timer(READY_S, process.kill)
        timer.start()
        ready = process.stdout.readline().startswith("ready")
        timer.cancel()
        if not ready:
            process.kill()
            raise Failed(process.stderr.read().strip() or f"a server was not ready within {READY_S:.0f} s")

    def load(self, settings: Iterable[str], *options: str) -> Any:
        """Sends the scenario's queries; the summary. The generator comes first where it shares a core."""
        command = self.command("load", "--at", address(0), *self.addresses(), *options, settings=settings)
        return json.loads(output_of(pinned(SPARSE_CORE, command, first=True)))

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
        self.processes.clear()


def pinned(core: int, command: list[str], first: bool = False) -> list[str]:
    """On one core, where there are two; before all others on it, where that is allowed."""
    if (os.cpu_count() or 1) < 2 or shutil.which("taskset") is None:
        return command
    priority = ["chrt", "--fifo", "5"] if first and os.geteuid() == 0 and shutil.which("chrt") else []
    return ["taskset", "--cpu-list", str(core), *priority, *command]


def output_of(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed((done.stderr or done.stdout).strip().splitlines()[-1])
    return done.stdout
