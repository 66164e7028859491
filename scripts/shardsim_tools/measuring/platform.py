# SPDX-License-Identifier: Apache-2.0
"""The figures of a platform, from what the benchmarks say."""

from dataclasses import dataclass
from statistics import median
from typing import Any

from . import fits

LOOKUPS = 4096  # of a run of the gather
POOLING = 16  # of its bags, unless it says so
MESSAGES = 4  # ends of messages that an RPC has: the caller's and the shard's, there and back
NOISY = 0.15  # spread of the repetitions from which a machine was too busy to trust


@dataclass(frozen=True)
class Machine:
    """That the benchmarks ran on, which need not be this one."""

    name: str
    processor: str
    cores: int
    memory: int  # bytes
    description: str
    peer: str | None  # the other end of the RPCs, if it ran elsewhere


@dataclass(frozen=True)
class Figures:
    """All that was found. Times in ns, sizes in bytes."""

    lookup: fits.Line  # a lookup, and its share of its bag, over the bytes of a row
    pooling: fits.Line  # a lookup of 128 B over bags a lookup
    resident: list[fits.Point]  # a lookup of 256 B over the MiB of the table
    memory: list[fits.Point]  # bytes/s over the cores that gather
    dense: dict[int, fits.Line]  # by width of the layers: three layers over rows
    flop_per_row: dict[int, float]
    rpc_asked: fits.Line  # CPU of both ends over the bytes of the request
    rpc_answered: fits.Line
    latency: fits.Point  # of an RPC without content, alone
    wakeup: float  # CPU of the server's end of an RPC that comes after a pause, more than without one
    jitter: dict[str, list[float]]

    @property
    def rate(self) -> float:
        """FLOP/s of one core where a batch is large: the line's slope, of the widest layers."""
        width = max(self.dense)
        return self.flop_per_row[width] / self.dense[width].slope * 1e9

    @property
    def peak(self) -> float:
        """The best that any point reached, or the rate where that is more."""
        reached = [self.flop_per_row[w] * p.x / p.low * 1e9 for w, line in self.dense.items() for p in line.points]
        return max(*reached, self.rate)

    @property
    def half_rows(self) -> float:
        width = max(self.dense)
        return self.dense[width].fixed / self.dense[width].slope

    @property
    def bag(self) -> float:
        return self.pooling.slope

    @property
    def lookup_time(self) -> float:
        return max(0.0, self.lookup.fixed - self.bag / POOLING)

    @property
    def cpu_per_message(self) -> float:
        return (self.rpc_asked.fixed + self.rpc_answered.fixed) / 2 / MESSAGES

    @property
    def serialization(self) -> float:
        """Bytes/s of one end: a byte costs both ends of its message."""
        return 1e9 / ((self.rpc_asked.slope + self.rpc_answered.slope) / 2 / 2)

    @property
    def one_way(self) -> float:
        """What is left of an RPC alone when its CPU time is taken away, each way."""
        return max(0.0, (self.latency.y - MESSAGES * self.cpu_per_message) / 2)

    def noise(self) -> dict[str, float]:
        """The worst spread of the repetitions, by what was measured."""
        dense = [p for line in self.dense.values() for p in line.points]
        parts = {"gather": self.lookup.points, "dense": dense, "rpc": self.rpc_asked.points}
        return {name: max(p.spread for p in points) for name, points in parts.items()}


def bandwidths(benchmarks: list[fits.Benchmark]) -> list[fits.Point]:
    """Bytes/s of all cores that gather, by how many they are."""
    by_cores: dict[int, list[float]] = {}
    for runs in fits.named(benchmarks, "gather_on_cores").values():
        for b in runs:
            by_cores.setdefault(int(b["threads"]), []).append(float(b["bytes_per_second"]))
    return [fits.point(cores, rates) for cores, rates in sorted(by_cores.items())]


def figures(benchmarks: list[fits.Benchmark]) -> Figures:
    gathers = {row: runs for (row, *_), runs in fits.named(benchmarks, "gather").items()}
    layers = fits.named(benchmarks, "dense")
    rpcs = fits.named(benchmarks, "rpc")

    def over(runs: list[fits.Benchmark], x: float, divided_by: float = 1) -> fits.Point:
        return fits.point(x, [fits.nanoseconds(b) / divided_by for b in runs])

    def cpu(runs: list[fits.Benchmark], x: float) -> fits.Point:
        return fits.point(x, [b["client_cpu_ns"] + b["server_cpu_ns"] for b in runs])

    def server_cpu(runs: list[fits.Benchmark]) -> float:
        return median(float(b["server_cpu_ns"]) for b in runs)

    widths = sorted({width for _, width in layers})
    return Figures(
        lookup=fits.line([over(runs, row, LOOKUPS) for row, runs in gathers.items()]),
        pooling=fits.line(
            [
                over(runs, 1 / pooling, LOOKUPS)
                for (*_, pooling), runs in fits.named(benchmarks, "gather_by_pooling").items()
            ]
        ),
        resident=[over(runs, mib, LOOKUPS) for (_, mib, *_), runs in fits.named(benchmarks, "gather_by_size").items()],
        memory=bandwidths(benchmarks),
        dense={
            w: fits.line([over(runs, rows) for (rows, width), runs in layers.items() if width == w]) for w in widths
        },
        flop_per_row={w: 3 * 2.0 * w * w for w in widths},
        rpc_asked=fits.line([cpu(runs, asked) for (asked, answered), runs in rpcs.items() if answered == 0]),
        rpc_answered=fits.line([cpu(runs, answered) for (asked, answered), runs in rpcs.items() if asked == 0]),
        latency=over(rpcs[0, 0], 0),
        wakeup=max(0.0, server_cpu(fits.named(benchmarks, "rpc_after_pause")[5,]) - server_cpu(rpcs[0, 0])),
        jitter={
            "dense": fits.jitter(layers[64, max(widths)]),
            "sparse": fits.jitter(gathers[256]),
            "serde": fits.jitter(rpcs[64 << 10, 0]),
            "service": fits.jitter(rpcs[0, 0]),
        },
    )


def platform(found: Figures, name: str, machine: Machine, how: str) -> dict[str, Any]:
    """The platform file. `how`: "measured on CPU, date, n runs"."""
    bandwidth = max(p.y for p in found.memory)
    there = f"measured only together with it, by RPCs to {machine.peer}"
    network = there if machine.peer else "since both ends are on this machine"

    def line_source(line: fits.Line) -> str:
        return f"{how}; the fit is off by at most {line.worst:.0%}"

    dense = found.dense[max(found.dense)]
    return {
        "name": name,
        "description": machine.description,
        "cores": machine.cores,
        "memory": f"{machine.memory} B",
        "memory_reserved": "2 GB",
        "memory_bandwidth": f"{bandwidth / 1e9:.2f} GB/s",
        "nic": {"bandwidth": f"{found.serialization / 1e9:.3f} GB/s", "latency": f"{found.one_way / 2e3:.2f} us"},
        "core": {
            "flops": f"{found.peak / 1e9:.2f} GFLOP/s",
            "efficiency": round(found.rate / found.peak, 3),
            "half_efficiency_rows": round(found.half_rows, 2),
        },
        "lookup": {
            "time": f"{found.lookup_time:.2f} ns",
            "time_per_byte": f"{found.lookup.slope:.4f} ns",
            "bag_time": f"{found.bag:.2f} ns",
        },
        "rpc": {
            "cpu_per_message": f"{found.cpu_per_message / 1e3:.2f} us",
            "serialization": f"{found.serialization / 1e9:.3f} GB/s",
            "wakeup": f"{found.wakeup / 1e3:.2f} us",
        },
        "service_overhead": "0 us",
        "net_overhead": "0 us",
        "sources": {
            "cores": how,
            "memory": how,
            "memory_reserved": "invented: operating system and buffers",
            "memory_bandwidth": f"{how}: gathers of 512 B on up to {machine.cores} cores; those cores reach no more, which "
            "need not be the memory's limit",
            "nic.bandwidth": f"assumed: as fast as one core serializes, {network}",
            "nic.latency": f"{how}: an RPC without content, less its CPU time, a quarter each end",
            "core.flops": f"{how}: the best of all sizes",
            "core.efficiency": line_source(dense),
            "core.half_efficiency_rows": line_source(dense),
            "lookup.time": f"{line_source(found.lookup)}; bags of {POOLING}, less their bag_time",
            "lookup.time_per_byte": line_source(found.lookup),
            "lookup.bag_time": line_source(found.pooling),
            "rpc.cpu_per_message": f"{line_source(found.rpc_asked)}; CPU of both ends, a quarter for each end of a message",
            "rpc.serialization": f"{line_source(found.rpc_answered)}; CPU of both ends, half for each",
            "rpc.wakeup": f"{how}: the server's end of RPCs with pauses of 5 ms, less that of RPCs without",
            "service_overhead": "not measured: within rpc.cpu_per_message; calibrate to your service",
            "net_overhead": "not measured: within rpc.cpu_per_message; calibrate to your service",
        },
    }


def serving(found: Figures, how: str) -> dict[str, Any]:
    """What of the serving was measured: by how much the times of each class of work vary."""
    return {
        "jitter": {work: {"type": "empirical", "quantiles": values} for work, values in found.jitter.items()},
    }
