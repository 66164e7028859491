# SPDX-License-Identifier: Apache-2.0
"""The echo server of scripts/measure_platform says where it is, answers, and ends with its input. No time is asserted."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.environ.get("SHARDSIM_MEASURE")  # not built without Google Benchmark


@unittest.skipUnless(PROGRAM, "shardsim_measure was not built")
class EchoServer(unittest.TestCase):
    def start(self) -> "subprocess.Popen[str]":
        command = [str(PROGRAM), "--echo", "127.0.0.1:0", "--until-input-ends"]
        server = self.enterContext(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        self.addCleanup(server.kill)
        return server

    def test_answers_at_the_port_it_tells_until_its_input_ends(self) -> None:
        server = self.start()
        assert server.stdin and server.stdout
        told = server.stdout.readline()
        self.assertRegex(told, r"^ready at 127\.0\.0\.1:[1-9]\d*\n$")
        server.stdin.write("a sign of life")
        server.stdin.flush()
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "found.json"
            words = ["--benchmark_filter=^rpc/0/1024/", "--benchmark_min_time=0.001", f"--benchmark_out={out}"]
            environment = {**os.environ, "SHARDSIM_ECHO": told.split()[-1]}
            done = subprocess.run([str(PROGRAM), *words], env=environment, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(json.loads(out.read_text())["benchmarks"]), 1)
        self.assertIsNone(server.poll())
        server.stdin.close()
        self.assertEqual(server.wait(timeout=60), 0)

    def test_ends_in_order_though_its_input_ended_before(self) -> None:
        command = [str(PROGRAM), "--echo", "127.0.0.1:0", "--until-input-ends"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout[:8]), (0, "ready at"))

    def test_stays_without_that_option(self) -> None:
        command = [str(PROGRAM), "--echo", "127.0.0.1:0"]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout
            self.assertIn("ready at", server.stdout.readline())
            with self.assertRaises(subprocess.TimeoutExpired):
                server.wait(timeout=0.5)
            server.terminate()
        self.assertEqual(server.returncode, 0)
