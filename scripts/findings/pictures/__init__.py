# SPDX-License-Identifier: Apache-2.0
"""The page's pictures: a file each in this folder, drawn from the two sweeps."""

import functools
import importlib
import pkgutil
from types import ModuleType

HELPERS = {"bars"}


@functools.cache
def pictures() -> dict[str, ModuleType]:
    """Name -> module with draw(studies), which gives a figure, and CAPTION."""
    names = sorted({module.name for module in pkgutil.iter_modules(__path__)} - HELPERS)
    return {name.replace("_", "-"): importlib.import_module(f"{__name__}.{name}") for name in names}
