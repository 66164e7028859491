# SPDX-License-Identifier: Apache-2.0
"""Files that may be compressed: gzip by Python's own module, zstd by the program zstd."""

import contextlib
import gzip
import io
import os
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from .errors import BadInput

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
DAMAGE = (gzip.BadGzipFile, zlib.error)
BLOCK = 2**18
NO_ZSTD = "needs the program zstd, which is not installed (apt install zstd)"


@contextlib.contextmanager
def reading(raw: io.BufferedReader, path: Path) -> Iterator[BinaryIO]:
    """A buffered stream of what `raw` holds, told by its first bytes. Damage is a BadInput."""
    magic = raw.peek(4)[:4]
    try:
        if magic.startswith(GZIP):
            with gzip.open(raw) as file:
                yield io.BufferedReader(cast(io.RawIOBase, file), BLOCK)
        elif magic == ZSTD:
            with _zstd_reading(raw, path) as file:
                yield file
        else:
            yield raw
    except EOFError:
        raise BadInput("ends in the middle of its gzip data; the file is cut short", path) from None
    except DAMAGE as error:
        raise BadInput(f"is damaged: {error}", path) from None


@contextlib.contextmanager
def _zstd_reading(raw: BinaryIO, path: Path) -> Iterator[BinaryIO]:
    if not shutil.which("zstd"):
        raise BadInput(NO_ZSTD, path)
    os.lseek(raw.fileno(), 0, os.SEEK_SET)
    process = subprocess.Popen(
        ["zstd", "-dcq"], stdin=raw, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        file = _Whole(process, path)
        yield io.BufferedReader(file, BLOCK)
    finally:
        process.kill()
        process.communicate()


class _Whole(io.RawIOBase):
    """What the process writes; when that ends, the process must have been content."""

    def __init__(self, process: subprocess.Popen[bytes], path: Path) -> None:
        super().__init__()
        self.process, self.path = process, path

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        stdout, stderr = self.process.stdout, self.process.stderr
        assert isinstance(stdout, io.BufferedReader) and stderr is not None  # both are pipes
        count = stdout.readinto(buffer)
        if not count and self.process.wait():
            told = stderr.read().decode(errors="replace").strip().splitlines()
            raise BadInput(f"is damaged or cut short: {told[0] if told else 'zstd failed'}", self.path)
        return count


@contextlib.contextmanager
def writing(raw: io.BufferedWriter, path: Path) -> Iterator[BinaryIO]:
    """A binary stream into `raw`, compressed as the name of `path` says."""
    if path.suffix == ".gz":  # no time or name inside: the same content gives the same bytes
        with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as file:
            yield cast(BinaryIO, file)
    elif path.suffix == ".zst":
        with _zstd_writing(raw, path) as file:
            yield file
    else:
        yield raw


@contextlib.contextmanager
def _zstd_writing(raw: BinaryIO, path: Path) -> Iterator[BinaryIO]:
    if not shutil.which("zstd"):
        raise BadInput(NO_ZSTD, path)
    process = subprocess.Popen(["zstd", "-qc"], stdin=subprocess.PIPE, stdout=raw, start_new_session=True)
    assert process.stdin is not None  # a pipe
    try:
        yield cast(BinaryIO, process.stdin)
        process.stdin.close()
        if process.wait():
            raise BadInput("zstd cannot write it; is the disk full?", path)
    except BrokenPipeError:
        raise BadInput("zstd cannot write it; is the disk full?", path) from None
    finally:
        process.kill()
        process.wait()
