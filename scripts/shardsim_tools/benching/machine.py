# SPDX-License-Identifier: Apache-2.0
"""The machine that was measured on, and the state it was in."""
import os
import platform
import re
import subprocess
from pathlib import Path


def first_line(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return ""


def processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def caches() -> str:
    """Levels 2 and up, of the first core."""
    sizes = []
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((folder / name).read_text().strip() for name in ("level", "type", "size"))
        if kind == "Unified":
            sizes.append(f"L{level} {size}")
    return ", ".join(sizes)


def system() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())


def compiler(program: Path) -> str:
    """That built the program, as its build folder says; else the one that would."""
    for folder in program.resolve().parents:
        cache = folder / "CMakeCache.txt"
        if cache.exists():
            found = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", cache.read_text(), re.MULTILINE)
            return first_line([found[1] if found else "g++", "--version"])
    return first_line(["g++", "--version"])


def load() -> str:
    """Average number of processes that wanted a core, over the last minute."""
    return f"{os.getloadavg()[0]:.2f}"


def memory() -> int:
    """Bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def described(program: Path) -> str:
    parts = [
        processor(),
        f"{os.cpu_count()} cores",
        caches(),
        f"{memory() / 2**30:.0f} GiB",
        system(),
        f"Linux {platform.release()}",
        compiler(program),
    ]
    return ", ".join(part for part in parts if part)
