# SPDX-License-Identifier: Apache-2.0
"""What the programs in scripts/ share: a subpackage a subject."""
