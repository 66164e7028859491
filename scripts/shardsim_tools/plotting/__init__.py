# SPDX-License-Identifier: Apache-2.0
"""What the plot scripts share: reading a sweep, arranging its points, drawing in one style, the command line."""

from shardsim_tools import needs

needs.modules("pandas", "matplotlib")

import matplotlib  # noqa: E402

matplotlib.use("Agg")  # draws to files; needs no display
