# SPDX-License-Identifier: Apache-2.0
"""The file that is read, and how its mistakes are told."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

LARGEST = 64 * 2**20  # bytes; no topology written by hand or tool is larger, and a bomb may be


class BadInput(Exception):
    """What is wrong with the file, for the user, in one line; `line` is None when it is not about one line."""

    def __init__(self, line: int | None, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass
class Finding:
    """A mistake after which reading goes on, so that all are told at once; `more` are like it."""

    line: int | None
    what: str
    advice: str = ""
    more: int = 0

    def text(self) -> str:
        like_it = f" (and {self.more} more like it)" if self.more else ""
        return f"{self.what}{like_it}{self.advice}"


@dataclass
class Source:
    path: Path
    data: bytes
    text: str
    notes: list[str] = field(default_factory=list)  # what the result does not express, a line each
    findings: dict[str, Finding] = field(default_factory=dict)  # by kind

    @property
    def suffix(self) -> str:
        return self.path.suffix.lower()

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def find(self, kind: str, line: int | None, what: str, advice: str = "") -> None:
        """The first of a kind is told, the others are counted."""
        if kind in self.findings:
            self.findings[kind].more += 1
        else:
            self.findings[kind] = Finding(line, what, advice)

    @contextlib.contextmanager
    def gathering(self) -> Iterator[None]:
        """Around what reads one link: a mistake in it does not keep the next from being read."""
        try:
            yield
        except BadInput as error:
            kind = re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "", error.message)  # without names and numbers
            self.find(kind, error.line, error.message)


def load(path: Path) -> Source:
    if path.is_dir():
        raise BadInput(None, "is a folder; name a file")
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise BadInput(None, f"is larger than {LARGEST >> 20} MiB, the most that is read")
    if not data.strip():
        raise BadInput(None, "is empty; a topology is wanted")
    if b"\0" in data:
        raise BadInput(None, "holds NUL bytes; a text file in UTF-8 is wanted")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # what older tools wrote; reads any bytes
    return Source(path, data, text)


def lines(text: str, comment: str = "#") -> Iterator[tuple[int, list[str]]]:
    """(number, words) of each line that says something."""
    for i, line in enumerate(text.splitlines(), 1):
        words = line.split(comment, 1)[0].split()
        if words:
            yield i, words
