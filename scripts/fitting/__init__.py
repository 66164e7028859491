# SPDX-License-Identifier: Apache-2.0
"""Fits a synthetic workload to a trace: reading, one module a part of the workload, the twin that checks the fit."""

import sys

try:
    import numpy  # noqa: F401
except ImportError as error:
    print(f"{error}: on Debian, apt-get install python3-pandas python3-matplotlib", file=sys.stderr)
    sys.exit(2)
