# SPDX-License-Identifier: Apache-2.0
"""Types that the fits share."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Numbers = Floats | Integers
Description = dict[str, Any]  # a part of a workload, as JSON has it
Figures = dict[str, Any]  # of the report, as JSON has it
Errors = dict[str, float]  # standard errors, by the description's key
Rates = tuple[float, Floats]  # of a rate-series: interval in s, arrivals a second in each
