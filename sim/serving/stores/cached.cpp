// SPDX-License-Identifier: Apache-2.0
#include <unordered_map>

#include "caches/capacity_split.hpp"
#include "config/error.hpp"
#include "serving/tiered_store.hpp"

namespace shardsim {
namespace {

/// How what a cache answers is found out.
///   analytic  by formula, from how popular rows are; hits are drawn for each gather
///   exact     row by row, from an empty cache on
enum class CacheMode { analytic, exact };

}  // namespace

template <>
struct EnumNames<CacheMode> {
  static constexpr std::array<std::pair<CacheMode, std::string_view>, 2> names{
      {{CacheMode::analytic, "analytic"}, {CacheMode::exact, "exact"}}};
};

namespace {

// What both modes have beside the cache.
struct CacheCosts {
  Duration lookup_time{};  // of one row, on a core
  std::optional<Share> threshold;
};

// What a gather of so many lookups comes to.
void settle(const CacheCosts& costs, const CacheCounts& counts, Fetch& fetch, CacheTotals& totals) {
  fetch.looking = costs.lookup_time * counts.lookups;
  if (!costs.threshold || counts.hit_ratio() < costs.threshold->of_one) return;
  fetch.waits = false;
  for (const Fetch::Part& part : fetch.parts) totals.tiers[part.tier].defaulted += part.read.rows;
}

class AnalyticCache final : public TieredStore {
 public:
  AnalyticCache(const StoreSetup& setup, const CacheCosts& costs) : TieredStore(setup), costs_(costs) {}

  Fetch look_up(const GatherOpList& list, Time now, RandomStream random) override {
    const CacheCounts before = seen();
    Fetch fetch = TieredStore::look_up(list, now, random);
    const CacheCounts after = seen();
    settle(costs_, {after.lookups - before.lookups, after.hits - before.hits}, fetch, totals_);
    return fetch;
  }

 private:
  CacheCounts seen() const {
    CacheCounts all;
    for (const TierCounts& tier : totals_.tiers) all += tier.all;
    return all;
  }
  CacheCosts costs_;
};

class ExactCache final : public TieredStore {
 public:
  /// `caches`: one for each table, or one for all.
  ExactCache(const StoreSetup& setup, const CacheCosts& costs, std::vector<std::unique_ptr<RowCache>> caches)
      : TieredStore(setup), costs_(costs), tables_(setup.tables), caches_(std::move(caches)) {
    for (std::size_t i = 0; i < tables_.size(); ++i) place_of_[tables_[i].number] = i;
    asked_.resize(setup.platform.tiers.size());
  }

  void expect(const GatherOpList& list) override {
    for_each(list, [](RowCache& cache, std::size_t t, std::int64_t row) { cache.pin(t, row); });
  }
  void forget(const GatherOpList& list) override {
    for_each(list, [](RowCache& cache, std::size_t t, std::int64_t row) { cache.unpin(t, row); });
  }

  Fetch look_up(const GatherOpList& list, Time now, RandomStream) override {
    for (Asked& asked : asked_) asked = {};
    for_each(list, [this](RowCache& cache, std::size_t t, std::int64_t row) { access(cache, t, row); });
    forget(list);
    Fetch fetch;
    CacheCounts all;
    for (std::size_t tier = 0; tier < asked_.size(); ++tier) {
      const Asked& asked = asked_[tier];
      if (asked.counts.lookups == 0) continue;
      note(now, tier, asked.counts);
      all += asked.counts;
      read(fetch, asked.misses, asked.counts.lookups - asked.counts.hits);
    }
    settle(costs_, all, fetch, totals_);
    return fetch;
  }

 private:
  struct Asked {
    CacheCounts counts;
    TierDemand misses;
  };

  // Each row that is not in memory: with its cache, and the place of its table among `tables_`.
  template <class Use>
  void for_each(const GatherOpList& list, const Use& use) {
    for (const AskedRow& asked : list.rows) {
      const std::size_t t = place_of_.at(asked.table);
      if (!tables_[t].in_memory(asked.row)) use(*caches_[caches_.size() == 1 ? 0 : t], t, asked.row);
    }
  }

  void access(RowCache& cache, std::size_t t, std::int64_t row) {
    const TieredTable& table = tables_[t];
    Asked& asked = asked_[table.tier];
    ++asked.counts.lookups;
    if (cache.access(t, row)) {
      ++asked.counts.hits;
      return;
    }
    asked.misses.tier = table.tier;
    asked.misses.misses += 1;
    asked.misses.moved += static_cast<double>(table.moved.count);
    asked.misses.core_ps += table.core_ps;
  }

  CacheCosts costs_;
  std::span<const TieredTable> tables_;
  std::unordered_map<std::size_t, std::size_t> place_of_;  // by number of the table
  std::vector<std::unique_ptr<RowCache>> caches_;
  std::vector<Asked> asked_;  // of one gather, by tier
};

class CachedStoreSpec final : public StoreSpec {
 public:
  Choice<CachePolicy> policy;
  std::optional<Bytes> capacity;
  std::optional<Share> share;
  CapacitySplit split = CapacitySplit::shared;
  CacheMode mode = CacheMode::analytic;
  Bytes overhead;
  Duration lookup_time{};
  std::optional<Share> hit_rate_threshold;
  bool prefetch = false;

  RowCosts costs(const Table& table, const Platform& platform) const override { return memory_costs(table, platform); }
  bool wants_rows() const override { return mode == CacheMode::exact; }
  bool wants_laws() const override { return true; }
  bool prefetches() const override { return prefetch; }
  Bytes row_overhead() const override { return overhead; }

  std::optional<Bytes> cache_capacity() const override { return capacity; }
  Bytes cache_bytes(std::span<const TieredTable> tables) const override {
    Bytes whole;
    for (const TieredTable& t : tables) whole += Bytes{t.rows * (t.row + overhead).count};
    if (share) return {std::llround(static_cast<double>(whole.count) * share->of_one)};
    return std::min(*capacity, whole);
  }

  void expect_hits(std::span<TieredTable> tables) const override {
    if (tables.empty()) return;
    const bool exact = mode == CacheMode::exact;  // whoever plans is told what is known all the same
    for (const TieredTable& t : tables)
      if (t.law == nullptr && exact)
        return;
      else if (t.law == nullptr)
        throw ScenarioError("/serving/store/cache_mode",
                            fmt::format("nothing says how popular the rows of table {} are, which 'analytic' has to "
                                        "know: give 'traffic.rows' a popularity, or the table its own",
                                        in_quotes(t.name)));
    const HitRatios hits = hit_ratios_of(split, *policy, cached(tables), cache_bytes(tables));
    if (!hits.by_table && exact) return;
    if (!hits.by_table)
      throw ScenarioError(
          "/serving/store/policy",
          fmt::format("there is no formula for it, because {}; use 'cache_mode' 'exact'", hits.why_not));
    for (std::size_t i = 0; i < tables.size(); ++i) tables[i].hit_ratio = (*hits.by_table)[i];
  }

  std::unique_ptr<Store> make(const StoreSetup& setup) const override {
    const CacheCosts costs{lookup_time, hit_rate_threshold};
    if (mode == CacheMode::analytic || setup.tables.empty()) return std::make_unique<AnalyticCache>(setup, costs);
    CacheSetup caches{cache_bytes(setup.tables), cached(setup.tables), {}};
    caches.rank_of = [tables = setup.tables](std::size_t table, std::int64_t row) {
      return tables[table].rank_of(row);
    };
    std::vector<std::unique_ptr<RowCache>> made;
    if (split == CapacitySplit::shared)
      made.push_back(policy->exact(caches));
    else
      for (const Bytes part : split_capacity(split, *policy, caches.tables, caches.capacity)) {
        caches.capacity = part;
        made.push_back(policy->exact(caches));
      }
    return std::make_unique<ExactCache>(setup, costs, std::move(made));
  }

 private:
  std::vector<CachedTable> cached(std::span<const TieredTable> tables) const {
    std::vector<CachedTable> out;
    for (const TieredTable& t : tables) out.push_back({t.rows, t.row + overhead, t.lookups, t.law.get()});
    return out;
  }
};

}  // namespace

template <>
void describe(Describe<CachedStoreSpec>& d) {
  d.object("cached", "rows that the plan puts in another tier than memory are looked for in a cache in memory first");
  d.required("policy", &CachedStoreSpec::policy, "which rows the cache keeps");
  d.optional("capacity", &CachedStoreSpec::capacity,
             "of the cache of each server, at most; its memory is taken from the host's");
  d.optional("share", &CachedStoreSpec::share, "instead: its capacity as a share of what the server has in other tiers")
      .more_than(Share{0})
      .at_most(Share{1});
  d.optional(
      "split", &CachedStoreSpec::split,
      "whether all tables of a server share its cache, or each has a part of it: an equal one, one by its lookups, "
      "or one by what more bytes bring it");
  d.optional("cache_mode", &CachedStoreSpec::mode,
             "analytic: hits by formula, from how popular rows are; exact: row by row, from an empty cache on; needs "
             "'traffic.rows' or a trace with rows");
  d.optional("row_overhead", &CachedStoreSpec::overhead,
             "memory that a row takes beside its own bytes, in memory and in the cache");
  d.optional("prefetch", &CachedStoreSpec::prefetch, kPrefetchDoc);
  d.optional("lookup_time", &CachedStoreSpec::lookup_time, "core time of looking for one row in the cache");
  d.optional(
       "hit_rate_threshold", &CachedStoreSpec::hit_rate_threshold,
       "a gather of which the cache answers at least this share goes on without the other rows, which come to the "
       "cache meanwhile; left out: it waits for them")
      .at_most(Share{1});
  d.check([](const CachedStoreSpec& s) -> std::optional<Complaint> {
    if (s.capacity && s.share) return Complaint{"share", "is given beside 'capacity'; expected one of them"};
    if (!s.capacity && !s.share) return Complaint{"capacity", "is missing: give 'capacity' or 'share'"};
    if (s.capacity && s.capacity->count <= 0) return Complaint{"capacity", "expected more than 0"};
    return std::nullopt;
  });
}

namespace stores {
Alternative<StoreSpec> cached() { return alternative<CachedStoreSpec, StoreSpec>(); }
}  // namespace stores

}  // namespace shardsim
