// SPDX-License-Identifier: Apache-2.0
// A near cache of which only hit ratios are known.
#include <algorithm>
#include <cmath>

#include "engine/binomial.hpp"
#include "serving/near_cache.hpp"

namespace shardsim {
namespace {

// Tells its draws from those of the store's cache: above the batch in StreamKey::sub.
constexpr std::uint64_t kNear = std::uint64_t{1} << 60;

double power(double base, std::int64_t exponent) {
  double out = 1;
  for (; exponent > 0; exponent >>= 1, base *= base)
    if ((exponent & 1) != 0) out *= base;
  return out;
}

// Lookups of a table in a batch, spread evenly over bags.
class Bags {
 public:
  Bags(std::int64_t lookups, std::int64_t bags)
      : lookups_(lookups), bags_(bags), each_(lookups / bags), larger_(lookups - each_ * bags) {}

  double lookups() const { return static_cast<double>(lookups_); }
  double not_empty() const { return static_cast<double>(each_ > 0 ? bags_ : lookups_); }
  double empty() const { return static_cast<double>(bags_) - not_empty(); }
  // Those, expected, that have any of the lookups to which something happens with chance `p`, independently.
  double with_any(double p) const {
    const double none = power(1 - p, each_);
    const auto larger = static_cast<double>(larger_);
    return (static_cast<double>(bags_) - larger) * (1 - none) + larger * (1 - none * (1 - p));
  }
  // Those without a lookup, as long as not all else is found: bags or lookups, each with the chance of a hit.
  double empty_with(double hit, double trials) const {
    return each_ > 0 ? 0 : empty() * (1 - power(hit, static_cast<std::int64_t>(trials)));
  }

 private:
  std::int64_t lookups_;
  std::int64_t bags_;
  std::int64_t each_;    // lookups of a bag
  std::int64_t larger_;  // bags with one more
};

// What is expected of one target, summed over its tables.
struct Expected {
  double trials = 0;  // lookups or bags that are found or missed
  double misses = 0;  // of them
  struct Part {
    double lookups = 0;
    double bags = 0;
    double row_ps = 0;
    double bag_ps = 0;
    double traffic = 0;
    double response = 0;
    double partial = 0;
    void add(const RowCosts& costs, double rows, double their_bags) {
      lookups += rows;
      bags += their_bags;
      row_ps += rows * costs.distinct_ps;
      bag_ps += their_bags * costs.bag_ps;
      traffic += rows * static_cast<double>(costs.traffic.count);
    }
  };
  Part found;
  Part left;
};

std::int64_t scaled_count(double count, double factor) { return std::llround(count * factor); }

class AnalyticNearCache final : public NearCache {
 public:
  AnalyticNearCache(const NearTables& tables, std::uint64_t seed, std::uint32_t replication)
      : NearCache(tables), expected_(tables.targets()), seed_(seed), replication_(replication) {}

 protected:
  void look_up(const NetBatch& batch) override {
    std::fill(expected_.begin(), expected_.end(), Expected{});
    const ItemSlice items(batch.query.items, batch.first, batch.last);
    for (const NearTable& table : tables_.net(batch.net).tables) {
      const std::int64_t lookups = table.lookups_of(batch.query, items);
      if (lookups == 0) continue;
      const Bags bags(lookups, table.bags_of(items));
      tables_.keeps_rows() ? expect_rows(table, bags) : expect_bags(table, bags);
    }
    const StreamKey key = Activity{batch.query.id, batch.number, 0, batch.net, 0}.key();
    RandomStream random(seed_, replication_, Purpose::cache_hits, key.id, key.sub ^ kNear);
    for (std::size_t target = 1; target < expected_.size(); ++target)
      if (expected_[target].trials > 0 && left_[target].lookups > 0) draw(target, random);
  }

 private:
  void expect_rows(const NearTable& table, const Bags& bags) {
    const double hit = table.hit_ratio;
    const double all = bags.lookups();
    const double vector = static_cast<double>(table.vector.count);
    const double measured = static_cast<double>(table.measured.count());
    const double found = bags.with_any(hit);
    for (const RowHolder& holder : table.holders) {
      Expected& e = expected_[holder.target];
      const double asked = all * holder.share;
      const double missed = asked * (1 - hit);
      double left = bags.with_any(holder.share * (1 - hit));
      // Of a whole table, bags without a lookup go with the others. Its vectors are partial sums where a bag has both.
      const double partly = std::max(0.0, left + found - bags.not_empty());
      if (table.is_whole()) left += bags.empty_with(hit, all);
      e.trials += asked;
      e.misses += missed;
      e.left.add(holder.costs, missed, left);
      e.left.row_ps += measured * holder.share * (1 - hit);
      e.left.response += left * vector;
      e.left.partial += (table.is_whole() ? partly : left) * vector;
      e.found.add(table.near, asked - missed, found * holder.share);
      e.found.row_ps += measured * holder.share * hit;
      e.found.partial += (table.is_whole() ? partly : found * holder.share) * vector;
    }
  }

  void expect_bags(const NearTable& table, const Bags& bags) {
    const double hit = table.hit_ratio;
    const double all = bags.lookups();
    const double vector = static_cast<double>(table.vector.count);
    for (const RowHolder& holder : table.holders) {
      Expected& e = expected_[holder.target];
      const double asked = table.is_whole() ? bags.not_empty() : bags.with_any(holder.share);
      double left = asked * (1 - hit);
      e.trials += asked;
      e.misses += left;
      if (table.is_whole()) left += bags.empty_with(hit, bags.not_empty());
      e.left.add(holder.costs, all * holder.share * (1 - hit), left);
      e.left.row_ps += static_cast<double>(table.measured.count()) * holder.share * (1 - hit);
      e.left.response += left * vector;
      if (!table.is_whole()) e.left.partial += left * vector;
      const double found = bags.not_empty() * hit * holder.share;
      e.found.add(table.near, found, found);
    }
  }

  // How many are missing is drawn for all tables of a target at once: each has the mean of their chances. All else is
  // as expected, in proportion.
  void draw(std::size_t target, RandomStream& random) {
    const Expected& e = expected_[target];
    Demand& d = left_[target];
    const std::int64_t trials =
        tables_.keeps_rows() ? d.lookups : std::clamp<std::int64_t>(std::llround(e.trials), 1, d.lookups);
    const std::int64_t misses = binomial_number(random, trials, std::clamp(e.misses / e.trials, 0.0, 1.0));
    counts_.lookups += trials;
    counts_.hits += trials - misses;
    if (misses == trials) return;
    add_found(e, static_cast<double>(trials - misses) / (e.trials - e.misses));
    const Demand asked = d;
    d = {};
    if (misses > 0) leave(e, static_cast<double>(misses) / e.misses, asked, d);
  }

  void add_found(const Expected& e, double factor) {
    Demand& local = left_.front();
    local.lookups += scaled_count(e.found.lookups, factor);
    local.bags += scaled_count(e.found.bags, factor);
    local.gather_ps += (e.found.row_ps + e.found.bag_ps) * factor;
    local.traffic.count += scaled_count(e.found.traffic, factor);
    local.partial.count += scaled_count(e.found.partial, factor);
  }

  static void leave(const Expected& e, double factor, const Demand& asked, Demand& d) {
    d.lookups = std::clamp<std::int64_t>(scaled_count(e.left.lookups, factor), 1, asked.lookups);
    d.bags = std::clamp<std::int64_t>(scaled_count(e.left.bags, factor), 1, asked.bags);
    const double bags = static_cast<double>(d.bags) / e.left.bags;
    d.gather_ps = e.left.row_ps * factor + e.left.bag_ps * bags;
    d.traffic.count = scaled_count(e.left.traffic, factor);
    d.request = asked_bytes(d.lookups, d.lookups, d.bags, false);
    d.response.count = scaled_count(e.left.response, bags);
    d.partial.count = scaled_count(e.left.partial, bags);
  }

  std::vector<Expected> expected_;  // by target
  std::uint64_t seed_;
  std::uint32_t replication_;
};

}  // namespace

std::unique_ptr<NearCache> analytic_near_cache(const NearTables& tables, std::uint64_t seed,
                                               std::uint32_t replication) {
  return std::make_unique<AnalyticNearCache>(tables, seed, replication);
}

}  // namespace shardsim
