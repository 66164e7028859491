# SPDX-License-Identifier: Apache-2.0
"""A trace in its text form is written whole or not at all."""

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO, cast

from .. import files
from . import compressed
from .errors import BadInput
from .trace import Content, Table

ENDINGS = (".jsonl", ".jsonl.gz", ".jsonl.zst")


def check(path: Path, force: bool) -> None:
    """Before any work is done."""
    if not path.name.endswith(ENDINGS):
        raise BadInput(
            f"a name that ends in {', '.join(ENDINGS)} is wanted; `shardsim trace convert` makes the compact form", path
        )
    if path.is_dir():
        raise BadInput("is a folder; name a file", path)
    if path.exists() and not force:
        raise BadInput("exists; --force overwrites it", path)


@contextlib.contextmanager
def writing(path: Path | None) -> Iterator[TextIO]:
    """A text stream into the file; without a path, stdout."""
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    with files.writing(path, "xb") as raw, compressed.writing(cast(io.BufferedWriter, raw), path) as binary:
        text = io.TextIOWrapper(binary, encoding="utf-8", newline="\n", write_through=False)
        yield text
        text.flush()
        text.detach()


def header(has_items: bool, detail: str, tables: list[Table], provenance: dict[str, Any]) -> str:
    """`tables` are (name, rows or None)."""
    value: dict[str, Any] = {
        "format": "shardsim-trace",
        "version": 1,
        "time_unit": "us",
        "items": has_items,
        "detail": detail,
    }
    if detail != "none":
        value["tables"] = [{"name": name} | ({"rows": rows} if rows else {}) for name, rows in tables]
    value["provenance"] = provenance
    return json.dumps(value, ensure_ascii=False) + "\n"


def tail(items: int | None, detail: str, content: Content | None) -> str:
    """Of a record, what follows its time."""
    text = f', "items": {items}' if items is not None else ""
    if detail != "none":
        text += f', "{"lookups" if detail == "counts" else "rows"}": {json.dumps(content, ensure_ascii=False)}'
    return text + "}\n"
