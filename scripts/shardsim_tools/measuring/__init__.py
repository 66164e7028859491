# SPDX-License-Identifier: Apache-2.0
"""Measures a machine and writes what was found as a platform."""
