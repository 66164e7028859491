# SPDX-License-Identifier: Apache-2.0
"""Packages that not every Python has: one error in place of a traceback, with the interpreter and what would help."""

import importlib
import sys
from pathlib import Path

SYSTEM = "/usr/bin/python3"  # where Debian's packages are; another Python may come first on PATH
PACKAGES = {  # module -> package of Debian, package of PyPI
    "numpy": ("python3-numpy", "numpy"), "scipy": ("python3-scipy", "scipy"), "pandas": ("python3-pandas", "pandas"),
    "yaml": ("python3-yaml", "PyYAML"),
    "matplotlib": ("python3-matplotlib", "matplotlib"), "distributed": ("python3-distributed", "distributed"),
}  # fmt: skip


class Missing(Exception):
    """What is missing, for the user, in one line."""


def check(*modules: str) -> None:
    """Raises Missing, of all that are not there at once."""
    missing = [name for name in modules if not _there(name)]
    if missing:
        raise Missing(_advice(missing))


def modules(*names: str) -> None:
    """Ends the program with one line and exit code 2 when some are missing."""
    try:
        check(*names)
    except Missing as error:
        print(f"{Path(sys.argv[0]).stem}: {error}", file=sys.stderr)
        sys.exit(2)


def _there(name: str) -> bool:
    try:
        importlib.import_module(name)
        return True
    except ImportError:
        return False


def _advice(missing: list[str]) -> str:
    debian, pypi = zip(*(PACKAGES[name] for name in missing))
    version = ".".join(map(str, sys.version_info[:3]))
    ways = [f"on Debian, apt-get install {' '.join(debian)}"]
    if Path(sys.executable).resolve() != Path(SYSTEM).resolve():
        ways[0] += f" and run it with {SYSTEM}"
        ways.append(f"elsewhere, {sys.executable} -m pip install {' '.join(pypi)}")
    return f"{', '.join(pypi)}: missing in {sys.executable} (Python {version}); {'; '.join(ways)}"
