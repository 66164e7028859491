# SPDX-License-Identifier: Apache-2.0
"""Azure Functions invocation trace of 2021: app,func,end_timestamp,duration, in seconds; not in order of arrival."""

from types import SimpleNamespace
from typing import Any

from shardsim_tools.traces import values
from shardsim_tools.traces.source import Source, heading
from shardsim_tools.traces.trace import Records, Trace

ABOUT = "Azure Functions 2021: CSV with app, func, end_timestamp, duration; an arrival is end less duration"
OPTIONS: dict[str, Any] = {}
LICENCE = "CC-BY, as published in Azure/AzurePublicDataset"


def matches(source: Source) -> bool:
    return {"end_timestamp", "duration"} <= set(heading(source))


def read(source: Source, o: SimpleNamespace) -> Trace:
    remarks = {"arrivals": "end_timestamp less duration, sorted; app and func are left out"}
    return Trace(_records(source), sort=True, remarks=remarks)


def _records(source: Source) -> Records:
    for end, duration in source.columns(["end_timestamp", "duration"]):
        length = values.picoseconds(duration, source, "duration")
        yield values.instant(end, source, "end_timestamp") - length, None, None
