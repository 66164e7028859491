# SPDX-License-Identifier: Apache-2.0
"""What parametric formats share: nodes on a grid of several dimensions, the first counting fastest."""

import math
from collections.abc import Iterator


def coordinates(index: int, sizes: list[int]) -> list[int]:
    result = []
    for size in sizes:
        result.append(index % size)
        index //= size
    return result


def step(index: int, sizes: list[int], dimension: int, by: int) -> int:
    """The index of the node `by` further along the ring of a dimension."""
    stride = math.prod(sizes[:dimension])
    at = index // stride % sizes[dimension]
    return index + ((at + by) % sizes[dimension] - at) * stride


def torus_links(sizes: list[int]) -> Iterator[tuple[int, int]]:
    """(a, b) for each cable of a torus; a ring of two has one cable, a ring of one none."""
    for dimension, size in enumerate(sizes):
        for index in range(math.prod(sizes)):
            at_the_end = coordinates(index, sizes)[dimension] == size - 1
            if size > 2 or (size == 2 and not at_the_end):
                yield index, step(index, sizes, dimension, 1)


def torus_size(sizes: list[int]) -> tuple[int, int]:
    """(nodes, links), without building them."""
    nodes = math.prod(sizes)
    return nodes, sum(nodes if size > 2 else nodes // 2 if size == 2 else 0 for size in sizes)
