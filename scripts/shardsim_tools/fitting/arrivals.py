# SPDX-License-Identifier: Apache-2.0
"""Chooses when queries arrive.

The rule: gaps with a CV below CONSTANT_CV are deterministic. Otherwise candidates are tried from the simplest on, and the
first whose own samples are like the trace is taken: poisson, gamma or weibull (the likelier one), diurnal (of a day or
longer), on-off or markov-modulated (with or without arrivals in the calm state, if the states change often enough to tell
chance from trend). If none is, they are bunches where many come at the same time, which no clock's tick explains: their
moments are chosen by the same rule, and how many come at each. All else is a rate-series, unless something simpler is
nearer to the trace after all.

Like the trace means, of the rate, the coefficient of variation of the gaps, the distribution of the gaps, the index of
dispersion of counts (variance / mean, about the rate expected then) at each window and its growth from window to window:
within LIMIT standard deviations of the samples and not FAR from them, or closer than the eye would care (CLOSE_*), as
nothing real passes a test of a million gaps. FAR is there as samples that are unlike each other would be like anything.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NotRequired, TypedDict

import numpy as np

from . import gaps as gap_laws
from . import items, modulated, numeric, rates, twin
from .types import Description, Figures, Floats, Rates

Expected = Callable[[Floats], Floats]  # arrivals until t, for a rate that changes with time

LIMIT = 4.0
CLOSE_RATE, FAR_RATE = 0.01, 0.1  # of the logarithm, as all these
CLOSE_CV, FAR_CV = 0.03, 0.3
CLOSE_DISPERSION, FAR_DISPERSION = 0.12, 0.7
CLOSE_GROWTH, FAR_GROWTH = 0.12, 0.5
CLOSE_GAPS = 0.02  # Kolmogorov's distance
CONSTANT_CV = 0.02
FEW = 50  # arrivals that tell a rate, but no law
FEWEST_CONSTANT = 10  # arrivals that tell that gaps are equal
FEWEST_WINDOWS = 24
FEWEST_CYCLES = 10  # visits of both states in the trace; of fewer, another sample may have quite another rate
BUNCHED = 0.01  # share of gaps of no length, from which on they are bunches
CLOCKS = (60.0, 3600.0, 86400.0)  # s: what clocks tick in, beside powers of ten from 1 s down
SERIES_ROWS = (24, 50, 100, 200, 500, 1000, 2000, 5000)
QUANTILES = 100  # of the sizes of bunches that no law fits
SERIES_COUNT = 5  # arrivals in an interval, at least; below, the series would copy chance


class Check(TypedDict):
    """Of one figure, or of the gaps' distribution."""

    what: str
    window_s: float | None
    trace: float
    samples: float  # the middle of theirs
    log_spread: NotRequired[float]
    log_ratio: NotRequired[float]
    z: float
    like: bool


class Tried(TypedDict):
    candidate: str
    accepted: bool
    reason: str
    checks: list[Check]


@dataclass
class Candidate:
    name: str
    description: Description
    figures: Figures = field(default_factory=dict)
    expected: Expected | None = None  # None: the rate is constant
    rates: Rates | None = None


@dataclass
class Chosen:
    candidate: Candidate
    tried: list[Tried]
    notes: list[str]

    @property
    def reason(self) -> str:
        return next(t["reason"] for t in self.tried if t["accepted"])


def windows_of(times: Floats) -> list[float]:
    """Widths in s, from 4 mean gaps on, each 4 times the one before."""
    span, widths = times[-1], []
    width = 4 * span / (len(times) - 1)
    while span / width >= FEWEST_WINDOWS:
        widths.append(width)
        width *= 4
    return widths


def dispersion(times: Floats, width: float, expected: Expected | None = None) -> float:
    """Variance / mean of the counts in windows, about what is expected of each."""
    whole = int(times[-1] / width)
    if whole < 2:
        return math.nan
    counts = np.bincount((times / width).astype(np.int64), minlength=whole)[:whole]
    mean = np.mean(counts)
    if expected is None:
        return float(np.var(counts, ddof=1) / mean)
    about = np.diff(expected(np.arange(whole + 1) * width))
    about *= counts.sum() / about.sum()
    return float(np.mean((counts - about) ** 2) / mean)


def gap_cv(times: Floats) -> float:
    return gap_laws.gap_cv(np.diff(times))


def simultaneous(times: Floats) -> float:
    """The share of gaps of no length."""
    return float(np.mean(np.diff(times) == 0))


def tick_of(times: Floats) -> float | None:
    """Of the clock that explains arrivals at the same time, or None."""
    gaps = np.diff(times)
    tick = float(np.min(gaps[gaps > 1e-12 * times[-1]]))
    ticks = gaps / tick
    if np.mean(np.abs(ticks - np.round(ticks)) < 1e-3) < 0.99:
        return None
    ten = math.log10(tick)
    usual = [10.0 ** round(ten)] if ten < 0.5 else []
    return tick if any(abs(tick / clock - 1) < 1e-3 for clock in (*usual, *CLOCKS)) else None


def spread_ticks(times: Floats, random: np.random.Generator) -> tuple[Floats, str | None]:
    """Times of a coarse clock, spread over its ticks; (times, note or None)."""
    if simultaneous(times) < 1e-3:
        return times, None
    tick = tick_of(times)
    if tick is None:
        return times, "some arrivals are simultaneous, and no clock's tick explains it: they are taken as they are"
    spread = np.sort(times + tick * random.random(len(times)))
    return spread - spread[0], f"times are multiples of {tick:.6g} s: arrivals are spread evenly within that"


def choose(times: Floats, seed: int) -> tuple[Chosen, Floats]:
    random = np.random.default_rng(seed)
    times, note = spread_ticks(times, random)
    return _choose(times, [note] if note else [], random), times


def _choose(times: Floats, notes: list[str], random: np.random.Generator) -> Chosen:
    rate = (len(times) - 1) / float(times[-1])
    error = rate / math.sqrt(len(times))
    plain = Candidate("poisson", {"type": "poisson", "rate": per_second(rate)}, {"rate_error": error})
    if len(times) >= FEWEST_CONSTANT and gap_cv(times) < CONSTANT_CV:
        constant = Candidate("deterministic", {"type": "deterministic", "rate": per_second(rate)})
        reason = f"the gaps' CV is {gap_cv(times):.3g}, below {CONSTANT_CV}"
        return Chosen(constant, [_taken(constant, reason, [])], notes)
    if len(times) < FEW:
        reason = f"{len(times)} arrivals, fewer than {FEW}, tell a rate but no law"
        return Chosen(plain, [_taken(plain, reason, [])], notes)
    tried: list[Tried] = []
    _pass_over(tried, "deterministic", f"the gaps' CV is {gap_cv(times):.3g}, not below {CONSTANT_CV}")
    judge = _Judge(times, random)
    simple: list[tuple[Candidate, list[Check], Check, int]] = []
    for candidate in _candidates(times, rate, plain, tried):
        checks = judge.checks(candidate)
        off = _worst(checks)
        reason = _said(off) if off else "its samples are like the trace"
        tried.append({"candidate": candidate.name, "accepted": off is None, "reason": reason, "checks": checks})
        if off is None:
            return Chosen(candidate, tried, notes)
        simple.append((candidate, checks, off, len(tried) - 1))
    bunched = simultaneous(times) >= BUNCHED and len(np.unique(times)) > 2
    candidate, reason, checks = _bunches(times, judge, random) if bunched else _series(times, judge)
    if off := _worst(checks):
        nearest, of_it, worst, place = min(simple, key=lambda s: _distance_of(s[1]))
        if _distance_of(of_it) < _distance_of(checks):
            tried.append({"candidate": candidate.name, "accepted": False, "reason": _said(off), "checks": checks})
            told = f"nothing is like the trace in all, and this is the nearest: {_said(worst)}"
            tried[place].update({"accepted": True, "reason": told})
            return Chosen(nearest, tried, notes)
        reason += f"; nor is this in all: {_said(off)}"
    tried.append(_taken(candidate, reason, checks))
    return Chosen(candidate, tried, notes)


def _taken(candidate: Candidate, reason: str, checks: list[Check]) -> Tried:
    return {"candidate": candidate.name, "accepted": True, "reason": reason, "checks": checks}


def _worst(checks: Sequence[Check]) -> Check | None:
    """Of what is not alike, or None."""
    unlike = [check for check in checks if not check["like"]]
    return max(unlike, key=lambda check: check["z"]) if unlike else None


def _distance_of(checks: Sequence[Check]) -> float:
    return sum(abs(c["log_ratio"]) if "log_ratio" in c else c["trace"] for c in checks)


def _bunches(times: Floats, judge: "_Judge", random: np.random.Generator) -> tuple[Candidate, str, list[Check]]:
    """Moments by the same rule, and how many arrive at each."""
    moments, sizes = np.unique(times, return_counts=True)
    of_moments = _choose(moments - moments[0], [], random)
    size, told = items.fit(sizes, QUANTILES)
    description = {"type": "bunches", "moments": of_moments.candidate.description, "size": size}
    figures = {
        "moments": {
            "count": len(moments), "reason": of_moments.reason, **of_moments.candidate.figures, "tried": of_moments.tried
        },
        "size": {"mean": len(times) / len(moments), **told},
    }  # fmt: skip
    candidate = Candidate("bunches", description, figures, None, of_moments.candidate.rates)
    reason = (
        f"nothing simpler is like the trace: {simultaneous(times):.0%} come at the time of another, which no clock's tick "
        f"explains; moments: {of_moments.reason}"
    )
    return candidate, reason, judge.checks(candidate)


def _candidates(times: Floats, rate: float, plain: Candidate, tried: list[Tried]) -> Iterator[Candidate]:
    yield plain
    yield _renewal(np.diff(times), rate, tried)
    if times[-1] >= rates.DAY:
        yield _diurnal(times)
    else:
        _pass_over(tried, "diurnal", f"the trace spans {times[-1] / 3600:.3g} h, less than a day")
    yield from _switching(times, tried)


def _switching(times: Floats, tried: list[Tried]) -> Iterator[Candidate]:
    if simultaneous(times) >= BUNCHED:
        _pass_over(tried, "markov-modulated", "arrivals at the same time would have a rate without bounds")
        return
    on_off, both = modulated.fit(times, False), modulated.fit(times, True)
    if on_off is None or both is None:
        _pass_over(tried, "markov-modulated", "no busy and calm times to start from")
        return
    likelier = both.log_likelihood - on_off.log_likelihood
    name, fit = ("on-off", on_off) if likelier < numeric.WORTH else ("markov-modulated", both)
    if name != "on-off":
        _pass_over(tried, "on-off", f"arrivals in the calm state too are likelier by exp({likelier:.1f})")
    if fit.cycles(times[-1]) < FEWEST_CYCLES:
        _pass_over(
            tried, name, f"it would be busy only {fit.cycles(times[-1]):.2g} times, which chance cannot be told by"
        )
        return
    rate = (len(times) - 1) / times[-1]
    if abs(math.log(fit.mean_rate() / rate)) > FAR_RATE:
        _pass_over(tried, name, f"the likeliest has a rate of {fit.mean_rate():.4g} /s, the trace of {rate:.4g} /s")
        return
    yield _two_states(name, fit)


def _pass_over(tried: list[Tried], name: str, reason: str) -> None:
    tried.append({"candidate": name, "accepted": False, "reason": reason, "checks": []})


def _renewal(gaps: Floats, rate: float, tried: list[Tried]) -> Candidate:
    laws = {"gamma": gap_laws.gamma(gaps), "weibull": gap_laws.weibull(gaps)}
    name, other = sorted(laws, key=lambda name: -laws[name].log_likelihood)
    law, less = laws[name], laws[name].log_likelihood - laws[other].log_likelihood
    _pass_over(tried, other, f"{name} is likelier, by exp({less:.1f})")
    figures = {
        "cv_error": law.cv_error, "rate_error": rate * law.cv / math.sqrt(len(gaps)),
        "log_likelihood_over_poisson": law.log_likelihood - gap_laws.exponential_log_likelihood(gaps),
    }  # fmt: skip
    return Candidate(name, {"type": name, "rate": per_second(rate), "cv": short(law.cv)}, figures)


def _diurnal(times: Floats) -> Candidate:
    found = rates.sinusoid(times)
    swing = min(found.swing, 1.0)
    description = {
        "type": "diurnal", "rate": per_second(found.rate), "period": "86400 s", "swing": short(swing),
        "peak_at": f"{found.peak_at:.6g} s",
    }  # fmt: skip
    figures = {
        "rate_error": found.rate_error, "swing_error": found.swing_error, "peak_at_error_s": found.peak_error,
        "about": "peak_at counts from the first arrival",
    }  # fmt: skip
    wave = 2 * math.pi / rates.DAY

    def expected(t: Floats) -> Floats:
        rise: Floats = np.sin(wave * (t - found.peak_at)) + math.sin(wave * found.peak_at)
        return found.rate * (t + swing / wave * rise)

    return Candidate("diurnal", description, figures, expected)


def _two_states(name: str, fit: modulated.Modulated) -> Candidate:
    rate, stay = [per_second(r) for r in fit.rates], [f"{s:.6g} s" for s in fit.stays]
    if name == "on-off":
        description: Description = {"type": name, "rate_on": rate[0], "mean_on": stay[0], "mean_off": stay[1]}
    else:
        states = [{"rate": r, "mean_stay": s} for r, s in zip(rate, stay)]
        description = {"type": name, "states": states}
    figures = {
        "relative_errors": {key: value for key, value in fit.errors.items() if name != "on-off" or key != "rate1"},
        "log_likelihood": fit.log_likelihood,
        "likelihood_of": fit.factors,
    }
    return Candidate(name, description, figures)


def _series(times: Floats, judge: "_Judge") -> tuple[Candidate, str, list[Check]]:
    """Of some intervals, the one whose samples have the dispersion most like the trace's; with the counts themselves where
    Poisson numbers about them scatter too much."""
    tried = list(_series_of(times, judge, {}))
    if all(_worst(checks) for _, checks in tried):
        tried += _series_of(times, judge, {"counts": "kept"})
    candidate, checks = min(tried, key=lambda t: _distance_of(t[1]))
    return candidate, "nothing simpler is like the trace", checks


def _series_of(times: Floats, judge: "_Judge", how: Mapping[str, str]) -> Iterator[tuple[Candidate, list[Check]]]:
    for n, rows in enumerate(SERIES_ROWS):
        if n and len(times) / rows < SERIES_COUNT:
            break
        interval, values = rates.series(times, rows)
        description = {
            "type": "rate-series", "file": None, "column": "per_second", "interval": f"{interval:g} s",
            "repeat": True, **how,
        }  # fmt: skip
        candidate = Candidate("rate-series", description, {"rows": len(values)}, None, (interval, values))
        yield candidate, judge.checks(candidate)


class _Judge:
    """Compares the trace with samples of a candidate."""

    def __init__(self, times: Floats, random: np.random.Generator) -> None:
        self.times = times
        self.random = random
        self.samples = int(np.clip(4e6 / len(times), 8, 40))
        self.limit = LIMIT * (1 + 4 / self.samples)  # few samples tell their own spread badly
        self.widths = windows_of(times)

    def checks(self, candidate: Candidate) -> list[Check]:
        n = len(self.times)
        draws = [twin.arrivals(candidate.description, n, self.random, candidate.rates) for _ in range(self.samples)]
        yours = [self._figures(draw, candidate.expected) for draw in draws]
        mine = self._figures(self.times, candidate.expected)
        rate = [self._check("rate", None, mine[0], [y[0] for y in yours], CLOSE_RATE, FAR_RATE)]
        checks = [*rate, self._check("gap CV", None, mine[1], [y[1] for y in yours], CLOSE_CV, FAR_CV)]
        for i, width in enumerate(self.widths, 2):
            of_width = (mine[i], [y[i] for y in yours])
            checks.append(self._check("IDC", width, *of_width, CLOSE_DISPERSION, FAR_DISPERSION))
            if i > 2:
                growth = (mine[i] / mine[i - 1], [y[i] / y[i - 1] for y in yours])
                checks.append(self._check("growth of IDC", width, *growth, CLOSE_GROWTH, FAR_GROWTH))
        return [*checks, self._gaps(draws, CONSTANT_CV if candidate.name == "bunches" else 0)]

    def _figures(self, times: Floats, expected: Expected | None) -> list[float]:
        rate = float((len(times) - 1) / times[-1])
        return [rate, gap_cv(times), *(dispersion(times, width, expected) for width in self.widths)]

    def _check(
        self, what: str, width: float | None, mine: float, yours: Sequence[float], close: float, far: float
    ) -> Check:
        logs = np.log(np.maximum([y for y in yours if y == y] or [math.nan], 1e-12))
        centre, spread = float(np.mean(logs)), float(np.std(logs, ddof=1)) if len(logs) > 1 else 0.0
        ratio = math.log(max(mine, 1e-12)) - centre
        z = abs(ratio) / max(spread, 1e-9)
        like = abs(ratio) <= close or (z <= self.limit and abs(ratio) <= far)
        return {
            "what": what, "window_s": width, "trace": mine, "samples": math.exp(centre), "log_spread": spread,
            "log_ratio": ratio, "z": z, "like": bool(like),
        }  # fmt: skip

    def _gaps(self, draws: Sequence[Floats], blur: float) -> Check:
        """Distance of the gaps' distribution from that of all samples, and how far samples are from each other. Gaps
        that differ by the share `blur` are taken as equal: those of moments that count as deterministic."""
        gaps = [np.sort(np.diff(draw)) for draw in draws]
        pool = np.sort(np.concatenate(gaps))[:: max(1, len(gaps) // 4)]
        mine = _distance(np.sort(np.diff(self.times)), pool, blur)
        yours = [_distance(g, pool, blur) for g in gaps]
        z = (mine - float(np.mean(yours))) / max(float(np.std(yours, ddof=1)), 1e-9)
        return {
            "what": "gaps", "window_s": None, "trace": mine, "samples": float(np.mean(yours)), "z": max(z, 0.0),
            "like": bool(z <= self.limit or mine <= CLOSE_GAPS),
        }  # fmt: skip


def _distance(a: Floats, b: Floats, blur: float = 0) -> float:
    """Kolmogorov's, of two sorted samples; with a blur, Levy's in its manner."""
    at = np.concatenate([a, b])

    def below(x: Floats, of: Floats) -> Floats:
        return np.searchsorted(of, x, side="right") / len(of)

    if not blur:
        return float(np.max(np.abs(below(at, a) - below(at, b))))
    wide = at * (1 + blur)
    return float(max(np.max(below(at, a) - below(wide, b)), np.max(below(at, b) - below(wide, a)), 0))


def _said(check: Check) -> str:
    if check["what"] == "gaps":
        return f"the gaps' distribution is off by {check['trace']:.3g}, its samples by {check['samples']:.2g}"
    where = f" at {check['window_s']:.3g} s" if check["window_s"] else ""
    return f"{check['what']}{where} is {check['trace']:.3g}, its samples' {check['samples']:.3g}"


def per_second(rate: float) -> str:
    return f"{rate:.6g} /s"


def short(number: float, digits: int = 6) -> float:
    return float(f"{number:.{digits}g}")
