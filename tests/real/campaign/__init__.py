# SPDX-License-Identifier: Apache-2.0
"""Runs the real server in many configurations, and sets beside each what shardsim predicts."""
