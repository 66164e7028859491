// SPDX-License-Identifier: Apache-2.0
// A cache in serving, row by row, under independent references, where its hit ratio is known exactly: LRU of two rows
// by King ("Analysis of demand paging algorithms", IFIP 1971), FIFO by Gelenbe (1973), the most popular rows by
// themselves. And lookups are conserved: each is a hit or a read.
#include <cmath>
#include <numeric>

#include "validation/family.hpp"

namespace shardsim {
namespace {

constexpr int kRows = 100;
using Chances = std::vector<double>;

Chances zipf_chances(double s) {
  Chances p;
  for (int rank = 1; rank <= kRows; ++rank) p.push_back(std::pow(rank, -s));
  const double sum = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& chance : p) chance /= sum;
  return p;
}

double most_popular(const Chances& p, int kept) { return std::accumulate(p.begin(), p.begin() + kept, 0.0); }

// The two rows asked for last are a, then b, with the chance p_a p_b / (1 - p_a).
double lru_of_two(const Chances& p) {
  double hits = 0;
  for (std::size_t a = 0; a < p.size(); ++a)
    for (std::size_t b = 0; b < p.size(); ++b)
      if (a != b) hits += p[a] * p[b] / (1 - p[a]) * (p[a] + p[b]);
  return hits;
}

// A set of rows is kept with a chance in proportion to the product of theirs: e_k is the sum of the products of all
// sets of k rows, and without_i that of the sets without row i.
double fifo_hits_exactly(const Chances& p, int kept) {
  const auto sums = [&](std::size_t without) {
    std::vector<double> e(static_cast<std::size_t>(kept) + 1);
    e[0] = 1;
    for (std::size_t i = 0; i < p.size(); ++i)
      for (std::size_t k = e.size() - 1; i != without && k > 0; --k) e[k] += e[k - 1] * p[i] * kRows;
    return e;
  };
  const double all = sums(p.size()).back();
  double hits = 0;
  for (std::size_t i = 0; i < p.size(); ++i)
    hits += p[i] * p[i] * kRows * sums(i)[static_cast<std::size_t>(kept) - 1] / all;
  return hits;
}

Figure late_hits(double share) {
  return {{"hit ratio", "", share},
          [](const RunResult& r) { return late_hit_ratio(r.main_caches.tiers.at(0).counts.over_time).value; }};
}

class CacheFamily final : public Family {
 public:
  std::vector<Case> cases() const override {
    const Chances p = zipf_chances(0.8);
    std::vector<Case> cases;
    const auto add = [&](const std::string& policy, int kept, double hits) {
      cases.push_back(steady_state(
          "cache-" + policy, "cache.json",
          {{"serving.store.policy.type", policy}, {"serving.store.share", fmt::format("{} %", 100.0 * kept / kRows)}},
          2'000, {late_hits(hits)}));
    };
    add("static-top", 40, most_popular(p, 40));
    add("lru", 2, lru_of_two(p));
    add("fifo", 40, fifo_hits_exactly(p, 40));
    cases.push_back({"cache-conservation",
                     "cache.json",
                     {{"traffic.queries", "200"}},
                     2,
                     {{"(hits + reads) / lookups", "", 1, true}, {"lookups / (queries x 100)", "", 1, true}},
                     [](const Scenario& s, const RunControl& control) { return count(s, control); }});
    return cases;
  }

 private:
  static Sample count(const Scenario& scenario, const RunControl& control) {
    const RunResult r = run(scenario, control);
    const CacheCounts counts = r.main_caches.tiers.at(0).counts.all;
    const TierTotals& tier = r.hosts.at(0).tiers.tiers.at(0).totals;
    constexpr double kLookups = 100;  // a query
    const auto lookups = static_cast<double>(counts.lookups);
    return {static_cast<double>(counts.hits + tier.reads) / lookups,
            lookups / (kLookups * static_cast<double>(r.completed))};
  }
};

}  // namespace

template <>
void describe(Describe<CacheFamily>& d) {
  d.object("cache", "hit ratios under independent references, known exactly; each lookup is a hit or a read");
}

namespace families {
Alternative<Family> cache() { return alternative<CacheFamily, Family>(); }
}  // namespace families

}  // namespace shardsim
