# SPDX-License-Identifier: Apache-2.0
"""What a fleet's memory holds at its peak, by kind of object: massif, on a shorter run, as it is some thirty times slower."""
import collections
import json
import re
import subprocess
import tempfile
from pathlib import Path

from .measure import Failed, table
from .progress import say
from .scale import FLEET

QUERIES = 20_000
# The first that matches a function on the way to the allocation, from the inside out, has it.
KINDS = {
    "frames of coroutines": r"FramePool",
    "pending events": r"EventQueue",
    "routes": r"Route\b|Routing|Network::route",
    "records of queries: bands, sections, histograms": r"Recorder|PagedSums|Sections|Histogram|Counting|BlockMeans"
    r"|ValueCounts|BandBuckets",
    "ports and links": r"LinkState|Transport|Network::Network",
    "servers and their channels": r"Serving::(Serving|connect|add_)|Service|Balancer|Channel|Host\b|Server\b|MainReplica",
    "the network's graph and its names": r"Topology|deploy|adjacency_list|Generator|FatTree|Graph",
    "model, plan and demands": r"DemandModel|Plan|Model|strategies",
    "result": r"Json|json|collect|Result",
}
REST = "rest"
Results = dict[str, float]  # MiB by kind, and "queries"


def measure(program: Path) -> Results:
    say("memory: fleet.json under massif, some minutes")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "massif"
        massif = ["valgrind", "--tool=massif", "--depth=30", "--threshold=0.05", f"--massif-out-file={out}"]
        words = ["run", str(FLEET), "--json", "--set", f"traffic.queries={QUERIES}"]
        try:
            done = subprocess.run([*massif, str(program), *words], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Failed(f"massif: {error}") from None
        return {"queries": json.loads(done.stdout)["queries"]["offered"], **by_kind(out.read_text())}


def by_kind(massif: str) -> Results:
    """MiB of each kind in the snapshot of the peak."""
    snapshots = [s for s in massif.split("#-----------\nsnapshot=") if "heap_tree=peak" in s]
    if not snapshots:
        raise Failed("massif: no snapshot of the peak")
    bytes_of: dict[str, int] = collections.Counter()
    # " n2: 1234 0xADDRESS: function (file:line)": each level is indented by one more; `n` callers follow a line.
    path: list[str] = []
    for line in snapshots[-1].splitlines():
        found = re.match(r"( *)n(\d+): (\d+) (.*)", line)
        if not found:
            continue
        del path[len(found[1]) :]
        path.append(found[4])
        if int(found[2]) == 0:
            bytes_of[kind_of(path[1:])] += int(found[3])
    return {kind: bytes_of.get(kind, 0) / 2**20 for kind in (*KINDS, REST)}


def kind_of(path: list[str]) -> str:
    for function in path:
        for kind, pattern in KINDS.items():
            if re.search(pattern, function):
                return kind
    return REST


def report(results: Results) -> str:
    kinds = sorted(((mib, kind) for kind, mib in results.items() if kind != "queries"), reverse=True)
    rows = [[kind, f"{mib:,.0f}"] for mib, kind in kinds]
    rows.append(["all of the heap at its peak", f"{sum(mib for mib, _ in kinds):,.0f}"])
    return table([f"first {results['queries']:,.0f} queries of fleet.json", "MiB"], rows)
