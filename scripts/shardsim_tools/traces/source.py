# SPDX-License-Identifier: Apache-2.0
"""A file that is read line by line, however large, and how its mistakes are told."""

import contextlib
import csv
import operator
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from . import compressed
from .errors import BadInput, shown

LONGEST = 16 * 2**20  # bytes of a line; a longer one is no text
HEAD = 2**16  # bytes by which a format is told


class Source:
    """`line` is the number of the line read last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line = 0
        self.notes: list[str] = []  # what the result does not express, a line each
        self._raw: BinaryIO | None = None
        if path.is_dir():
            raise BadInput("is a folder; name a file", path)
        if path.exists() and not path.is_file():
            raise BadInput("is no regular file; store what it gives in one", path)
        self.size = path.stat().st_size
        with self.opened() as file:
            self.head = file.read(HEAD)
        if not self.head.strip(b"\xef\xbb\xbf \t\r\n"):
            raise BadInput("is empty", path)

    def bad(self, message: str, line: int | None = None) -> BadInput:
        return BadInput(message, self.path, line or self.line)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def progress(self) -> float | None:
        """The share that is read, where it is known."""
        with contextlib.suppress(ValueError, OSError):
            return self._raw.tell() / self.size if self._raw else None
        return None

    @contextlib.contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        with self.path.open("rb") as self._raw, compressed.reading(self._raw, self.path) as file:
            yield file
        self._raw = None

    def head_lines(self) -> list[str]:
        """The first lines, without what was cut; for telling formats apart."""
        text = self.head.decode("utf-8-sig", errors="replace")
        lines = text.splitlines()
        return lines[:-1] if len(self.head) == HEAD and len(lines) > 1 else lines

    def lines(self) -> Iterator[str]:
        """Every line, without its end."""
        self.line = 0
        with self.opened() as file:
            while raw := self._line(file):
                self.line += 1
                if self.line == 1:
                    raw = raw.removeprefix(b"\xef\xbb\xbf")
                try:
                    text = raw.decode()
                except UnicodeDecodeError:
                    raise self.bad("is no text in UTF-8") from None
                if "\0" in text:
                    raise self.bad("holds NUL bytes; text in UTF-8 is wanted")
                yield text.rstrip("\r\n")

    def _line(self, file: BinaryIO) -> bytes:
        try:
            raw = file.readline(LONGEST + 1)
        except EOFError:
            raise self.bad("the gzip data ends after it; the file is cut short") from None
        except compressed.DAMAGE as error:
            raise self.bad(f"the gzip data after it is damaged: {error}") from None
        if len(raw) > LONGEST:
            raise self.bad(f"is longer than {LONGEST >> 20} MiB; text in lines is wanted", self.line + 1)
        return raw

    def said(self) -> Iterator[str]:
        """The lines that are not blank."""
        return (line for line in self.lines() if line.strip())

    def cells(self, delimiter: str = ",") -> Iterator[list[str]]:
        """The cells of each line of a CSV file; blank lines are left out."""
        reader = csv.reader(self.lines(), delimiter=delimiter, strict=True)
        try:
            for row in reader:
                if row and (len(row) > 1 or row[0].strip()):
                    yield row
        except csv.Error as error:
            raise self.bad(f"is not valid CSV: {error}") from None

    def columns(self, wanted: list[str], delimiter: str = ",") -> Iterator[Sequence[str]]:
        """The cells below these headings, a list or (of one) a tuple a line. Upper or lower case does not matter."""
        rows = self.cells(delimiter)
        heading = next(rows)
        take = self._taker(heading, wanted)
        for row in rows:
            if len(row) != len(heading):
                raise self.bad(f"has {len(row)} columns, the heading {len(heading)}; the file may be cut short")
            yield take(row)

    def _taker(self, heading: list[str], wanted: list[str]) -> Callable[[list[str]], Sequence[str]]:
        keys = [cell.strip().lower() for cell in heading]
        places = []
        for name in wanted:
            if keys.count(name.lower()) != 1:
                found = "several columns" if name.lower() in keys else "no column"
                raise self.bad(f"the heading has {found} {name!r}; it is {shown(','.join(heading))}", 1)
            places.append(keys.index(name.lower()))
        if len(places) == 1:
            return lambda row: (row[places[0]],)
        return operator.itemgetter(*places)


def delimiter_of(source: Source) -> str:
    """Of a CSV file: comma, semicolon or tab, whichever the first line has most of."""
    first = next((line for line in source.head_lines() if line.strip()), "")
    return max(",;\t", key=first.count)


def heading(source: Source, delimiter: str = ",") -> list[str]:
    """The cells of the first line in lower case; for telling formats apart."""
    first = next((line for line in source.head_lines() if line.strip()), "")
    return [cell.strip().strip('"').lower() for cell in first.split(delimiter)]
