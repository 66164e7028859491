# SPDX-License-Identifier: Apache-2.0
"""The one kind of error a user sees."""

from pathlib import Path


class BadInput(Exception):
    """What is wrong, for the user, in one line; with the file and the line where there are such."""

    def __init__(self, message: str, path: Path | None = None, line: int | None = None) -> None:
        super().__init__(message)
        where = f"{path}:{line}: " if line else f"{path}: " if path else ""
        self.text = " ".join(f"{where}{message}".split())


def shown(value: object) -> str:
    """A value within a message: short, and on one line."""
    text = repr(value)
    return text if len(text) <= 62 else f"{text[:60]}..."
