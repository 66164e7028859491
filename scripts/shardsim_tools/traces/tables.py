# SPDX-License-Identifier: Apache-2.0
"""How many rows tables have, where the source does not say."""

import difflib
import re

from .errors import BadInput, shown

WANTED = "a number for all tables, a list with one for each (1460,583,...), or TABLE=NUMBER,... is wanted"


def row_counts(text: str | None, names: list[str], every: bool = False) -> dict[str, int]:
    """By table, from --rows; tables left out are left out, which is a mistake where `every` is asked for."""
    if text is None:
        return {}
    parts = text.split(",")
    if "=" in text:
        pairs = [part.rpartition("=")[::2] for part in parts]
    elif len(parts) in (1, len(names)):
        pairs = [(name, parts[i % len(parts)]) for i, name in enumerate(names)]
    else:
        raise BadInput(f"--rows has {len(parts)} numbers, the source {len(names)} tables; {WANTED}")
    counts = {name.strip(): _count(value) for name, value in pairs}
    for name in counts:
        if name not in names:
            near = difflib.get_close_matches(name, names, 1) or names[:1]
            raise BadInput(f"--rows names {shown(name)}, which is no table of the source; do you mean {near[0]!r}?")
    if every and len(counts) < len(names):
        missing = next(name for name in names if name not in counts)
        raise BadInput(f"--rows does not name {missing!r}; here all {len(names)} tables or none have rows")
    return counts


def _count(text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text.strip(), re.ASCII) or not int(text):
        raise BadInput(f"--rows holds {shown(text)}; {WANTED}")
    return int(text)
