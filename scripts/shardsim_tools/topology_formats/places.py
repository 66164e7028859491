# SPDX-License-Identifier: Apache-2.0
"""Coordinates of nodes: on Earth, or on a picture. Decided for the file as a whole, as no file mixes the two."""

import math

from .source import Source

EARTH_RADIUS_KM = 6371.0


class Places:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._at: dict[str, tuple[float, float]] = {}
        self._degrees: bool | None = None  # until asked, when all places are known
        self._said = False

    def add(self, name: str, longitude: float, latitude: float) -> None:
        if math.isfinite(longitude) and math.isfinite(latitude):
            self._at[name] = (longitude, latitude)

    def are_degrees(self) -> bool:
        """One place that cannot be on Earth makes all of them points of a picture."""
        if self._degrees is None:
            self._degrees = bool(self._at) and self._beyond() is None
        return self._degrees

    def kilometres(self, a: str, b: str) -> float | None:
        """Along the great circle; None where the places are not known."""
        if not self._said:
            self._said = True
            self._say()
        if not self.are_degrees() or a not in self._at or b not in self._at:
            return None
        (x1, y1), (x2, y2) = (tuple(map(math.radians, self._at[name])) for name in (a, b))
        h = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
        return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))

    def _beyond(self) -> str | None:
        return next((name for name, (x, y) in self._at.items() if abs(y) > 90 or abs(x) > 180), None)

    def _say(self) -> None:
        if not self._at:
            return
        if (name := self._beyond()) is not None:
            x, y = self._at[name]
            self._source.note(
                f"coordinates are taken for points of a picture, as {name!r} is at ({x:g}, {y:g}): no latency is "
                "worked out from them"
            )
            return
        xs, ys = zip(*self._at.values(), strict=True)
        self._source.note(
            f"coordinates are taken for degrees: longitudes {min(xs):g} to {max(xs):g}, latitudes {min(ys):g} to "
            f"{max(ys):g}"
        )
