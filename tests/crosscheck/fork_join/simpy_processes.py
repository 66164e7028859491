#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The fork-join workload in SimPy 2 (Debian's python3-simpy): a process for each request and RPC, resources for cores and cards.

usage: simpy_processes.py NAME=VALUE...        (workload.hpp, whose variates these are)
"""
import math
import sys

from SimPy.Simulation import Process, Resource, Simulation, hold, passivate, release, request

MASK = (1 << 64) - 1


def exponential(key, mean):
    x = (key + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    x ^= x >> 31
    return int(-math.log(((x >> 11) + 1) * 2.0**-53) * mean + 0.5)


class Workload:
    def __init__(self, words):
        for name, value in (word.split("=") for word in words):
            setattr(self, name, float(value) if name in ("requests_per_s", "service_mean_ns") else int(float(value)))

    def interarrival_ns(self, r):
        return exponential((self.seed << 56) ^ (1 << 55) ^ r, 1e9 / self.requests_per_s)

    def service_ns(self, r, shard):
        return exponential((self.seed << 56) ^ (r * self.shards + shard), self.service_mean_ns)

    def sending_ns(self, size):
        return round(size * 8e9 / self.bits_per_s)


class Service(Simulation):
    def __init__(self, workload):
        super().__init__()
        self.workload = w = workload
        self.cores = Resource(w.main_cores, sim=self)
        self.main_out, self.main_in = Resource(1, sim=self), Resource(1, sim=self)
        self.shard_cores = [Resource(w.shard_cores, sim=self) for _ in range(w.shards)]
        self.shard_out = [Resource(1, sim=self) for _ in range(w.shards)]
        self.latencies_ns = []

    def run(self):
        source = Source(sim=self)
        self.activate(source, source.offer())
        self.simulate(until=math.inf)
        return self.latencies_ns


class Source(Process):
    def offer(self):
        for r in range(self.sim.workload.requests):
            yield hold, self, self.sim.workload.interarrival_ns(r)
            query = Query(sim=self.sim)
            self.sim.activate(query, query.serve(r))


class Query(Process):
    def serve(self, r):
        w, arrival = self.sim.workload, self.sim.now()
        yield request, self, self.sim.cores
        yield hold, self, w.first_stage_ns
        yield release, self, self.sim.cores
        self.unanswered = w.shards
        for shard in range(w.shards):
            rpc = Rpc(sim=self.sim)
            self.sim.activate(rpc, rpc.serve(self, r, shard))
        yield passivate, self
        yield request, self, self.sim.cores
        yield hold, self, w.last_stage_ns
        yield release, self, self.sim.cores
        self.sim.latencies_ns.append(self.sim.now() - arrival)

    def answered(self):
        self.unanswered -= 1
        if self.unanswered == 0:
            self.sim.reactivate(self)


class Rpc(Process):
    def serve(self, query, r, shard):
        w, sim = self.sim.workload, self.sim
        asking, answering = w.sending_ns(w.request_bytes), w.sending_ns(w.response_bytes)
        for station, ns in (
            (sim.main_out, asking),
            (None, w.latency_ns),
            (sim.shard_cores[shard], w.service_ns(r, shard)),
            (sim.shard_out[shard], answering),
            (None, w.latency_ns),
            (sim.main_in, answering),
        ):
            if station:
                yield request, self, station
            yield hold, self, ns
            if station:
                yield release, self, station
        query.answered()


def main():
    latencies = sorted(Service(Workload(sys.argv[1:])).run())
    n = len(latencies)
    quantiles = [latencies[math.ceil(q * n) - 1] / 1000 for q in (0.5, 0.9, 0.99)]
    print("mean,p50,p90,p99")
    print(",".join([f"{sum(latencies) / n / 1000:.4f}", *(f"{q:.3f}" for q in quantiles)]))


if __name__ == "__main__":
    main()
