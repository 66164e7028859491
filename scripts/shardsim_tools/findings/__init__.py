# SPDX-License-Identifier: Apache-2.0
"""The findings of Lui et al. 2020, judged on simulated sweeps; scripts/paper.py is the command."""
