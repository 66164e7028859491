#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a sweep on a Dask cluster: the same file, journal and tables as `shardsim sweep`.

The tasks call the program for a few points each; this script hands them out and keeps what comes back. What the journal in
--out has is not run again, whoever wrote it. Every machine needs the program and the sweep's files at the same paths.
Exit codes: 0 fine, 1 interrupted or points failed, 2 bad input.
"""

import argparse
import contextlib
import fcntl
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shardsim_tools import needs
from shardsim_tools.checkout import PROGRAM


class SweepFailed(Exception):
    """The text is for the user; `code` is the exit code."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code


def run_points(
    program: str, arguments: list[str], place: str, numbers: list[int], into: str
) -> tuple[list[bytes], dict[str, bytes]]:
    """On a worker: runs some points into a folder of their own; the lines of their journal, and their results by id."""
    # Everything it uses is named here: the function travels to workers that do not have this script.
    import shutil
    import subprocess
    import uuid
    from pathlib import Path

    # Absolute; `place` is where relative paths of the arguments start. Of this run alone: a worker that ran the task before
    # may have been lost while it removed its folder, with the journal still there and results gone.
    folder = Path(f"{into}-{uuid.uuid4().hex[:12]}")
    only = ",".join(map(str, numbers))
    command = [program, "sweep", *arguments, "--only", only, "--jobs", "1", "--out", str(folder)]
    dies_with_worker = ["setpriv", "--pdeathsig", "KILL", *command]
    try:
        # In a session of its own: Ctrl-C on the terminal of a local cluster is for the script.
        done = subprocess.run(
            dies_with_worker,
            cwd=place,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        if done.returncode not in (0, 1) or not (folder / "journal.jsonl").exists():
            raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}: {done.stderr.strip()[-1000:]}")
        results = {path.parent.name: path.read_bytes() for path in folder.glob("points/*/result.json")}
        return (folder / "journal.jsonl").read_bytes().splitlines(keepends=True), results
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Output:
    """The folder of the sweep. Holds the lock of its journal, as the program does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = (folder / "journal.jsonl").open("ab")
        try:
            fcntl.flock(self.journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SweepFailed(
                f"{folder / 'journal.jsonl'}: in use by another process; wait for it, or give another folder"
            ) from None

    def add(self, lines: list[bytes], results: dict[str, bytes], wanted: list[str]) -> int:
        """Keeps the points of a task, results first: a line in the journal says that its result is there. How many."""
        entries = [checked(line) for line in lines]
        got = {entry["id"] for entry in entries}
        if got - set(wanted):
            raise SweepFailed(
                "a worker ran other points than it was asked for: its files or program differ from those here"
            )
        for name, content in results.items():
            write_durably(self.folder / "points" / name / "result.json", content)
        for line in lines:
            self.journal.write(line)
        self.journal.flush()
        os.fsync(self.journal.fileno())
        if got != set(wanted):
            raise SweepFailed("a worker was interrupted in its points; the same command goes on from there")
        return len(entries)

    def close(self) -> None:
        self.journal.close()


def checked(line: bytes) -> dict[str, Any]:
    text, _, check = line.rpartition(b',"crc32":"')
    if check != f'{zlib.crc32(text):08x}"}}\n'.encode():
        raise SweepFailed("a worker sent a damaged line of its journal")
    entry: dict[str, Any] = json.loads(line)
    return entry


def write_durably(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".tmp")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


class Progress:
    """A line on the terminal: what is done of what was left, and how long the rest takes."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.started = total, 0, time.monotonic()

    def add(self, count: int) -> None:
        self.done += count
        elapsed = time.monotonic() - self.started
        if sys.stderr.isatty() and elapsed > 2:
            left = elapsed * (self.total - self.done) / self.done
            print(
                f"\r\033[Ksimulating {self.done} of {self.total} points, {left:.0f} s left",
                end="",
                file=sys.stderr,
                flush=True,
            )

    def end(self) -> None:
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)


def program_output(options: argparse.Namespace, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Of the program on the sweep, here."""
    command = [options.shardsim, "sweep", *sweep_arguments(options), "--out", str(options.out), *arguments]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except OSError as error:
        raise SweepFailed(
            f"{options.shardsim}: {error.strerror}; build it, or say where it is with --shardsim", 2
        ) from None
    return done


def sweep_arguments(options: argparse.Namespace) -> list[str]:
    seed = [] if options.seed is None else ["--seed", str(options.seed)]
    return [str(options.sweep), *(word for setting in options.set for word in ("--set", setting)), *seed]


def points_left(options: argparse.Namespace) -> dict[int, str]:
    """{number: id}"""
    for arguments in (
        ["--table"],
        ["--list", "--format", "json"],
    ):  # the first refuses what is wrong, and mends the journal
        done = program_output(options, *arguments)
        if done.returncode == 2 or not (options.out / "sweep.json").exists():
            raise SweepFailed(
                (done.stderr.splitlines() or [f"exit code {done.returncode}"])[-1].removeprefix("shardsim: "),
                done.returncode,
            )
    listed = json.loads(done.stdout)
    ids = {point["index"]: point["id"] for point in listed["points"]}
    return {number: ids[number] for number in listed["left"]}


@contextlib.contextmanager
def ignored(number: int) -> Iterator[None]:
    before = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(number, before)


@contextlib.contextmanager
def cluster(options: argparse.Namespace) -> Iterator[Any]:
    """A client of the scheduler that was given, or of workers on this machine."""
    import distributed

    try:
        if options.scheduler:
            client = distributed.Client(options.scheduler, timeout="30s")
        else:
            with ignored(signal.SIGINT):  # by the workers: Ctrl-C is for this process, which ends them
                local = distributed.LocalCluster(
                    n_workers=options.workers, threads_per_worker=1, dashboard_address=None
                )
            client = distributed.Client(local)
    except (OSError, ValueError) as error:
        raise SweepFailed(f"--scheduler {options.scheduler}: cannot be reached: {error}", 2) from None
    try:
        yield client
    finally:
        # What tasks say that end with the cluster is nothing to the user; their errors have come as exceptions.
        for logger in ("tornado.application", "distributed"):
            logging.getLogger(logger).setLevel(logging.CRITICAL + 1)
        client.close()
        if not options.scheduler:
            local.close()


def run_left(options: argparse.Namespace, left: dict[int, str], output: Output, prefix: Path) -> None:
    import distributed

    numbers = list(left)
    with cluster(options) as client:
        threads = sum(client.nthreads().values()) or 1
        chunk = options.chunk or max(1, min(100, len(numbers) // (8 * threads)))
        tasks = {}
        for start in range(0, len(numbers), chunk):
            part = numbers[start : start + chunk]
            folder = f"{prefix}{start}"
            # pure=False: two runs of a task are two runs; a lost worker's tasks go to others.
            task = client.submit(
                run_points, options.shardsim, sweep_arguments(options), os.getcwd(), part, folder, pure=False
            )
            tasks[task] = [left[number] for number in part]
        progress = Progress(len(numbers))
        try:
            for task, (lines, results) in distributed.as_completed(list(tasks), with_results=True):
                progress.add(output.add(lines, results, tasks.pop(task)))
                task.release()
        finally:
            progress.end()
            client.cancel(list(tasks))


def remove_leftovers(prefix: Path) -> None:
    """Of workers that were lost, where they share the disk."""
    for folder in prefix.parent.glob(prefix.name + "*"):
        shutil.rmtree(folder, ignore_errors=True)


def sweep(options: argparse.Namespace) -> int:
    left = points_left(options)
    print(f"{len(left)} points to run", file=sys.stderr)
    output = Output(options.out)
    # Workers write beside the output, so that what results say of files relative to themselves holds there.
    prefix = options.out.parent / f".{options.out.name}-{uuid.uuid4().hex[:12]}-"
    try:
        if left:
            run_left(options, left, output, prefix)
    finally:
        output.close()
        remove_leftovers(prefix)
    done = program_output(options, "--table")
    print(done.stderr, end="", file=sys.stderr)
    return done.returncode


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        description=__doc__,
        epilog="example: scripts/sweep_dask.py workloads/experiments/paper.json --out out/paper --scheduler tcp://head:8786",
        formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    result.add_argument("sweep", metavar="SWEEP.json", type=Path)
    result.add_argument("--out", metavar="DIR", type=Path, required=True, help="as of `shardsim sweep`")
    result.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="of the cluster, such as tcp://head:8786 (default: workers on this machine)",
    )
    result.add_argument(
        "--workers",
        metavar="N",
        type=int,
        default=len(os.sched_getaffinity(0)),
        help="on this machine (default: one for each core)",
    )
    result.add_argument(
        "--chunk",
        metavar="N",
        type=int,
        default=0,
        help="points a task (default: eight tasks for each thread, at most 100 points)",
    )
    result.add_argument("--shardsim", metavar="FILE", default=str(PROGRAM), help="the program, on every machine")
    result.add_argument("--set", metavar="PATH=VALUE", action="append", default=[], help="as of `shardsim sweep`")
    result.add_argument("--seed", metavar="N", type=int, help="likewise")
    return result


def main() -> int:
    options = parser().parse_args()
    options.sweep, options.out = options.sweep.absolute(), options.out.absolute()
    if shutil.which(options.shardsim):
        options.shardsim = str(Path(shutil.which(options.shardsim)).absolute())
    needs.modules("distributed")
    try:
        return sweep(options)
    except KeyboardInterrupt:
        print("sweep_dask.py: interrupted; the same command goes on from there", file=sys.stderr)
        return 1
    except SweepFailed as error:
        print(f"sweep_dask.py: error: {error}", file=sys.stderr)
        return error.code
    except OSError as error:
        print(f"sweep_dask.py: error: {error.filename or options.out}: {error.strerror}", file=sys.stderr)
        return 1
    except Exception as error:  # of a task, or of Dask
        print(f"sweep_dask.py: error: {error}; the same command goes on from there", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
