#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Stands in for shardsim_measure: its benchmarks take no time, its echo server takes connections and keeps them.

With HANGING, the benchmarks of RPCs wait for the server to close the connection, and say so in that file.
"""

import json
import os
import re
import select
import socket
import sys
from pathlib import Path


def address_of(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


def echo(address):
    with socket.socket() as listening:
        try:
            listening.bind(address_of(address))
        except OSError:
            sys.exit(f"shardsim_measure: cannot listen at {address}; is the port in use?")
        listening.listen()
        print(f"ready at {':'.join(map(str, listening.getsockname()))}", flush=True)
        taken = []
        while True:
            ready, _, _ = select.select([listening, sys.stdin.fileno()], [], [])
            if listening in ready:
                taken.append(listening.accept())
            if sys.stdin.fileno() in ready and not os.read(sys.stdin.fileno(), 100):
                return


def benchmark(pattern, out):
    from made_benchmarks import benchmarks

    at = os.environ["SHARDSIM_ECHO"]
    if "rpc" in pattern:
        with socket.create_connection(address_of(at)) as connection:
            if "HANGING" in os.environ:
                Path(os.environ["HANGING"]).touch()
                connection.recv(1)
                sys.exit("shardsim_measure: an RPC failed: Socket closed")
    found = [b for b in benchmarks() if re.search(pattern, b["name"])]
    Path(out).write_text(json.dumps({"context": {"echo": at}, "benchmarks": found}))


if sys.argv[1] == "--echo":
    echo(sys.argv[2])
else:
    options = dict(word[2:].split("=", 1) for word in sys.argv[1:])
    benchmark(options["benchmark_filter"], options["benchmark_out"])
