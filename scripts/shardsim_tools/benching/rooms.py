# SPDX-License-Identifier: Apache-2.0
"""Where a query's instructions go, and a run's memory, by parts of the program.

callgrind and massif name the function; where the program was built with lines (-g1), callgrind names the file of code
that was inlined too, and that counts instead.
"""
import re

# The first that matches "file:function" has it; what no row matches is the rest.
ROOMS = {
    "random numbers": r"sim/engine/(random|normal|poisson|gamma|distribution|alias|quantile)|random_|RandomStream|r123"
    r"|normal_quantile|standard_normal|QuantileTable|StepDraws|jitter"
    r"|boost::math|::sample\(|::quantile\(|__ieee754_|__log|__exp|\blog@|\bexp@|\blog1p|\bsincos",
    "queries and demands": r"sim/serving/(demand|stores/)|sim/workload/|DemandModel|MemoryStore|QueryStream|Source::next"
    r"|GatherOp|Query::~Query",
    "pending events": r"sim/engine/(event_queue|simulation)|EventQueue|Simulation::(run|at|after|note)",
    "ports": r"sim/network/|sim/stats/place_times|sim/topology/|Transport|Network|PlaceTimes|Transfer|Routing",
    "recording": r"sim/(experiment|stats)/|Recorder|Counting|Sections|Histogram|BlockMeans|ValueCounts|Runner|estimate",
    "request coroutines": r"sim/(serving|cluster)/|sim/engine/(station|series|join|process|frame_pool|shared_rate)"
    r"|Serving::|Station|Series::|Server|Spans|Slot|Caller|PlainCall|Attempt|Calls|Executor|SharedRate"
    r"|FramePool|BatchPath|Join<",
    "memory allocation": r"malloc|_int_free|\bfree\b|cfree|operator (new|delete)|unlink_chunk|memcpy|memmove|memset",
}
REST = "rest: results as JSON, and more"


def room_of(place: str) -> str:
    return next((room for room, pattern in ROOMS.items() if re.search(pattern, place)), REST)
