# SPDX-License-Identifier: Apache-2.0
"""All findings: a file each in this folder, which its name numbers."""

import functools
import importlib
import pkgutil

from ..finding import Finding, Outcome
from ..studies import Studies


@functools.cache
def findings() -> dict[str, Finding]:
    """ "F1" -> the finding, in order."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    return {f"F{int(name[1:3])}": module.FINDING for name, module in modules.items()}


def judge(studies: Studies) -> dict[str, Outcome]:
    return {name: finding.judge(studies) for name, finding in findings().items()}
