# SPDX-License-Identifier: Apache-2.0
"""What the scripts that make traces share: others' files, the text form of docs/traces.md, their command line."""
