# SPDX-License-Identifier: Apache-2.0
"""Is the other end of the RPCs started, told of and ended, whatever happens? By shells that stay on this machine."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "scripts"))

from shardsim_tools.measuring import peer  # noqa: E402
from shardsim_tools.measuring.failed import Failed  # noqa: E402

PROGRAM = HERE / "stand_in.py"
SSH = """#!/bin/sh
# Says how it was called; knows the alias, and has all behind the host interpreted by a shell, as ssh does.
echo "$@" >>"$0.calls"
case "$*" in *" -G "*) echo "user somebody"; echo "hostname 127.0.0.1"; exit ;; esac
echo "a shell's greeting"
echo "Warning: Permanently added 'rack2' to the list of known hosts." >&2
sh -c "${*#* me@rack2 }"
"""
NEVER = 30  # s: more than anything here takes


def awaited(condition):
    """It comes true in time."""
    end = time.monotonic() + NEVER
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.there = self.folder / "there"  # for temporary files
        self.there.mkdir()
        self.mark = uuid.uuid4().hex
        self.environment = {**os.environ, "TMPDIR": str(self.there), "MARK": self.mark}
        self.addCleanup(self.end_all)

    def processes(self):
        """That were begun by this test, and run."""
        out = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if f"MARK={self.mark}".encode() in (folder / "environ").read_bytes():
                    out.append(int(folder.name))
            except OSError:
                continue
        return out

    def end_all(self):
        for process in self.processes():
            os.kill(process, signal.SIGKILL)

    def nothing_is_left(self):
        self.assertTrue(awaited(lambda: not self.processes()))
        self.assertTrue(awaited(lambda: not list(self.there.glob("tmp.*"))), "mktemp's folder")

    def file(self, name, text):
        out = self.folder / name
        out.write_text(text)
        out.chmod(0o700)
        return out

    def command(self, *words, program=PROGRAM):
        script = ROOT / "scripts/measure_platform"
        return [sys.executable, script, "--out", self.folder / "out", "--program", program, *words]

    def run_it(self, *words, program=PROGRAM):
        command = self.command(*words, program=program)
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=2 * NEVER)

    def measures(self, *words):
        """And the address at which it found the server."""
        done = self.run_it(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads((self.folder / "out/measured.json").read_text())
        self.machine = found["machine"]
        return found["context"]["echo"]


class Started(Case):
    def test_by_ssh(self):
        ssh = self.file("ssh", SSH)
        address = self.measures("--peer", "me@rack2", "--peer-shell", f"{ssh} -p 22", "--peer-listen", "127.0.0.1:0")
        self.assertRegex(address, r"^127\.0\.0\.1:[1-9]\d+$")
        started, asked = Path(f"{ssh}.calls").read_text().splitlines()
        self.assertRegex(started, r"^-p 22 .*BatchMode=yes .* me@rack2 sh -c ")
        self.assertEqual(asked, "-p 22 -G me@rack2")
        self.assertEqual((self.machine["peer"], self.machine["cores"]), ("me@rack2", os.cpu_count()))
        self.nothing_is_left()

    def test_where_it_is_installed(self):
        """By a shell that takes words, to which the host says something."""
        shell = self.file("shell", '#!/bin/sh\n[ "$1" = 127.0.0.1 ] && shift && echo "$@" >"$0.calls" && "$@"\n')
        installed = self.file("its own $place", f'#!/bin/sh\n[ $# = 3 ] && exec {PROGRAM} "$@"\n')
        words = ["--peer", "127.0.0.1", "--peer-shell", f"{shell} {{host}}", "--peer-program", installed]
        address = self.measures(*words, "--peer-listen", "127.0.0.1:0")
        self.assertTrue(address.startswith("127.0.0.1:"))
        self.assertNotIn("mktemp", Path(f"{shell}.calls").read_text())
        self.nothing_is_left()

    def test_by_hand(self):
        """It goes on."""
        with subprocess.Popen(
            [PROGRAM, "--echo", "127.0.0.1:0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server:
            at = server.stdout.readline().split()[-1]
            self.assertEqual(self.measures("--peer", at), at)
            self.assertIsNone(server.poll())
            server.stdin.close()

    def test_here(self):
        self.assertTrue(self.measures().startswith("127.0.0.1:"))
        self.nothing_is_left()


class Servers(Case):
    def begin(self, script, sent=None):
        with mock.patch.dict(os.environ, MARK=self.mark):
            return peer.Server("it", ["sh", "-c", f"cd {self.folder}; {script}"], sent)

    def test_get_signs_of_life(self):
        with mock.patch.object(peer, "SIGN_OF_LIFE", 0.01):
            with peer.started(
                self.begin("timeout 30 head -c 3 >/dev/null && echo ready at it:7; cat >/dev/null")
            ) as server:
                self.assertEqual(server.port(), 7)

    def test_that_never_were(self):
        with self.assertRaisesRegex(Failed, "it: .* ended, exit code 3"):
            with peer.started(self.begin("exit 3")) as server:
                server.port()

    def test_end_with_their_input(self):
        with peer.started(self.begin("echo ready at it:7; cat; touch ended")) as server:
            server.port()
        self.assertTrue((self.folder / "ended").exists())

    def test_are_killed_with_all_that_is_theirs(self):
        with mock.patch.object(peer, "PATIENCE", 0.1):
            with peer.started(self.begin("echo ready at it:7; sleep 1000; true")) as server:
                server.port()
        self.nothing_is_left()

    def test_get_no_more_of_a_program_when_they_are_to_end(self):
        program = self.folder / "program"
        program.write_bytes(bytes(10_000_000))
        wait = "until [ -e go ]; do sleep 0.01; done"
        with peer.started(self.begin(f"echo ready at it:7; {wait}; wc -c >bytes", program)) as server:
            server.port()
            server._ended.set()
            (self.folder / "go").touch()
        self.assertLess(int((self.folder / "bytes").read_text()), 1_000_000)


class Ended(Case):
    def begin(self):
        """Measures RPCs, which hang. The shell stays the server's parent."""
        shell = self.file("shell", '#!/bin/sh\necho $$ >"$0.pid"\n"$@"\n')
        self.environment["HANGING"] = str(self.folder / "hangs")
        command = self.command("--peer", "127.0.0.1", "--peer-shell", str(shell), "--peer-listen", "127.0.0.1:0")
        # Where this runs in the background SIGINT is ignored, and would be there.
        self.addCleanup(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))
        run = subprocess.Popen(command, env=self.environment, stderr=subprocess.PIPE, text=True)
        self.addCleanup(run.stderr.close)
        self.assertTrue(awaited((self.folder / "hangs").exists), "no RPC was begun")
        self.shell = int(Path(f"{shell}.pid").read_text())
        return run

    def test_by_signals(self):
        for sign, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(sign.name):
                run = self.begin()
                run.send_signal(sign)
                _, errors = run.communicate(timeout=NEVER)
                self.assertEqual((run.returncode, errors), (code, ""))
                self.nothing_is_left()
                (self.folder / "hangs").unlink()

    def test_when_nothing_could_be_done(self):
        run = self.begin()
        run.kill()
        run.wait()
        self.nothing_is_left()

    def test_when_the_connection_dies(self):
        """That is, its process here."""
        run = self.begin()
        os.kill(self.shell, signal.SIGKILL)
        _, errors = run.communicate(timeout=NEVER)
        self.assertEqual((run.returncode, errors.count("\n")), (1, 1), errors)
        self.assertIn("127.0.0.1: the server or the connection to it ended, exit code -9 (while measuring)", errors)
        self.nothing_is_left()


class Errors(Case):
    def fails(self, code, text, *words, program=PROGRAM):
        done = self.run_it(*words, program=program)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(text, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.nothing_is_left()

    def fails_by(self, shell, text, *words, **options):
        listen = ["--peer-listen", "127.0.0.1:0"]
        self.fails(1, text, "--peer", "127.0.0.1", "--peer-shell", str(shell), *listen, *words, **options)

    def test_of_options(self):
        for text, *words in (
            ("--peer a:b: expected HOST or HOST:PORT", "--peer", "a:b"),
            ("--peer a:0: expected HOST", "--peer", "a:0"),
            ("--peer a:99999: expected HOST", "--peer", "a:99999"),
            ("--peer -oProxyCommand=x: expected HOST", "--peer=-oProxyCommand=x"),
            ("--peer : expected HOST", "--peer", ""),
            ("--peer-shell: is for a server to be started", "--peer", "a:1", "--peer-shell", "ssh"),
            ("--peer-listen: is for a server to be started", "--peer-listen", "a:1"),
            ("--peer-listen 5700: expected ADDRESS:PORT", "--peer", "a", "--peer-listen", "5700"),
            ("--peer: is for measuring", "--peer", "a", "--from", "b"),
            ("--peer-shell: expected a command", "--peer", "a", "--peer-shell", " "),
            ("No closing quotation", "--peer", "a", "--peer-shell", "ssh '"),
        ):
            with self.subTest(words):
                self.fails(2, text, *words)

    def test_that_are_none(self):
        """Of ssh, which is killed after a warning."""
        shell = self.file("ssh", SSH.replace("sh -c", "kill -KILL $$ #"))
        self.fails_by(shell, "127.0.0.1: the server or the connection to it ended, exit code -9")

    def test_without_ssh(self):
        self.fails_by("/nowhere/ssh", "/nowhere/ssh: No such file or directory")

    def test_of_ssh(self):
        for said, text in (
            ("ssh: connect to host rack2 port 22: Connection refused", "127.0.0.1: ssh: connect to host rack2"),
            ("me@rack2: Permission denied (publickey).", "(publickey); it asks for no password"),
            ("No ED25519 host key is known.\nHost key verification failed.\r", "failed; connect once by hand"),
        ):
            with self.subTest(said):
                self.fails_by(self.file("ssh", f"#!/bin/sh\nprintf '{said}\\n' >&2\nexit 255\n"), text)

    def test_of_another_machine(self):
        """Its shell says that it cannot run the program, which is none for it."""
        advice = "build it there and give --peer-program"
        libraries = "error while loading shared libraries: libgrpc++.so.1: cannot open shared object file"
        other_cpu = self.folder / "arm"
        other_cpu.write_bytes(
            b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xb7\x00\x01\x00\x00\x00" + bytes(40) + b"\n(\n"
        )
        for name, program in (
            ("library", self.file("library", f"#!/bin/sh\necho '{libraries}' >&2\nexit 127\n")),
            (
                "C library",
                self.file("libc", "#!/bin/sh\necho 'libc.so.6: version `GLIBC_2.99` not found' >&2\nexit 1\n"),
            ),
            ("instruction", self.file("sigill", "#!/bin/sh\nkill -ILL $$\n")),
            ("other CPU", other_cpu),
            ("other CPU for a script", self.file("script", "#!/bin/sh\n(\n")),
        ):
            with self.subTest(name):
                self.fails_by("env", advice, program=program)
        self.fails_by("env", f"/nowhere/it: not found): {advice}", "--peer-program", "/nowhere/it")

    def test_of_a_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            at = f"127.0.0.1:{taken.getsockname()[1]}"
            self.fails_by("env", f"cannot listen at {at}; is the port in use?", "--peer-listen", at)

    def test_of_a_port_that_is_blocked(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))  # and nobody listens
            at = f"127.0.0.1:{silent.getsockname()[1]}"
            program = self.file("says", f"#!/bin/sh\necho ready at {at}\nexec cat\n")
            self.fails_by(
                "env",
                f"{at} cannot be reached (Connection refused): the server runs there; if a firewall",
                program=program,
            )
            self.fails(1, f"{at} cannot be reached (Connection refused): does `shardsim_measure --echo", "--peer", at)


class Addresses(unittest.TestCase):
    def test_with_a_port_and_without(self):
        for given, expected in (
            ("rack2", False),
            ("me@rack2", False),
            ("rack2:5700", True),
            ("10.0.0.2:1", True),
            ("::1", False),
            ("fe80::1%eth0", False),
            ("[::1]", False),
            ("[::1]:5700", True),
        ):
            with self.subTest(given):
                self.assertEqual(peer.has_port(given), expected)

    def test_that_the_user_gives(self):
        self.assertEqual(peer.Peer("me@rack2", shell="env").reached_at(), "rack2")
        self.assertEqual(peer.Peer("me@rack2", address="10.0.0.2").reached_at(), "10.0.0.2")

    def test_of_a_home(self):
        script = peer.Peer("rack2", program="~/bin/it").script(PROGRAM)
        self.assertTrue(script.startswith('"$HOME"/bin/it --echo'), script)


if __name__ == "__main__":
    unittest.main()
