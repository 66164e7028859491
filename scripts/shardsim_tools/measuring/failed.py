# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in a measurement, for the user, in one line."""


class Failed(Exception):
    """While measuring."""

    code = 1


class BadOption(Failed):
    """Before anything was begun."""

    code = 2


def last_line(text: str, otherwise: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else otherwise
