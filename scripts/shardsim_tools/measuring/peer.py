# SPDX-License-Identifier: Apache-2.0
"""The other end of the RPCs: an echo server here, on another machine, or one that runs there already.

A server that is started here lives as long as its standard input: over ssh or any other shell, that ends with this
program, however this program ends. Until then it gets a sign of life now and then, as a connection may die in silence.
"""
import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .failed import BadOption, Failed, last_line

SIGN_OF_LIFE = 10.0  # s between two; without one for 60 s a server ends (tests/real/measure/echo.cpp)
PATIENCE = 10.0  # s for a server to end
CONNECTS_WITHIN = 5.0  # s
SSH_OPTIONS = ["-T", "-oBatchMode=yes", "-oConnectTimeout=10", "-oServerAliveInterval=10"]
NAME = "shardsim_measure"
CANNOT_RUN = (126, 127)  # exit codes of a shell: not executable; not found, or a library is not
# dash takes the program of another CPU for a script.
OTHER_MACHINE = re.compile(r"shared librar|GLIBC|Illegal instruction|[Ee]xec format|Syntax error")
ADVICE = {  # what ssh says, and what would help
    "Permission denied": "it asks for no password here (BatchMode): it needs a key, as of ssh-copy-id or ssh-agent",
    "Host key verification failed": "connect once by hand, to look at the key",
}


@dataclass(frozen=True)
class Peer:
    """Another machine, on which a server is to be started."""

    host: str  # as for ssh
    shell: str = "ssh"
    program: str | None = None  # where it is installed there; else this machine's is copied
    listen: str = "0.0.0.0:0"
    address: str | None = None  # by which the RPCs reach it; else the host

    def __post_init__(self) -> None:
        if not self.host or self.host.startswith("-") or re.search(r"\s", self.host):
            raise BadOption(f"--peer {self.host}: expected HOST or HOST:PORT")
        if not re.fullmatch(r"\S+:\d{1,5}", self.listen) or int(self.listen.rpartition(":")[2]) > 65535:
            raise BadOption(f"--peer-listen {self.listen}: expected ADDRESS:PORT; port 0 is a free one")
        try:
            words = shlex.split(self.shell)
        except ValueError as error:
            raise BadOption(f"--peer-shell {self.shell}: {error}") from None
        if not words:
            raise BadOption("--peer-shell: expected a command")

    @property
    def words(self) -> list[str]:
        return [word.replace("{host}", self.host) for word in shlex.split(self.shell)]

    @property
    def by_ssh(self) -> bool:
        return Path(self.words[0]).name == "ssh"

    def command(self, script: str) -> list[str]:
        """That runs a line of shell there. ssh has it interpreted by a shell of its own, which need not be a sh."""
        if not self.by_ssh:
            return [*self.words, "sh", "-c", script]
        return [*self.words, *SSH_OPTIONS, self.host, f"sh -c {shlex.quote(script)}"]

    def reached_at(self) -> str:
        """Name or address for the RPCs: what ssh makes of the host, which may be an alias of its configuration."""
        if self.address:
            return self.address
        if self.by_ssh:
            told = subprocess.run([*self.words, "-G", self.host], capture_output=True, text=True).stdout
            if found := re.search(r"^hostname (\S+)$", told, re.MULTILINE):
                return found[1]
        return self.host.rpartition("@")[2]

    def script(self, program: Path) -> str:
        """Runs the server; before that, where it has none there, takes as many bytes of its input as the program has.
        No `exec`: it is a shell that tells of a signal by its exit code."""
        if self.program:
            home = self.program.startswith("~/")
            there = f'"$HOME"/{shlex.quote(self.program[2:])}' if home else shlex.quote(self.program)
            return f"{there} --echo {shlex.quote(self.listen)} --until-input-ends; exit $?"
        copy = f'head -c {program.stat().st_size} >"$d/{NAME}" && chmod 700 "$d/{NAME}"'
        start = f'"$d/{NAME}" --echo {shlex.quote(self.listen)} --until-input-ends'
        return f"d=$(mktemp -d) || exit; trap 'rm -rf \"$d\"' EXIT; trap exit HUP INT TERM; {copy} && {start}; exit $?"


class Server:
    """An echo server that was started: one that ends with it when this object does."""

    def __init__(self, name: str, command: list[str], sent: Path | None = None) -> None:
        self.name = name
        self._errors = tempfile.TemporaryFile()
        self._ended = threading.Event()
        try:
            # In a session of its own: Ctrl-C is for this program, which then ends the server.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                start_new_session=True,
            )
        except OSError as error:
            self._errors.close()
            raise Failed(f"{command[0]}: {error.strerror}") from None
        assert self._process.stdin
        self._keeper = threading.Thread(target=self._keep, args=(self._process.stdin, sent), daemon=True)
        self._keeper.start()

    def _keep(self, to_server: IO[bytes], sent: Path | None) -> None:
        """Sends the program, then signs of life; then closes. That the server ended is told by whoever needs it."""
        with contextlib.suppress(OSError), to_server, contextlib.ExitStack() as stack:
            program = stack.enter_context(sent.open("rb")) if sent else None
            while program and not self._ended.is_set() and (part := program.read(1 << 16)):
                to_server.write(part)
            to_server.flush()
            while not self._ended.wait(SIGN_OF_LIFE):
                to_server.write(b".")
                to_server.flush()

    def port(self) -> int:
        """That it says it is ready at. A shell there may say something before."""
        assert self._process.stdout
        for line in self._process.stdout:
            if found := re.match(rb"ready at \S+:(\d+)$", line):
                return int(found[1])
        self._ended.set()
        raise Failed(self._why())

    def check(self, patience: float) -> None:
        """Raises Failed where it has ended, or does so within `patience` s."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
            raise Failed(f"{self._why()} (while measuring)")

    def _why(self) -> str:
        """It ended by itself. ssh warns of keys that it did not know."""
        code = self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").splitlines()
        told = "\n".join(line for line in lines if not line.startswith("Warning: "))
        said = last_line(told, f"the server or the connection to it ended, exit code {code}")
        if code in CANNOT_RUN or OTHER_MACHINE.search(said):
            return f"{self.name}: {NAME} does not run there ({said}): build it there and give --peer-program"
        advice = next((f"; {advice}" for words, advice in ADVICE.items() if words in said), "")
        return f"{self.name}: {said.rstrip('.')}{advice}"

    def end(self) -> None:
        self._ended.set()
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE)
                break
            os.killpg(self._process.pid, sign)  # what of it is here
        self._process.wait()
        self._keeper.join(PATIENCE)
        assert self._process.stdout
        self._process.stdout.close()
        self._errors.close()


def has_port(given: str) -> bool:
    """HOST:PORT, not HOST. Several colons are IPv6, which has a port only behind brackets."""
    found = re.fullmatch(r"(?:\[\S+\]|[^\s:\[\]]+):(\d{1,5})", given)
    if (found and not 0 < int(found[1]) < 65536) or (not found and given.count(":") == 1):
        raise BadOption(f"--peer {given}: expected HOST or HOST:PORT")
    return found is not None


@dataclass(frozen=True)
class OtherEnd:
    address: str  # HOST:PORT
    server: Server | None = None  # if it was started here

    def check(self, patience: float = 0) -> None:
        """Raises Failed where it is no more, or ends within `patience` s."""
        if self.server:
            self.server.check(patience)


@contextlib.contextmanager
def started(server: Server) -> Iterator[Server]:
    try:
        yield server
    finally:
        server.end()


@contextlib.contextmanager
def other_end(program: Path, peer: Peer | str | None) -> Iterator[OtherEnd]:
    """Of no peer: on this machine. Of a text, HOST:PORT: a server that runs there already."""
    if isinstance(peer, str):
        connect(peer, f"does `{NAME} --echo 0.0.0.0:{peer.rpartition(':')[2]}` run there?")
        yield OtherEnd(peer)
    elif peer is None:
        command = [str(program), "--echo", "127.0.0.1:0", "--until-input-ends"]
        with started(Server("the echo server", command)) as server:
            yield OtherEnd(f"127.0.0.1:{server.port()}", server)
    else:
        sent = None if peer.program else program
        with started(Server(peer.host, peer.command(peer.script(program)), sent)) as server:
            port, at = server.port(), peer.reached_at()
            address = f"[{at}]:{port}" if ":" in at else f"{at}:{port}"
            connect(
                address,
                "the server runs there; if a firewall is in between, --peer-listen takes a port that is open, and "
                "--peer-address another way to the machine",
            )
            yield OtherEnd(address, server)


def connect(address: str, advice: str) -> None:
    """Raises Failed where nobody takes a connection: known now instead of after a minute."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECTS_WITHIN).close()
    except OSError as error:
        raise Failed(f"{address} cannot be reached ({error.strerror or error}): {advice}") from None
