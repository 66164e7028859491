# SPDX-License-Identifier: Apache-2.0
"""Formats of others' traces, one a file, found by the file's name: azure_llm.py reads the format azure-llm.

A format is a module with
  ABOUT             one line for --list
  OPTIONS           the options it takes, of those that not every format takes; a dict, with their defaults
  LICENCE           optional: the terms of the data published in this format
  matches(source)   whether the first lines look like it; no two formats may claim the same file
  read(source, o)   a traces.trace.Trace; `o` has the OPTIONS
"""

import importlib
import pkgutil

FORMATS = {
    info.name.replace("_", "-"): importlib.import_module(f"{__name__}.{info.name}")
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name)
}
