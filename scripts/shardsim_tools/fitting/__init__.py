# SPDX-License-Identifier: Apache-2.0
"""Fits a synthetic workload to a trace: reading, one module a part of the workload, the twin that checks the fit."""

from shardsim_tools import needs

needs.modules("numpy", "scipy")
