# SPDX-License-Identifier: Apache-2.0
"""What the plot scripts share: reading a sweep, arranging its points, drawing in one style, the command line."""

import sys

try:
    import matplotlib
    import pandas  # noqa: F401
except ImportError as error:
    print(f"{error}: on Debian, apt-get install python3-pandas python3-matplotlib", file=sys.stderr)
    sys.exit(2)

matplotlib.use("Agg")  # draws to files; needs no display
