# SPDX-License-Identifier: Apache-2.0
"""The page's pictures: a file each in this folder, drawn from the two sweeps."""

import functools
import importlib
import pkgutil
from types import ModuleType

OTHERS = {"bars", "sensitivity"}  # what draws bars; and the picture that is not of the two sweeps


@functools.cache
def pictures() -> dict[str, ModuleType]:
    """Name -> module with draw(studies), which gives a figure, and CAPTION."""
    names = sorted({module.name for module in pkgutil.iter_modules(__path__)} - OTHERS)
    return {name.replace("_", "-"): importlib.import_module(f"{__name__}.{name}") for name in names}
