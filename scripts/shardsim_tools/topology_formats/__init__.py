# SPDX-License-Identifier: Apache-2.0
"""Formats of other tools. A format is a module with NAME, TITLE, ABOUT, matches(source) and read.

To add one, write the module and list it here; the first that matches a file reads it.
"""

from . import (
    astrasim,
    codes,
    containerlab,
    csv_edges,
    gml,
    htsim,
    node_link,
    ns3_hpcc,
    ns3_inet,
    ns3_orbis,
    rocketfuel,
    simgrid,
    sndlib,
)

FORMATS = [
    simgrid,
    sndlib,
    gml,
    node_link,
    astrasim,
    codes,
    containerlab,
    htsim,
    ns3_hpcc,
    csv_edges,
    ns3_inet,
    rocketfuel,
    ns3_orbis,
]
