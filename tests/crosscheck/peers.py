# SPDX-License-Identifier: Apache-2.0
"""What the cross-checks share: running programs, compiling against a peer, quantities with units."""
import subprocess
from collections.abc import Iterable
from pathlib import Path

SCALES = {
    "bps": 1,
    "kbps": 1e3,
    "Mbps": 1e6,
    "Gbps": 1e9,
    "Tbps": 1e12,
    "s": 1e9,
    "ms": 1e6,
    "us": 1e3,
    "ns": 1,
    "/s": 1,
    "B": 1,
    "kB": 1e3,
}


class Skipped(Exception):
    """A simulator that cannot take part; the others go on."""


def output(command: Iterable[object]) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        raise Skipped((done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1])
    return done.stdout


def quantity(text: str) -> float:
    """In bit/s, ns, 1/s or bytes."""
    value, unit = text.split()
    return float(value) * SCALES[unit]


def require(module: str, name: str, package: str) -> None:
    """pkg-config's name, the simulator's and Debian's."""
    try:
        found = subprocess.run(["pkg-config", "--exists", module]).returncode == 0
    except FileNotFoundError:
        raise Skipped("pkg-config is not installed") from None
    if not found:
        raise Skipped(f"{name} is not installed ({package})")


def compile_peer(
    source: Path, headers: Iterable[Path], libraries: Iterable[str], out: Path, options: Iterable[str] = ("-O1",)
) -> Path:
    """The program, in the folder `out`; compiled again only when a source is newer."""
    program = out / source.stem
    if not program.exists() or program.stat().st_mtime < max(s.stat().st_mtime for s in (source, *headers)):
        output(["g++", "-std=c++17", *options, source, "-o", program, *(f"-l{name}" for name in libraries)])
    return program
