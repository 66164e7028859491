# SPDX-License-Identifier: Apache-2.0
"""The scheduling experiment of DeepRecSys, done again."""
