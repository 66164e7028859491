# SPDX-License-Identifier: Apache-2.0
"""What can be put right in the graph of a file: cables listed in both directions, doubled names and links, parts."""

from collections import Counter
from collections.abc import Container
from typing import Any

from .source import Source


def fresh_name(name: str, taken: Container[str]) -> str:
    """As `topology --repair` of the program renames."""
    number = 2
    while f"{name}~{number}" in taken:
        number += 1
    return f"{name}~{number}"


def counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def joined_directions(links: list[dict[str, Any]], source: Source) -> list[dict[str, Any]]:
    """One cable for two lines, if the file lists each of its cables in both directions; decided for the whole file.

    Where the two directions differ in bandwidth or latency, each becomes a one-way link.
    """
    ordered = Counter((link["a"], link["b"]) for link in links)
    if not links or any(link.get("one_way") for link in links):
        return links
    if any(ordered[b, a] != number for (a, b), number in ordered.items()):
        _note_doubles(links, source)
        return links
    waiting: dict[
        tuple[Any, ...], list[dict[str, Any]]
    ] = {}  # what the other direction would look like -> links that wait for it
    result = []
    for link in links:
        ends, values = (link["a"], link["b"]), (link["bandwidth"], link["latency"])
        if waiting.get((ends, values)):
            waiting[ends, values].pop()
        else:
            waiting.setdefault((ends[::-1], values), []).append(link)
            result.append(link)
    unlike = 0
    for left in waiting.values():
        for link in left:
            link["one_way"] = True
            unlike += 1
    cables = len(result) - unlike
    source.note(
        f"the file lists both directions of each link: two lines are one cable ({len(links)} lines, {cables} cables)"
    )
    if unlike:
        source.note(f"{unlike} lines differ from that of the other direction: each is a one-way link")
    return result


def _note_doubles(links: list[dict[str, Any]], source: Source) -> None:
    doubled = len(links) - len({frozenset((link["a"], link["b"])) for link in links})
    if doubled:
        joins = counted(doubled, "link joins", "links join")
        source.note(f"{joins} nodes that another joins already: parallel cables (--repair drops those that are alike)")


def without_doubles(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first of those that join the same nodes alike; a one-way link and its other direction are two."""
    seen, result = set(), []
    for link in links:
        ends = (link["a"], link["b"]) if link.get("one_way") else frozenset((link["a"], link["b"]))
        known = (ends, link["bandwidth"], link["latency"])
        if known not in seen:
            seen.add(known)
            result.append(link)
    return result


def parts(neighbours: dict[str, set[str]]) -> list[set[str]]:
    """Connected parts, the largest first; of equal ones that with the first node."""
    found, seen = [], set()
    for start in neighbours:
        if start in seen:
            continue
        part, waiting = {start}, [start]
        while waiting:
            fresh = neighbours[waiting.pop()] - part
            part |= fresh
            waiting += fresh
        seen |= part
        found.append(part)
    return sorted(found, key=len, reverse=True)
