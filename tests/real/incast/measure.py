#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Incast over this machine's own TCP: N kept connections are asked at once, and each answers with as many bytes.

Each host is a network namespace. All hang on one more, the switch, which routes. Its port to the receiver sends 1 Gb/s
(tbf) and holds a buffer of known size; no other link is limited. It needs root, g++, iproute2 and Linux 6.7. What it makes
is removed at the end, also after Ctrl-C; nothing leaves the machine.
"""

import argparse
import contextlib
import csv
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
GBIT = 1
MOST_SENDERS = 254  # each has a number of an address
# What tbf may send at once after a pause: it makes up for the kernel's timers, and is as much more of a buffer.
BURST = 6000
# Of a frame of 1514 bytes, on the wire: checksum, preamble and gap.
OVERHEAD = 24
# A counter of /proc/net/netstat, and the column that it becomes.
COUNTERS = {
    "TCPLossProbes": "probes",
    "TCPFastRetrans": "fast_retransmissions",
    "TCPHystartTrainDetect": "hystart_train",
    "TCPHystartDelayDetect": "hystart_delay",
}
ROUND = ["slowest_us", "median_us", "first_start_us", "last_start_us", "retransmissions", "timeouts"]
COLUMNS = [
    *("congestion", "buffer", "senders", "bytes", "rounds", "round_trip_us"),
    *("p10_us", "p25_us", "p50_us", "p75_us", "p90_us", "p99_us", "max_us", "median_flow_us"),
    *("first_start_us", *(f"last_start_p{q}_us" for q in (10, 30, 50, 70, 90))),
    *("retransmissions", "timeouts", "rounds_with_timeout", "rounds_of_200_ms"),
    *COUNTERS.values(),
    "last_starts_us",  # of each round
]


class Failed(Exception):
    pass


def run(*words: object, text: str | None = None) -> str:
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, input=text)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout


def why_not() -> str | None:
    """Why nothing can be measured here."""
    if os.geteuid() != 0:
        return "not root"
    try:
        run("ip", "netns", "add", f"si{os.getpid()}t")
        run("ip", "netns", "del", f"si{os.getpid()}t")
    except (Failed, FileNotFoundError) as error:
        return f"no network namespaces: {error}"
    return None


def congestions() -> list[str]:
    return Path("/proc/sys/net/ipv4/tcp_available_congestion_control").read_text().split()


@contextlib.contextmanager
def hosts(senders: int) -> Iterator[str]:
    """Namespaces <prefix>s (switch), <prefix>r (receiver) and <prefix>0 ...; gives the prefix."""
    prefix = f"si{os.getpid()}"
    names = [f"{prefix}{name}" for name in ("s", "r", *range(senders))]
    try:
        for name in names:
            run("ip", "netns", "add", name)
        run("ip", "netns", "exec", f"{prefix}s", "sysctl", "-qw", "net.ipv4.ip_forward=1")
        for number, name in enumerate(names[1:], start=-1):
            connect(prefix, name, number % 256)
        yield prefix
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True)


def connect(prefix: str, host: str, number: int) -> None:
    """A cable from a host to the switch. The switch routes instead of bridging: a packet that is bridged still belongs
    to its sender's socket, which then would not send more (TCP small queues)."""
    switch, port = f"{prefix}s", f"p{number}"
    run("ip", "link", "add", port, "netns", switch, "type", "veth", "peer", "name", "eth0", "netns", host)
    for space, device, last in ((switch, port, 1), (host, "eth0", 2)):
        run("ip", "-n", space, "link", "set", "dev", device, "mtu", 1500)
        run("ip", "-n", space, "address", "add", f"10.77.{number}.{last}/24", "dev", device)
        run("ip", "-n", space, "link", "set", "dev", device, "up")
    run("ip", "-n", host, "route", "add", "default", "via", f"10.77.{number}.1")
    # Windows of one measurement say nothing to the next.
    run("ip", "netns", "exec", host, "sysctl", "-qw", "net.ipv4.tcp_no_metrics_save=1")


def limit(space: str, device: str, buffer: int) -> None:
    """1 Gb/s, and so many bytes that wait."""
    words = ["root", "tbf", "rate", f"{GBIT}gbit", "burst", BURST, "limit", buffer, "overhead", OVERHEAD]
    run("tc", "-n", space, "qdisc", "replace", "dev", device, *words)


def counters(prefix: str, senders: int) -> dict[str, int]:
    found = dict.fromkeys(COUNTERS, 0)
    for i in range(senders):
        lines = run("ip", "netns", "exec", f"{prefix}{i}", "cat", "/proc/net/netstat").splitlines()
        names, values = (line.split()[1:] for line in lines[:2])
        for name, value in zip(names, values):
            if name in found:
                found[name] += int(value)
    return found


def rounds_of(program: Path, prefix: str, *plan: object) -> list[dict[str, float]]:
    lines = run(program, prefix, *plan).splitlines()
    return [dict(zip(ROUND, map(float, line.split(",")))) for line in lines]


def quantile(values: list[float], q: float) -> float:
    ordered = sorted(values)
    return ordered[max(0, -(-int(q * 1000) * len(ordered) // 1000) - 1)]


def measure(options: argparse.Namespace, program: Path) -> Iterator[dict[str, object]]:
    with hosts(max(options.senders)) as prefix:
        for congestion in options.congestion:
            if congestion not in congestions():
                print(f"{congestion}: skipped, this kernel does not have it", file=sys.stderr)
                continue
            for buffer in options.buffer:
                limit(f"{prefix}s", "p255", buffer)
                for size in options.bytes:
                    for senders in options.senders:
                        yield measure_one(options, program, prefix, (congestion, buffer, senders, size))


def measure_one(
    options: argparse.Namespace, program: Path, prefix: str, point: tuple[str, int, int, int]
) -> dict[str, object]:
    congestion, buffer, senders, size = point
    alone = rounds_of(program, prefix, 1, 1, 100, 10, 1000, congestion)
    before = counters(prefix, senders)
    rounds = rounds_of(
        program, prefix, senders, size, options.rounds, options.warmup, round(1000 * options.gap), congestion
    )
    after = counters(prefix, senders)
    slowest = [r["slowest_us"] for r in rounds]

    def median(name: str) -> float:
        return quantile([r[name] for r in rounds], 0.5)

    found = [*point, len(rounds), quantile([r["slowest_us"] for r in alone], 0.5)]
    found += [quantile(slowest, q) for q in (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)]
    found += [max(slowest), median("median_us"), median("first_start_us")]
    found += [quantile([r["last_start_us"] for r in rounds], q) for q in (0.1, 0.3, 0.5, 0.7, 0.9)]
    found += [int(sum(r[name] for r in rounds)) for name in ("retransmissions", "timeouts")]
    found += [sum(r["timeouts"] > 0 for r in rounds), sum(time >= 200_000 for time in slowest)]
    found += [*(after[name] - before[name] for name in COUNTERS)]
    found += [" ".join(f"{r['last_start_us']:.0f}" for r in rounds)]
    row: dict[str, object] = dict(zip(COLUMNS, found))
    print(
        f"{congestion} {buffer} B, {senders} x {size} B: P50 {row['p50_us']} us, P99 {row['p99_us']} us,"
        f" {row['retransmissions']} retransmissions, {row['timeouts']} timeouts",
        file=sys.stderr,
        flush=True,
    )
    return row


def write(options: argparse.Namespace, rows: list[dict[str, object]]) -> None:
    with options.out.open("w", newline="") as file:
        file.write(f"# tests/real/incast/measure.py, Linux {platform.release()}, {os.cpu_count()} cores.")
        file.write(f" tbf 1 Gb/s, burst {BURST} B, packets of 1500 B and {OVERHEAD + 14} B of framing.")
        file.write(f" {options.warmup} rounds before those counted, {options.gap:g} ms between rounds.")
        file.write(" Counters but of retransmissions and timeouts include the rounds before.\n")
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def whole_numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example: tests/real/incast/measure.py --senders 2,8,32 --bytes 64000 --out out/incast.csv",
    )
    parser.add_argument("--senders", type=whole_numbers, default=[2, 4, 8, 16, 32, 64], help="N (default: 2 to 64)")
    parser.add_argument(
        "--bytes", type=whole_numbers, default=[20_000, 64_000, 150_000, 256_000], help="of each answer"
    )
    parser.add_argument("--buffer", type=whole_numbers, default=[524_288], help="bytes that the switch's port holds")
    parser.add_argument("--congestion", type=lambda t: t.split(","), default=["cubic"], help="cubic, reno, dctcp")
    parser.add_argument("--rounds", type=int, default=200, help="that count (default: %(default)s)")
    parser.add_argument("--warmup", type=int, default=20, help="rounds before them (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=1, help="of all, so that they have a spread (default: once)")
    parser.add_argument("--gap", type=float, default=10, help="ms between two rounds (default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="the table, as CSV")
    options = parser.parse_args()
    if not 1 <= min(options.senders) <= max(options.senders) <= MOST_SENDERS:
        parser.error(f"--senders: expected from 1 to {MOST_SENDERS}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    if reason := why_not():
        print(f"incast: skipped ({reason})")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "incast"
        rows: list[dict[str, object]] = []
        try:
            run("g++", "-std=c++17", "-O2", HERE / "incast.cpp", "-o", program, "-pthread")
            for _ in range(options.repeat):
                for row in measure(options, program):
                    rows.append(row)
        except Failed as error:
            print(f"incast: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 1
        finally:
            if rows:
                write(options, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
