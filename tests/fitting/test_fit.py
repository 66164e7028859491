# SPDX-License-Identifier: Apache-2.0
"""Are traces of known laws recognised, with parameters within the stated errors?"""

import math
import unittest
import warnings

import numpy as np
from made import Tests, from_gaps, lognormal, switching, thinned, whole, zipf

from shardsim_tools.fitting import arrivals, factor, items, numeric, pooling, popularity, source, twin
from shardsim_tools.fitting.twin import seconds

DAY = 86400


class Arrivals(Tests):
    def chosen(self, times, kind):
        found, _ = arrivals.choose(np.asarray(times), 1)
        told = [(t["candidate"], t["reason"]) for t in found.tried]
        self.assertEqual(found.candidate.name, kind, told)
        self.assertTrue(all(reason for _, reason in told))
        return found.candidate

    def test_poisson(self):
        for seed in range(5):
            found = self.chosen(from_gaps(np.random.default_rng(seed).exponential(0.02, 4000)), "poisson")
            self.assert_near(seconds(found.description["rate"]), 50, found.figures["rate_error"])

    def test_deterministic(self):
        times = np.arange(500) / 8 + 1e-4 * np.random.default_rng(1).random(500)
        self.assertAlmostEqual(seconds(self.chosen(times - times[0], "deterministic").description["rate"]), 8, places=3)

    def test_gamma(self):
        for cv in (0.3, 0.7, 1.5, 3):
            shape = cv**-2
            gaps = np.random.default_rng(2).gamma(shape, 0.1 / shape, 6000)
            found = self.chosen(from_gaps(gaps), "gamma")
            self.assert_near(found.description["cv"], cv, found.figures["cv_error"], cv)
            self.assert_near(seconds(found.description["rate"]), 10, found.figures["rate_error"], cv)

    def test_weibull(self):
        for shape in (0.5, 0.7, 2.5):
            cv = math.sqrt(math.gamma(1 + 2 / shape) / math.gamma(1 + 1 / shape) ** 2 - 1)
            found = self.chosen(from_gaps(np.random.default_rng(3).weibull(shape, 6000)), "weibull")
            self.assert_near(found.description["cv"], cv, found.figures["cv_error"], shape)

    def test_errors_are_no_larger_than_they_need_be(self):
        """Of the CV of gaps, over 30 traces: errors are the scatter, within what 30 can tell (chi-square, 1e-6)."""
        draws = [np.random.default_rng(seed).gamma(0.25, 4, 2000) for seed in range(30)]
        found = [arrivals.gap_laws.gamma(draw) for draw in draws]
        scatter = sum(((f.cv - 2) / f.cv_error) ** 2 for f in found)
        self.assertTrue(6 < scatter < 82, scatter)

    def test_on_off(self):
        times = switching(np.random.default_rng(4), 8000, (200, 0), (0.5, 1.5))
        found = self.chosen(times, "on-off")
        errors = found.figures["relative_errors"]
        for key, truth, error in (("rate_on", 200, "rate0"), ("mean_on", 0.5, "stay0"), ("mean_off", 1.5, "stay1")):
            value = seconds(found.description[key])
            self.assert_near(value, truth, value * errors[error], key)

    def test_markov_modulated(self):
        for n, stays in ((8000, (0.5, 1.0)), (120_000, (5.0, 10.0))):  # gap by gap, and in bins
            times = switching(np.random.default_rng(5), n, (300, 40), stays)
            found = self.chosen(times, "markov-modulated")
            self.assertIn("gaps" if n < 50_000 else "bins", found.figures["likelihood_of"])
            errors = found.figures["relative_errors"]
            for i, state in enumerate(found.description["states"]):
                rate, stay = seconds(state["rate"]), seconds(state["mean_stay"])
                self.assert_near(rate, (300, 40)[i], rate * errors[f"rate{i}"], (n, "rate", i))
                self.assert_near(stay, stays[i], stay * errors[f"stay{i}"], (n, "stay", i))

    def test_diurnal(self):
        def rate(t):
            return 0.1 * (1 + 0.6 * np.cos(2 * math.pi * (t - 50_000) / DAY))

        for days in (1.3, 4):
            times = thinned(np.random.default_rng(6), days * DAY, 0.16, rate)
            found = self.chosen(times - times[0], "diurnal")
            self.assert_near(seconds(found.description["rate"]), 0.1, found.figures["rate_error"], days)
            self.assert_near(found.description["swing"], 0.6, found.figures["swing_error"], days)
            peak = seconds(found.description["peak_at"]) + times[0]
            self.assert_near(peak, 50_000, found.figures["peak_at_error_s"], days)

    def test_a_day_without_waves_is_not_diurnal(self):
        self.chosen(from_gaps(np.random.default_rng(7).exponential(20, 10_000)), "poisson")

    def test_rate_series_for_all_else(self):
        def rate(t):
            return 5 + t / 40

        times = thinned(np.random.default_rng(8), 1000, 30, rate)
        found = self.chosen(times - times[0], "rate-series")
        interval, values = found.rates
        at = (np.arange(len(values)) + 0.5) * interval
        # Each interval's rate is a Poisson count over the interval.
        z = (values - rate(at)) / np.sqrt(rate(at) / interval)
        self.assertLess(np.max(np.abs(z[:-1])), 6)

    def test_a_coarse_clock(self):
        times = np.floor(from_gaps(np.random.default_rng(9).exponential(0.02, 5000)) * 100) / 100
        found, _ = arrivals.choose(times, 1)
        self.assertEqual(found.candidate.name, "poisson")
        self.assertIn("multiples of 0.01 s", found.notes[0])

    def bunched(self, random, moments, sizes):
        return np.repeat(moments - moments[0], sizes), self.chosen(np.repeat(moments - moments[0], sizes), "bunches")

    def test_bunches(self):
        """As Mooncake's: every 3 s and a few ms, 10.2 in the mean. Gaps are 0 with probability 1 - p and 3 s with p = 1 /
        10.2, so their CV is sqrt(1 / p - 1) = 3.03."""
        random = np.random.default_rng(11)
        moments = 3.0 * np.arange(1180) + np.round(random.normal(0, 7e-4, 1180), 3)
        times, found = self.bunched(random, moments, 1 + random.poisson(9.2, 1180))
        self.assertEqual(found.description["moments"]["type"], "deterministic")
        self.assertAlmostEqual(seconds(found.description["moments"]["rate"]), 1 / 3, places=4)
        drawn = twin.arrivals(found.description, len(times), random)
        self.assertEqual(len(drawn), len(times))
        for of in (times, drawn):
            self.assertLess(abs(arrivals.gap_cv(of) - 9.2**0.5), 0.1)
            self.assertLess(abs(arrivals.simultaneous(of) - 9.2 / 10.2), 0.01)

    def test_bunches_at_random_moments(self):
        random = np.random.default_rng(12)
        _, found = self.bunched(random, from_gaps(random.exponential(0.5, 2000)), random.geometric(0.25, 2001))
        self.assertEqual(found.description["moments"]["type"], "poisson")
        self.assert_near(seconds(found.description["moments"]["rate"]), 2, found.figures["moments"]["rate_error"])
        self.assertLess(abs(found.figures["size"]["mean"] - 4), 5 * 12**0.5 / 2001**0.5)

    def test_no_clock_ticks_in_three_seconds(self):
        """Nor are the multiples of a second anything but a clock's: the same counts, told apart."""
        random = np.random.default_rng(13)
        sizes = random.poisson(10, 500)
        self.chosen(np.repeat(3.0 * np.arange(500), sizes) - 3.0 * np.argmax(sizes > 0), "bunches")
        self.chosen(np.repeat(1.0 * np.arange(500), sizes) - 1.0 * np.argmax(sizes > 0), "poisson")

    def test_rates_that_wander_are_no_two_states(self):
        """As Twitter's counts by second: dispersion grows with every window, which two states' does not. A twin of two
        states had a rate of its own (76.9 for 62.4)."""
        random = np.random.default_rng(14)
        wander = np.cumsum(random.normal(0, 0.008, 2500))
        spikes = 1 + 3 * (np.convolve(random.random(2500) < 0.008, np.ones(10))[:2500] > 0)
        counts = random.poisson(8 * np.exp(wander - wander.mean()) * spikes)
        times = np.sort(np.repeat(np.arange(2500), counts) + random.random(counts.sum()))
        found = self.chosen(times - times[0], "rate-series")
        rate = (len(times) - 1) / (times[-1] - times[0])
        drawn = twin.arrivals(found.description, len(times), random, found.rates)
        self.assertLess(abs((len(drawn) - 1) / drawn[-1] / rate - 1), 0.03)

    def test_counts_that_scatter_less_than_chance_are_kept(self):
        """Exactly 20 in every second, 30 in every tenth: a Poisson number about each would have a dispersion of 1 more."""
        random = np.random.default_rng(15)
        counts = np.where(np.arange(600) % 10 == 9, 30, 20)
        times = np.sort(np.repeat(np.arange(600), counts) + random.random(counts.sum()))
        found = self.chosen(times - times[0], "rate-series")
        self.assertEqual(found.description["counts"], "kept")
        drawn = twin.arrivals(found.description, len(times), random, found.rates)
        mine, yours = (arrivals.dispersion(t, 5.0) for t in (times - times[0], drawn))
        self.assertLess(abs(yours - mine), 0.15)

    def test_the_nearest_of_what_is_not_like_the_trace(self):
        """One query at a time: gaps of a CV of 0.1 and a tail are no gamma law's, but a series of rates has one near 1."""
        random = np.random.default_rng(16)
        gaps = 0.03 * (1 + 0.05 * random.random(4000) + np.where(random.random(4000) < 0.01, 0.9, 0))
        found = self.chosen(from_gaps(gaps), "gamma")
        self.assertLess(abs(found.description["cv"] - np.std(gaps) / np.mean(gaps)), 0.05)

    def test_few(self):
        found = self.chosen([0, 1, 1.5, 4], "poisson")
        self.assertEqual(found.description["rate"], "0.75 /s")
        self.chosen(np.arange(12), "deterministic")  # equal gaps show sooner than other laws
        self.chosen(np.arange(5), "poisson")


class Numbers(Tests):
    def test_errors_where_the_likelihood_ends(self):
        """A maximum beside what cannot be has no curvature, and NumPy is silent about it."""
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            edge = numeric.standard_errors(lambda x: np.float64(-math.inf if x[0] > 0 else -(x @ x)), np.zeros(2))
            self.assertTrue(np.isnan(edge).all())
            plain = numeric.standard_errors(lambda x: -0.5 * (x[0] / 3) ** 2, np.zeros(1))
            self.assertAlmostEqual(plain[0], 3, places=5)


class Items(Tests):
    def fit(self, sample, kind):
        description, figures = items.fit(np.asarray(sample), 100)
        self.assertEqual(description["type"], kind, figures)
        return description, figures

    def test_fixed(self):
        self.assertEqual(self.fit(np.full(100, 7), "fixed")[0]["value"], 7)
        self.assertEqual(items.fit(None, 100)[0], {"type": "fixed", "value": 1})

    def test_uniform(self):
        sample = np.random.default_rng(1).integers(20, 81, 5000)
        found, figures = self.fit(sample, "uniform")
        self.assert_near(found["low"], 19.5, figures["errors"]["low"])
        self.assert_near(found["high"], 80.5, figures["errors"]["high"])
        halves = whole(np.random.default_rng(2).uniform(3, 9, 20_000))  # 3 and 9 are half as frequent
        found, _ = self.fit(halves, "uniform")
        self.assertLess(abs(found["low"] - 3), 0.05)
        self.assertLess(abs(found["high"] - 9), 0.05)

    def test_lognormal(self):
        for mean, cv in ((300, 0.8), (20, 0.3), (4, 1.5)):  # the last with many below one
            sample = np.maximum(whole(lognormal(np.random.default_rng(3), 8000, mean, cv)), 1)
            found, figures = self.fit(sample, "lognormal")
            self.assert_near(found["mean"], mean, figures["errors"]["mean"], mean)
            self.assert_near(found["cv"], cv, figures["errors"]["cv"], mean)

    def test_pareto(self):
        random = np.random.default_rng(4)
        x = 5 * (1 - random.random(8000) * (1 - (5 / 1000) ** 1.3)) ** (-1 / 1.3)
        found, figures = self.fit(whole(x), "pareto")
        self.assert_near(found["shape"], 1.3, figures["errors"]["shape"])
        self.assert_near(found["least"], 5, figures["errors"]["least"])
        self.assertLessEqual(found["most"], 1000.5)

    def test_what_no_law_fits(self):
        random = np.random.default_rng(5)
        two = np.concatenate([random.integers(8, 12, 500), random.integers(200, 500, 500)])
        found, figures = self.fit(two, "empirical")
        self.assertEqual(len(found["quantiles"]), 100)
        self.assertAlmostEqual(np.mean(found["quantiles"]), two.mean(), places=2)
        self.assertIn("beyond", figures["reason"])
        few, _ = self.fit(random.choice([1, 50, 60], 1000, p=[0.5, 0.2, 0.3]), "histogram")
        self.assertEqual([bin["value"] for bin in few["bins"]], [1, 50, 60])


class Pooling(Tests):
    def setUp(self):
        super().setUp()
        self.random = np.random.default_rng(6)
        self.n = 10_000
        self.items = np.maximum(whole(lognormal(self.random, self.n, 50, 0.6)), 1)

    def fit(self, counts, kind, per="query", common=None):
        found = pooling.fit(self.items, counts, *pooling.per_of(self.items, counts, "auto"), common, 100, self.random)
        self.assertEqual((found.per, found.fit.description["type"]), (per, kind), found)
        return found.fit

    def absent(self, counts, share):
        return np.where(self.random.random(self.n) < share, 0, counts)

    def test_fixed(self):
        self.assertEqual(self.fit(np.full(self.n, 3), "fixed").description["value"], 3)
        self.assertEqual(self.fit(whole(1.7 * self.items), "fixed", "item").description["value"], 1.7)
        found = self.fit(self.absent(20 * self.items, 0.3), "fixed", "item")
        self.assertEqual(found.description["value"], 20)
        self.assert_near(found.absent, 0.3, found.errors["absent"])
        self.assertEqual(self.fit(np.zeros(self.n, dtype=int), "fixed").description["value"], 0)

    def test_poisson(self):
        found = self.fit(self.random.poisson(3, self.n), "poisson")
        self.assert_near(found.description["mean"], 3, found.errors["mean"])
        self.assertEqual(found.absent, 0)
        found = self.fit(self.absent(self.random.poisson(3, self.n) * self.items, 0.2), "poisson", "item")
        self.assert_near(found.description["mean"], 3, found.errors["mean"])
        self.assert_near(found.absent, 0.2, found.errors["absent"])  # zeros of the Poisson law are none of it

    def test_geometric(self):
        found = self.fit(self.random.geometric(0.2, self.n) - 1, "geometric")
        self.assertEqual((found.description["from"], found.absent), (0, 0))
        self.assert_near(found.description["mean"], 4, found.errors["mean"])
        found = self.fit(self.random.geometric(0.2, self.n), "geometric")
        self.assertEqual(found.description["from"], 1)
        self.assert_near(found.description["mean"], 5, found.errors["mean"])

    def test_negative_binomial(self):
        counts = self.random.poisson(self.random.gamma(2, 5, self.n))
        found = self.fit(self.absent(counts, 0.25), "negative-binomial")
        self.assert_near(found.description["mean"], 10, found.errors["mean"])
        self.assert_near(found.description["dispersion"], 0.5, found.errors["dispersion"])
        self.assert_near(found.absent, 0.25, found.errors["absent"])

    def test_lognormal(self):
        found = self.fit(whole(lognormal(self.random, self.n, 8, 0.7) * self.items), "lognormal", "item")
        self.assert_near(found.description["mean"], 8, found.errors["mean"])
        self.assert_near(found.description["cv"], 0.7, found.errors["cv"])

    def test_empirical(self):
        found = self.fit(self.absent(self.random.choice([1, 50], self.n), 0.5), "histogram")
        self.assert_near(found.absent, 0.5, found.errors["absent"])
        values = np.concatenate([self.random.integers(1, 40, self.n // 2), self.random.integers(500, 900, self.n // 2)])
        found = self.fit(self.random.permutation(values), "empirical")
        self.assertAlmostEqual(np.mean(found.description["quantiles"]), values.mean(), delta=0.01)

    def test_per(self):
        alike = np.full(self.n, 4)
        counts = self.random.poisson(3, self.n)
        self.assertEqual(pooling.per_of(alike, counts * 4, "auto")[0], "item")
        self.assertEqual(pooling.per_of(alike, counts, "auto")[0], "query")
        self.assertEqual(pooling.per_of(alike, counts, "item")[0], "item")
        self.assertEqual(pooling.per_of(None, counts, "auto")[0], "query")

    def test_factor(self):
        for cv in (0.3, 0.8):
            common = lognormal(self.random, self.n, 1, cv)
            raw = {
                "fixed": np.full(self.n, 12.0), "poisson": self.random.poisson(9, self.n),
                "lognormal": lognormal(self.random, self.n, 30, 0.9), "geometric": self.random.geometric(0.05, self.n) - 1.0,
            }  # fmt: skip
            counts = {name: whole(x * common) for name, x in raw.items()}
            counts["poisson"] = self.absent(counts["poisson"], 0.4)
            found = factor.estimate(list(counts), list(counts.values()))
            self.assert_near(found.cv, cv, found.error)
            for name, values in counts.items():
                fit = self.fit(values, name, common=found)
                self.assertLess(fit.ks, 0.03)
                key = "value" if name == "fixed" else "mean"
                self.assert_near(fit.description[key], raw[name].mean(), fit.errors[key], name)

    def test_tables_that_do_not_share(self):
        """Constant ones, nearly constant ones, and ones that vary alone, even much more than the factor."""
        common = lognormal(self.random, self.n, 1, 0.6)
        sharing = {f"s{i}": whole(self.random.poisson(5 + 3 * i, self.n) * common) for i in range(6)}
        sharing["steady"] = whole(20 * common)
        alone = {f"p{i}": self.random.poisson(4 + i, self.n) for i in range(5)}
        alone |= {f"wild{i}": whole(lognormal(self.random, self.n, 30, 3)) for i in range(5)}
        alone |= {f"near{i}": 40 + self.random.integers(0, 2, self.n) for i in range(9)}
        alone |= {f"c{i}": np.full(self.n, 3) for i in range(7)}
        counts = {name: (sharing | alone)[name] for name in sorted(sharing | alone, key=lambda name: name[::-1])}
        found = factor.estimate(list(counts), list(counts.values()))
        self.assertEqual(set(found.sharing), set(sharing), found.reason)
        self.assert_near(found.cv, 0.6, found.error)
        self.assertEqual(found.description["type"], "lognormal")

    def test_a_factor_of_a_heavy_tail(self):
        """One in fifty users has a long history: no lognormal. The twin's draws are ten times the trace's."""
        n = self.n
        common = np.where(
            self.random.random(n) < 0.02, 30 + self.random.pareto(3, n), 0.2 + 0.4 * self.random.random(n)
        )
        common *= 1 / common.mean()
        means = (3, 8, 20, 50, 90, 200)
        counts = [whole(m * common) for m in means]
        names = [str(m) for m in means]
        found = factor.estimate([*names, "c"], [*counts, np.full(n, 7)])
        self.assertEqual((found.description["type"], found.sharing), ("histogram", names), found.reason)
        values, weights = zip(*((bin["value"], bin["weight"]) for bin in found.description["bins"]))
        self.assertLess(len(values), 250)
        self.assertLess(abs(np.average(values, weights=weights) - 1), 1e-9)
        self.assertLess(abs(found.cv / common.std() - 1), 0.02)
        drawn = twin.distribution(found.description, 10 * n, self.random)
        total = np.zeros(10 * n)
        for of_table in counts:
            fit = pooling.fit(np.ones(n, dtype=np.int64), of_table, "query", "", found, 100, self.random).fit
            table = {"per": "query", "pooling": fit.description, "coverage": 1 - fit.absent}
            total += twin.lookups(table, np.ones(10 * n), drawn, self.random)
        truth = sum(counts)
        for q in (50, 90, 99, 99.9):
            self.assertLess(abs(np.percentile(total, q) / np.percentile(truth, q) - 1), 0.1, q)
        self.assertLess(abs(total.std() / total.mean() / (truth.std() / truth.mean()) - 1), 0.05)

    def test_histogram_of_a_factor(self):
        """Few values as they are; of a continuous sample, the percentiles."""
        few = np.repeat([0.5, 1.5], 500)
        self.assertEqual(factor.histogram(few)["bins"], [{"value": 0.5, "weight": 500}, {"value": 1.5, "weight": 500}])
        sample = (1 - self.random.random(50_000)) ** (-1 / 2.2)
        bins = factor.histogram(sample / sample.mean())["bins"]
        values, weights = (np.array([bin[key] for bin in bins]) for key in ("value", "weight"))
        self.assertEqual(weights.sum(), len(sample))
        for q in (0.5, 0.9, 0.95, 0.99, 0.999):
            at = values[np.searchsorted(np.cumsum(weights), q * len(sample))]
            self.assertLess(abs(at / np.quantile(sample / sample.mean(), q) - 1), 0.02, q)

    def test_no_factor(self):
        counts = [self.random.poisson(5, self.n) for _ in range(6)]
        self.assertEqual(factor.estimate(list("abcdef"), counts).cv, 0)
        with_constant = factor.estimate(list("abcdef"), [*counts[:5], np.full(self.n, 3)])
        self.assertEqual((with_constant.cv, with_constant.description, with_constant.sharing), (0, None, []))
        constant = factor.estimate(list("abc"), [np.full(self.n, 3)] * 3)
        self.assertIn("no two tables", constant.reason)
        pairs = factor.estimate(list("abc"), [counts[0], counts[0] * 2, counts[1]]).pairs
        self.assertEqual(pairs[0]["tables"], ["a", "b"])


class Popularity(Tests):
    def fit(self, numbers, rows):
        return popularity.fit(source.TableData("t", rows, numbers=numbers, seen=len(numbers)), np.random.default_rng(1))

    def test_zipf(self):
        for s in (0.5, 0.8, 1.0, 1.2):
            for n, rows in ((50_000, 100_000), (5000, 300_000), (200_000, 2000)):
                with self.subTest(s=s, n=n, rows=rows):
                    found = self.fit(zipf(np.random.default_rng(int(10 * s)), n, rows, s), rows)
                    self.assertEqual(found.description["type"], "zipf", found.reason)
                    self.assert_near(found.description["s"], s, found.figures["zipf_s_error"])
                    self.assertLess(found.figures["zipf_s_error"], 0.06)

    def test_estimates_are_not_biased(self):
        """Over 20 streams the mean is off by less than 5 standard errors of a mean, and errors are the scatter."""
        for s in (0.5, 1.0):
            z = []
            for seed in range(20):
                found = self.fit(zipf(np.random.default_rng(seed), 20_000, 50_000, s), 50_000)
                z.append((found.figures["zipf_s"] - s) / found.figures["zipf_s_error"])
            self.assertLess(abs(np.mean(z)), 5 / math.sqrt(20))
            self.assertTrue(3 < np.sum(np.square(z)) < 62, z)  # chi-square of 20, error probability 1e-6 on a side

    def test_the_highest_of_several_hills(self):
        """Few rows, as the age levels of Alimama's users: lesser hills of the likelihood are at 2.1 and 2.8, the highest at 0.75."""
        often = np.array([7, 21, 61, 122, 144, 145])
        model = popularity.Zipf(7, int(often.sum()), often)
        seen = model.counts.binned(often)
        seen[0] = 1
        found = model.fitted(seen)
        highest = max(seen @ model.log_shares(s) for s in np.linspace(0, popularity.MOST_S, 601))
        self.assertAlmostEqual(found, 0.754, places=2)
        self.assertGreater(seen @ model.log_shares(found), highest - 1e-3)

    def test_uniform(self):
        found = self.fit(np.random.default_rng(2).integers(0, 5000, 40_000), 5000)
        self.assertEqual(found.description, {"type": "uniform"}, found.reason)
        self.assertEqual(self.fit(np.arange(10), 50).description, {"type": "uniform"})
        self.assertEqual(self.fit(np.zeros(1000, dtype=np.int64), 1).description, {"type": "uniform"})

    def test_reuse(self):
        """Hot, warm and cold rows, and rows that nobody asks for."""
        random = np.random.default_rng(3)
        part = random.choice(3, 60_000, p=[0.5, 0.3, 0.2])
        rows = 100_000
        bounds = ((0, 20), (20, 2000), (2000, 60_000))
        numbers = np.choose(part, [random.integers(low, high, 60_000) for low, high in bounds])
        found = self.fit(numbers, rows)
        self.assertEqual(found.description["type"], "reuse", found.reason)
        classes = found.description["classes"]
        self.assertAlmostEqual(sum(c["rows"] for c in classes), 1, places=9)
        self.assertAlmostEqual(sum(c["accesses"] for c in classes), 1, places=9)
        density = [c["accesses"] / c["rows"] for c in classes]
        self.assertTrue(all(b <= a * (1 + 1e-9) for a, b in zip(density, density[1:])))
        expected = np.concatenate([np.full(20, 0.5 / 20), np.full(1980, 0.3 / 1980), np.full(58_000, 0.2 / 58_000)])
        for times in (1, 4):  # also of a longer trace than the one fitted
            distinct = np.sum(-np.expm1(-60_000 * times * expected))
            drawn = next(popularity.draws(found.description, rows, 60_000 * times, random))
            self.assertLess(abs(len(drawn) / distinct - 1), 0.05, times)
            self.assertLess(abs(np.sort(drawn)[-20:].sum() / drawn.sum() - 0.5), 0.02)

    def test_rows_numbered_as_they_are_first_asked_for(self):
        """As Mooncake's blocks: one row in every query, many rows asked for once. There are more rows than numbers, and the
        hottest have their share, also where the table is said to have no others."""
        random = np.random.default_rng(8)
        others = random.choice(400_000, 57_000, p=(w := np.where(np.arange(400_000) < 40_000, 6.0, 1.0)) / w.sum())
        asked = random.permutation(np.concatenate([np.full(3000, 400_000), others]))
        _, first, numbers = np.unique(asked, return_index=True, return_inverse=True)
        numbers = np.argsort(np.argsort(first))[numbers]
        hottest = np.sort(np.bincount(numbers))[::-1][:10].sum() / len(numbers)
        for rows, distinct_too in ((0, True), (int(numbers.max()) + 1, False)):
            found = self.fit(numbers, rows)
            self.assertEqual(found.description["type"], "reuse", found.reason)
            self.assertEqual(found.rows is not None, distinct_too)
            drawn = next(popularity.draws(found.description, found.rows or rows, len(numbers), random))
            self.assertLess(abs(np.sort(drawn)[::-1][:10].sum() / drawn.sum() / hottest - 1), 0.08, rows)
            if distinct_too:
                self.assertLess(abs(len(drawn) / len(first) - 1), 0.02)
            else:
                self.assertIn("nor is reuse in all: distinct rows", found.reason)

    def test_rows_that_are_all_seen_are_all_there_are(self):
        self.assertIsNone(self.fit(np.random.default_rng(9).integers(0, 3000, 20_000), 0).rows)
        self.assertIsNone(self.fit(zipf(np.random.default_rng(9), 50_000, 20_000, 0.8), 0).rows)

    def test_rates_of_ranks(self):
        """Against the sum itself."""
        for s in (0, 0.7, 1, 2.5):
            for rows in (1, 2, 1000, 100_000):
                ranks = popularity.Ranks(rows)
                p = ranks.zipf(s)
                self.assertEqual(ranks.sizes.sum(), rows)
                exact = np.arange(1, rows + 1) ** -float(s)
                exact /= exact.sum()
                sums = np.add.reduceat(exact, ranks.edges[:-1].astype(int) - 1)
                np.testing.assert_allclose(p * ranks.sizes, sums, rtol=1e-5)

    def test_probabilities_of_counts(self):
        counts = popularity.Counts(5000)
        random = np.random.default_rng(4)
        for mean in (0.01, 1, 20, 45, 300, 4000):
            p = counts.probabilities(np.array([float(mean)]))[0]
            seen = counts.binned(random.poisson(mean, 200_000)) / 200_000
            self.assertLess(np.max(np.abs(p - seen)), 5 * math.sqrt(0.25 / 200_000), mean)


if __name__ == "__main__":
    unittest.main()
