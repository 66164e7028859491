# SPDX-License-Identifier: Apache-2.0
"""Benchmarks that were made with known figures."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from shardsim_tools.measuring import fits, platform  # noqa: E402

LOOKUP, PER_BYTE, BAG = 25.0, 0.15, 8.0  # ns
RATE, HALF_ROWS = 40e9, 6.0  # FLOP/s, rows
CALL, PER_RPC_BYTE = 48e3, 0.5  # ns of both ends: an RPC, a byte of its request or response
ONE_WAY = 20e3  # ns
WAKEUP = 15e3  # ns
MACHINE = platform.Machine("far", "a processor", 7, 5_000_000_000, "a machine", None)
FACTORS = [0.9, 1.0, 1.1]  # of three repetitions


def benchmark(name, ns, **counters):
    """Three repetitions, the samples of each 20 % apart at most."""
    out = []
    for factor in FACTORS:
        quantiles = {f"q{q}": factor * ns * (0.9 + 0.2 * (q + 0.5) / fits.PARTS) for q in range(fits.PARTS)}
        scaled = {key: factor * value for key, value in counters.items()}
        out.append({"name": name, "run_type": "iteration", "threads": 1, **quantiles, **scaled})
    return out


def benchmarks():
    out = []
    for row in (64, 128, 256, 512, 1024):
        out += benchmark(f"gather/{row}/2048/16/manual_time", platform.LOOKUPS * (LOOKUP + PER_BYTE * row + BAG / 16))
    for pooling in (1, 4, 64):
        each = LOOKUP + PER_BYTE * 128 + BAG / pooling
        out += benchmark(f"gather_by_pooling/128/2048/{pooling}/manual_time", platform.LOOKUPS * each)
    out += benchmark("gather_by_size/256/8/16/manual_time", platform.LOOKUPS * 10.0)
    for threads in (1, 2):
        for b in benchmark("gather_on_cores/512/real_time/threads:1", 1.0, bytes_per_second=5e9 * threads):
            out.append({**b, "threads": threads})
    for width in (512, 1024):
        for rows in (1, 2, 4, 8, 16, 32, 64, 128, 256):
            flop = 3 * 2.0 * width * width
            out += benchmark(f"dense/{rows}/{width}/manual_time", flop * (rows + HALF_ROWS) / RATE * 1e9)
    for asked, answered in ((0, 0), (1024, 0), (65536, 0), (1 << 20, 0), (0, 1024), (0, 65536), (0, 1 << 20)):
        cpu = CALL + PER_RPC_BYTE * (asked + answered)
        out += benchmark(
            f"rpc/{asked}/{answered}/manual_time", cpu + 2 * ONE_WAY, client_cpu_ns=cpu / 2, server_cpu_ns=cpu / 2
        )
    paused = CALL / 2 + WAKEUP
    out += benchmark(
        "rpc_after_pause/5/iterations:100/manual_time", CALL + WAKEUP, client_cpu_ns=paused, server_cpu_ns=paused
    )
    out.append({"name": "gather/64/2048/16/manual_time_mean", "run_type": "aggregate"})
    return out
