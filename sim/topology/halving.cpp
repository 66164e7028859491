// SPDX-License-Identifier: Apache-2.0
#include "topology/halving.hpp"

#include <metis.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "engine/random.hpp"

namespace shardsim {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min() / 4;
constexpr std::size_t kMostToExchange = 4000;  // units; an exchange looks at all of them

// A halving under improvement: what would be gained by moving each unit to the other side.
class Improver {
 public:
  Improver(const UnitGraph& graph, std::int64_t smaller, Side side)
      : graph_(graph), smaller_(smaller), side_(std::move(side)), gain_(side_.size()), locked_(side_.size()) {
    for (std::size_t u = 0; u < side_.size(); ++u) {
      hosts_[side_[u] ? 1 : 0] += graph.hosts[u];
      for (const auto& [other, weight] : graph.joined[u]) {
        gain_[u] += side_[other] == side_[u] ? -weight : weight;
        if (other > u && side_[other] != side_[u]) cut_ += weight;
      }
    }
    for (std::size_t u = 0; u < side_.size(); ++u) classes_[graph.hosts[u]].push_back(static_cast<std::uint32_t>(u));
  }

  std::optional<Halves> improved() {
    if (!even_out()) return std::nullopt;
    if (side_.size() <= kMostToExchange)
      while (exchange()) {
      }
    return Halves{side_, cut_};
  }

 private:
  void move(std::uint32_t unit) {
    cut_ -= gain_[unit];
    hosts_[side_[unit] ? 1 : 0] -= graph_.hosts[unit];
    side_[unit] = !side_[unit];
    hosts_[side_[unit] ? 1 : 0] += graph_.hosts[unit];
    gain_[unit] = -gain_[unit];
    for (const auto& [other, weight] : graph_.joined[unit])
      gain_[other] += side_[other] == side_[unit] ? -2 * weight : 2 * weight;
  }
  // Moves units from the larger side, those that cost least, until the smaller one has its hosts.
  bool even_out() {
    for (;;) {
      const bool light = hosts_[1] < hosts_[0];
      const std::int64_t need = smaller_ - hosts_[light ? 1 : 0];
      if (need == 0) return true;
      std::optional<std::uint32_t> best;
      for (std::uint32_t u = 0; u < side_.size(); ++u)
        if (side_[u] != light && graph_.hosts[u] > 0 && graph_.hosts[u] <= need && (!best || gain_[u] > gain_[*best]))
          best = u;
      if (!best) return false;
      move(*best);
    }
  }
  // The best free unit of those with so many hosts, on one side.
  std::optional<std::uint32_t> best_of(const std::vector<std::uint32_t>& units, bool side) const {
    std::optional<std::uint32_t> best;
    for (const std::uint32_t u : units)
      if (!locked_[u] && side_[u] == side && (!best || gain_[u] > gain_[*best])) best = u;
    return best;
  }
  std::int64_t between(std::uint32_t a, std::uint32_t b) const {
    std::int64_t weight = 0;
    for (const auto& [other, w] : graph_.joined[a])
      if (other == b) weight += w;
    return weight;
  }
  // Kernighan and Lin: exchanges pair after pair of the same number of hosts (and moves those without), also where it
  // costs, each unit once; then goes back to where the cut was least. True if that is less than before.
  bool exchange() {
    std::fill(locked_.begin(), locked_.end(), false);
    std::vector<std::uint32_t> moved;
    const std::int64_t before = cut_;
    std::int64_t least = cut_;
    std::size_t kept = 0;
    for (;;) {
      std::int64_t most = kNever;
      std::vector<std::uint32_t> step;
      for (const auto& [hosts, units] : classes_) {
        const auto a = best_of(units, false);
        const auto b = best_of(units, true);
        if (hosts == 0) {
          for (const auto& u : {a, b})
            if (u && gain_[*u] > most) most = gain_[*u], step = {*u};
        } else if (a && b) {
          const std::int64_t gained = gain_[*a] + gain_[*b] - 2 * between(*a, *b);
          if (gained > most) most = gained, step = {*a, *b};
        }
      }
      if (step.empty()) break;
      for (const std::uint32_t u : step) {
        move(u);
        locked_[u] = true;
        moved.push_back(u);
      }
      if (cut_ < least) least = cut_, kept = moved.size();
      if (moved.size() > kept + kPatience) break;
    }
    for (; moved.size() > kept; moved.pop_back()) move(moved.back());
    return least < before;
  }
  static constexpr std::size_t kPatience = 400;  // moves without a gain

  const UnitGraph& graph_;
  std::int64_t smaller_;
  Side side_;
  std::vector<std::int64_t> gain_;
  std::vector<bool> locked_;
  std::map<std::int64_t, std::vector<std::uint32_t>> classes_;  // units by their hosts
  std::int64_t hosts_[2] = {0, 0};
  std::int64_t cut_ = 0;
};

// Multilevel bisection (Karypis and Kumar 1998) from many seeds. METIS sums weights in its own integers.
class Metis {
 public:
  explicit Metis(const UnitGraph& graph) {
    std::int64_t all = 1;
    for (const auto& joined : graph.joined)
      for (const auto& [other, weight] : joined) all += weight;
    const std::int64_t unit = all / (std::int64_t{1} << 29) + 1;
    start_.push_back(0);
    for (std::size_t u = 0; u < graph.hosts.size(); ++u) {
      hosts_.push_back(static_cast<idx_t>(graph.hosts[u]));
      for (const auto& [other, weight] : graph.joined[u]) {
        to_.push_back(static_cast<idx_t>(other));
        weight_.push_back(static_cast<idx_t>(std::max<std::int64_t>(1, weight / unit)));
      }
      start_.push_back(static_cast<idx_t>(to_.size()));
    }
  }
  std::optional<Side> halves(int seed) {
    idx_t options[METIS_NOPTIONS];
    METIS_SetDefaultOptions(options);
    options[METIS_OPTION_SEED] = seed;
    options[METIS_OPTION_UFACTOR] = 1 + 10 * (seed % 3);  // thousandths that the halves may differ, evened out later
    idx_t units = static_cast<idx_t>(hosts_.size());
    idx_t constraints = 1;
    idx_t parts = 2;
    idx_t cut = 0;
    std::vector<idx_t> part(hosts_.size());
    if (METIS_PartGraphRecursive(&units, &constraints, start_.data(), to_.data(), hosts_.data(), nullptr,
                                 weight_.data(), &parts, nullptr, nullptr, options, &cut, part.data()) != METIS_OK)
      return std::nullopt;
    Side side(part.size());
    for (std::size_t u = 0; u < part.size(); ++u) side[u] = part[u] == 1;
    return side;
  }

 private:
  std::vector<idx_t> start_;
  std::vector<idx_t> to_;
  std::vector<idx_t> hosts_;
  std::vector<idx_t> weight_;
};

Side random_side(const std::vector<std::int64_t>& hosts, std::int64_t smaller, std::uint64_t number) {
  RandomStream random(1, 0, Purpose::topology, number);
  std::vector<std::size_t> order(hosts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  Side side(hosts.size());
  std::int64_t filled = 0;
  for (const std::size_t u : order)
    if (filled + hosts[u] <= smaller) side[u] = true, filled += hosts[u];
  return side;
}

}  // namespace

std::pair<std::int64_t, Side> even_subset(const std::vector<std::int64_t>& hosts) {
  std::int64_t total = 0;
  std::int64_t unit = 0;
  for (const std::int64_t h : hosts) total += h, unit = std::gcd(unit, h);
  Side side(hosts.size());
  if (unit == 0) return {0, side};
  const auto half = static_cast<std::size_t>(total / 2 / unit);
  constexpr std::uint32_t kNot = ~std::uint32_t{0};
  std::vector<std::uint32_t> last(half + 1, kNot);  // by a sum that units can make: the last of them
  std::size_t reached = 0;                          // no sum is larger
  for (std::uint32_t u = 0; u < hosts.size() && (half == 0 || last[half] == kNot); ++u) {
    const auto h = static_cast<std::size_t>(hosts[u] / unit);
    if (h == 0 || h > half) continue;
    reached = std::min(half, reached + h);
    for (std::size_t sum = reached; sum >= h; --sum)
      if (last[sum] == kNot && (sum == h || last[sum - h] != kNot)) last[sum] = u;
  }
  std::size_t best = half;
  while (best > 0 && last[best] == kNot) --best;
  for (std::size_t sum = best; sum > 0; sum -= static_cast<std::size_t>(hosts[last[sum]] / unit))
    side[last[sum]] = true;
  return {static_cast<std::int64_t>(best) * unit, side};
}

WaysOfHalving ways_of_halving(const UnitGraph& graph, std::int64_t smaller, const Side& first) {
  constexpr std::size_t kEffort = 400'000'000;
  constexpr std::uint64_t kRandom = 4;
  constexpr std::size_t kFewest = 8;  // units; fewer have few halves, and METIS does not take them
  const std::size_t units = graph.hosts.size();
  const std::size_t seeds =
      std::clamp<std::size_t>(kEffort / (units * std::min(units, kMostToExchange) * 8 + 1), 4, 96);
  WaysOfHalving ways;
  std::set<Side> seen;
  const auto consider = [&](Side side) {
    ++ways.tried;
    std::optional<Halves> found = Improver(graph, smaller, std::move(side)).improved();
    if (!found) return;
    if (found->side.front()) found->side.flip();  // the same halves, called the other way round
    if (seen.insert(found->side).second) ways.distinct.push_back(std::move(*found));
  };
  consider(first);
  for (std::uint64_t i = 0; i < kRandom; ++i) consider(random_side(graph.hosts, smaller, i));
  if (units >= kFewest) {
    Metis metis(graph);
    for (std::size_t seed = 1; seed <= seeds; ++seed)
      if (std::optional<Side> side = metis.halves(static_cast<int>(seed))) consider(std::move(*side));
  }
  std::stable_sort(ways.distinct.begin(), ways.distinct.end(),
                   [](const Halves& a, const Halves& b) { return a.cut < b.cut; });
  return ways;
}

}  // namespace shardsim
