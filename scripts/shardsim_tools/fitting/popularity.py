# SPDX-License-Identifier: Apache-2.0
"""How unequally rows are asked for: the exponent of a bounded Zipf law, or uniform, or classes of reuse.

Which rows are the popular ones is not known, and the most asked for in a sample are in part the luckiest: a regression of
frequency by rank is biased. So ranks are left out: the data are how many rows were asked for c times, for each c (none
included), and each row's c is a Poisson count of mean M p(rank) with a rank that may be any. The likelihood of s is that
mixture's. Its standard error comes from samples at the fitted s, fitted again.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, special, stats

from .source import TableData
from .types import Description, Figures, Floats, Integers

FEWEST = 200  # lookups that tell anything
EXACT_RANKS = 1024
RATIO = 1 + 1 / 48  # widths of ranks that are taken together
EXACT_COUNTS = 32
COUNT_RATIO = 1.12
STRAY = 1e-4  # share of the rows seen that may have any count at all: one strange row must not outweigh all others
MOST_S = 6.0
HILLS = 24  # intervals up to there
SAMPLES = 60
CLOSE_CURVE = 0.03  # of the share of accesses that goes to the hottest rows
CLOSE_DISTINCT = 0.03
LIMIT = 4.0
HOT = tuple(4**i for i in range(12))  # rows, the most asked for
TINY = 1e-300
LEAST_MEAN = 0.1  # lookups of a row, of the mean of all rows: of the rarest
STEPS = 500  # of expectation and maximisation


@dataclass
class Popularity:
    description: Description
    reason: str
    figures: Figures = field(default_factory=dict)
    rows: int | None = None  # of the table, where the trace does not say and shows that there are more than it numbers


class Ranks:
    """Ranks in groups whose rows are as good as alike: how many, and the share of lookups of one row."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        edges: list[Floats] = [np.arange(1, min(EXACT_RANKS, rows) + 1, dtype=float)]
        if rows > EXACT_RANKS:
            steps = math.ceil(math.log(rows / EXACT_RANKS) / math.log(RATIO))
            edges.append(np.unique(np.round(np.geomspace(EXACT_RANKS + 1, rows + 1, steps + 1))))
        else:
            edges.append(np.array([rows + 1.0]))
        self.edges = np.unique(np.concatenate(edges))
        self.sizes = np.diff(self.edges)

    def zipf(self, s: float) -> Floats:
        """The integral of x^-s from half a rank before to half a rank after; single ranks exactly."""
        low, high = self.edges[:-1] - 0.5, self.edges[1:] - 0.5
        if abs(s - 1) < 1e-9:
            mass = np.log(high / low)
        else:
            mass = (high ** (1 - s) - low ** (1 - s)) / (1 - s)
        single = self.sizes == 1
        mass[single] = self.edges[:-1][single] ** -s
        shares: Floats = mass / mass.sum() / self.sizes
        return shares


class Counts:
    """Bins of how often a row is asked for, and their probabilities when the mean is known."""

    def __init__(self, most: int) -> None:
        edges = [*range(EXACT_COUNTS + 1)]
        while edges[-1] <= most:
            edges.append(max(edges[-1] + 1, int(edges[-1] * COUNT_RATIO)))
        self.edges = np.array(edges)  # bin i: edges[i] <= c < edges[i + 1]; the last has no end

    def binned(self, counts: Integers, weights: Floats | None = None) -> Integers:
        at = np.searchsorted(self.edges, counts, side="right") - 1
        return np.bincount(at, weights, len(self.edges))

    def probabilities(self, means: Floats) -> Floats:
        """A row a mean."""
        means = means[:, None]
        exact = stats.poisson.pmf(np.arange(EXACT_COUNTS), means)
        at_least = special.pdtrc(self.edges[EXACT_COUNTS:] - 1, means)
        return np.concatenate([exact, np.maximum(-np.diff(at_least, axis=1, append=0), 0)], axis=1)


class Zipf:
    """The likelihood of s, given how many rows have each count."""

    def __init__(self, rows: int, lookups: int, often: Integers) -> None:
        self.ranks, self.lookups, self.counts = Ranks(rows), lookups, Counts(int(often.max()))
        self.stray = STRAY * len(often) / rows / len(self.counts.edges)

    def log_shares(self, s: float) -> Floats:
        """Of the logarithm of the share of rows in each bin of counts."""
        p = self.counts.probabilities(self.lookups * self.ranks.zipf(s))
        logs: Floats = np.log(self.ranks.sizes @ p / self.ranks.rows + self.stray)
        return logs

    def fitted(self, seen: Integers) -> float:
        """The highest of the hills that a grid shows; tables of few rows have several."""

        def unlikely(s: float) -> float:
            return -float(seen @ self.log_shares(s))

        grid = np.linspace(0, MOST_S, HILLS + 1)
        best = grid[np.argmin([unlikely(s) for s in grid])]
        around = max(best - grid[1], 0), min(best + grid[1], MOST_S)
        return float(optimize.minimize_scalar(unlikely, bounds=around, method="bounded", options={"xatol": 1e-4}).x)

    def sample(self, p: Floats, random: np.random.Generator) -> Integers:
        """How many rows have each count, in another trace as long: a multinomial draw a group of ranks."""
        return random.multinomial(self.ranks.sizes.astype(np.int64), p)

    def corrected(self, s: float, random: np.random.Generator) -> tuple[float, float]:
        """(s less the bias of its estimate, standard error), both from samples at s that are fitted again."""
        p = self.counts.probabilities(self.lookups * self.ranks.zipf(s))
        samples = np.array([self.sample(p, random).sum(axis=0) for _ in range(SAMPLES)])
        width = 0.01
        while True:
            grid = np.linspace(max(s - width, 0.0), s + width, 17)
            values = samples @ np.array([self.log_shares(g) for g in grid]).T
            at = np.argmax(values, axis=1)
            if width > 1 or np.mean(((at == 0) & (grid[0] > 0)) | (at == 16)) < 0.05:
                break
            width *= 2.5
        found = np.array([_peak(grid, v, i) for v, i in zip(values, at)])
        error = max(float(np.std(found, ddof=1)), float(grid[1] - grid[0]) / 4)
        return max(2 * s - float(np.mean(found)), 0.0), error


def _peak(grid: Floats, values: Floats, i: int) -> float:
    """Of the parabola through the best point and its neighbours."""
    if i in (0, len(grid) - 1):
        return float(grid[i])
    left, middle, right = values[i - 1 : i + 2]
    bend = left - 2 * middle + right
    return float(grid[i] + (0.5 * (left - right) / bend * (grid[1] - grid[0]) if bend < 0 else 0.0))


def fit(table: TableData, random: np.random.Generator) -> Popularity:
    """table: with row numbers."""
    numbers = table.numbers
    if len(numbers) < FEWEST:
        reason = f"{len(numbers)} lookups, fewer than {FEWEST}, do not tell; uniform is assumed"
        return Popularity({"type": "uniform"}, reason, {"lookups": len(numbers)})
    _, often = np.unique(numbers, return_counts=True)
    rows = max(table.rows or int(numbers.max()) + 1, len(often))
    lookups = len(numbers)
    more = None if table.rows else _more_rows(often, rows)
    rows = more or rows
    if rows == 1:
        return Popularity({"type": "uniform"}, "the table has one row", {"lookups": lookups})
    model = Zipf(rows, lookups, often)
    seen = model.counts.binned(often)
    seen[0] = rows - len(often)
    s, error = model.corrected(model.fitted(seen), random)
    figures: Figures = {"lookups": lookups, "distinct_rows": len(often), "zipf_s": s, "zipf_s_error": error}
    if more:
        figures["rows"] = f"{more} are estimated, as rows seem to be numbered when they are first asked for"
    mine = figure_set(often)
    description: Description = (
        {"type": "uniform"} if s <= 2 * max(error, 1e-3) else {"type": "zipf", "s": float(f"{s:.5g}")}
    )
    off = _off(mine, [figure_set(drawn) for drawn in draws(description, rows, lookups, random, 16)])
    name = description["type"] + (f" with s = {s:.4g} +- {error:.2g}" if "s" in description else "")
    if off is None:
        return Popularity(description, f"{name}: its samples have the trace's distinct rows and reuse", figures, more)
    classes = reuse_classes(often, rows)
    figures["classes"] = len(classes)
    reuse = {"type": "reuse", "classes": classes}
    reason = f"{name} is not near the trace: {off}"
    if still := _off(mine, [figure_set(drawn) for drawn in draws(reuse, rows, lookups, random, 16)]):
        reason += f"; nor is reuse in all: {still}"
    return Popularity(reuse, reason, figures, more)


def _more_rows(often: Integers, numbered: int) -> int | None:
    """How many rows a table must have whose largest number does not say, or None. Where rows get their numbers when they
    are first asked for, every number is seen, and many once: then there are others that this trace did not come to ask
    for, at least f1^2 / (2 f2) of them (Chao 1984), f1 and f2 being the rows seen once and twice."""
    once, twice = int(np.sum(often == 1)), int(np.sum(often == 2))
    if not once or not twice:
        return None
    ratio = once / twice
    error = math.sqrt(twice * (ratio**2 / 2 + ratio**3 + ratio**4 / 4))
    if len(often) + once * ratio / 2 - LIMIT * error <= numbered:
        return None
    return max(
        numbered, round(sum(size for size, _ in _asked_for(often, math.inf, LEAST_MEAN * often.sum() / numbered)))
    )


def figure_set(often: Integers) -> list[float]:
    """Distinct rows, and the share of lookups to the hottest."""
    sums = np.cumsum(np.sort(often)[::-1])
    return [len(often), *(float(sums[min(hot, len(sums)) - 1] / sums[-1]) for hot in HOT)]


def _off(mine: Sequence[float], samples: Sequence[Sequence[float]]) -> str | None:
    """What is off, or None."""
    yours = np.array(samples, dtype=float)
    centre, spread = yours.mean(axis=0), yours.std(axis=0, ddof=1)
    for i, value in enumerate(mine):
        close = CLOSE_DISTINCT * centre[i] if i == 0 else CLOSE_CURVE
        if abs(value - centre[i]) > max(close, LIMIT * 1.25 * spread[i]):
            what = "distinct rows" if i == 0 else f"the share of lookups to the {HOT[i - 1]} hottest rows"
            return f"{what}: {value:.4g}, its samples have {centre[i]:.4g} +- {spread[i]:.2g}"
    return None


def draws(
    description: Description, rows: int, lookups: int, random: np.random.Generator, n: int = 1
) -> Iterator[Integers]:
    """How often each row that is asked for at all is, n times: the popular ranks one by one, the others in groups."""
    sizes, means = _means(description, rows, lookups)
    for _ in range(n):
        yield _draw(sizes, means, random)


def _means(description: Description, rows: int, lookups: int) -> tuple[Integers, Floats]:
    if description["type"] == "zipf":
        ranks = Ranks(rows)
        return ranks.sizes.astype(np.int64), lookups * ranks.zipf(description["s"])
    if description["type"] == "reuse":
        sizes = [max(round(c["rows"] * rows), 1) for c in description["classes"]]
        accesses = [c["accesses"] for c in description["classes"]]
        return np.array(sizes, dtype=np.int64), lookups * np.array(accesses) / np.array(sizes)
    return np.array([rows], dtype=np.int64), np.array([lookups / rows])


def _draw(sizes: Integers, means: Floats, random: np.random.Generator) -> Integers:
    """The rows of a group share a Poisson number of lookups; of many rows with few each, that is drawn row by row of
    those hit."""
    parts = []
    single = sizes == 1
    parts.append(random.poisson(means[single]))
    for size, mean in zip(sizes[~single], means[~single]):
        if mean > 0.05:
            parts.append(random.poisson(mean, size))
        elif total := random.poisson(mean * size):
            parts.append(np.unique(random.integers(0, size, total), return_counts=True)[1])
    often: Integers = np.concatenate(parts)
    asked: Integers = often[often > 0]
    return asked


def reuse_classes(often: Integers, rows: int) -> list[Description]:
    """Rows left over are never asked for."""
    groups = _asked_for(often, rows, LEAST_MEAN * often.sum() / rows)
    left = rows - sum(size for size, _ in groups)
    if left >= 0.5:
        groups.append((left, 0.0))
    total_rows, total = sum(size for size, _ in groups), sum(accesses for _, accesses in groups)
    return [{"rows": size / total_rows, "accesses": accesses / total} for size, accesses in groups]


def _asked_for(often: Integers, rows: float, least_mean: float) -> list[tuple[float, float]]:
    """Classes of (rows, their accesses). Rows seen often as they are; of the others, the mixture of Poisson means that
    makes their counts likeliest (Kiefer and Wolfowitz), as counts of few say little of one row."""
    ordered = np.sort(often)[::-1]
    frequent = ordered[ordered >= EXACT_COUNTS]
    groups: list[tuple[float, float]] = [
        (part.stop - part.start, float(frequent[part].sum())) for part in _geometric_parts(len(frequent))
    ]
    number = np.bincount(often[often < EXACT_COUNTS], minlength=EXACT_COUNTS).astype(float)
    if number.sum():
        means, sizes = _mixture(number, rows - len(frequent), least_mean)
        # However many rows the table has room for, these have as many lookups as they had: not the frequent ones more.
        scale = number @ np.arange(EXACT_COUNTS) / (sizes @ means)
        groups += [(size, size * mean * scale) for mean, size in zip(means, sizes)]
    return groups


def _mixture(number: Floats, most_rows: float, least_mean: float) -> tuple[Floats, Floats]:
    """(means, how many rows with each) of rows of which number[c] were seen c times, by expectation and maximisation.
    Rows seen once may be some of few or of many: the latter, as far as the table has as many."""
    while True:
        means, sizes = _likeliest(number, np.geomspace(EXACT_COUNTS, min(least_mean, 0.5), 60), True)
        if sizes.sum() <= most_rows:
            return means, sizes
        if least_mean >= 0.5:
            break
        least_mean *= 1.5
    # The table has fewer rows than these counts speak of: then how many were not seen is known, and is told too.
    unseen = max(most_rows - number.sum(), 0)
    return _likeliest(np.concatenate([[unseen], number[1:]]), np.geomspace(EXACT_COUNTS, 0.02, 60), False)


def _likeliest(number: Floats, means: Floats, truncated: bool) -> tuple[Floats, Floats]:
    """truncated: number[0] is not known."""
    c = np.arange(len(number))
    chance = stats.poisson.pmf(c, means[:, None])
    hit = -np.expm1(-means) if truncated else np.ones(len(means))  # the chance of being counted
    number = np.concatenate([[0], number[1:]]) if truncated else number
    chance = chance / hit[:, None]
    share = np.full(len(means), 1 / len(means))
    for _ in range(STEPS):
        share = share * (chance @ (number / np.maximum(share @ chance, TINY))) / number.sum()
    sizes = share * number.sum() / hit
    kept = sizes >= 0.5  # rows
    return means[kept], sizes[kept]


def _geometric_parts(n: int) -> Iterator[slice]:
    """0 .. n in slices that double about every three."""
    start, width = 0, 1.0
    while start < n:
        stop = min(n, start + int(width))
        yield slice(start, stop)
        start, width = stop, width * 1.35
