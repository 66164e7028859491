# SPDX-License-Identifier: Apache-2.0
"""Lines of a plot that stay apart in grey, and for those who do not see all colours."""

COLOURS = ["#000000", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#7a5c00", "#56b4e9", "#8a8a8a"]
MARKERS = ["", "o", "s", "^", "D", "v", "P", "X"]
LINES = ["-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3))]
LINE_COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9"]  # Okabe and Ito: told apart by the colour-blind
