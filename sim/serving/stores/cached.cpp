// SPDX-License-Identifier: Apache-2.0
#include <unordered_map>

#include "serving/cache_fields.hpp"
#include "serving/tiered_store.hpp"

namespace shardsim {
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

// One for each table, or one for all.
using RowCaches = std::vector<std::unique_ptr<RowCache>>;

class ExactCache final : public TieredStore {
 public:
  ExactCache(const StoreSetup& setup, const CacheCosts& costs, std::function<RowCaches()> make)
      : TieredStore(setup), costs_(costs), tables_(setup.tables), make_(std::move(make)), caches_(make_()) {
    for (std::size_t i = 0; i < tables_.size(); ++i) place_of_[tables_[i].number] = i;
    asked_.resize(setup.platform.tiers.size());
  }

  void expect(const GatherOpList& list) override {
    for_each(list, [](RowCache& cache, std::size_t t, std::int64_t row) { cache.pin(t, row); });
  }
  void forget(const GatherOpList& list) override {
    for_each(list, [](RowCache& cache, std::size_t t, std::int64_t row) { cache.unpin(t, row); });
  }

  std::int64_t invalidate(std::span<const AskedRow> rows) override {
    std::int64_t dropped = 0;
    for_each(rows,
             [&](RowCache& cache, std::size_t t, std::int64_t row) { dropped += cache.invalidate(t, row) ? 1 : 0; });
    return dropped;
  }
  void begin_anew() override { caches_ = make_(); }

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
    for_each(std::span<const AskedRow>(list.rows), use);
  }
  template <class Use>
  void for_each(std::span<const AskedRow> rows, const Use& use) {
    for (const AskedRow& asked : rows) {
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
  std::function<RowCaches()> make_;
  RowCaches caches_;
  std::vector<Asked> asked_;  // of one gather, by tier
};

class CachedStoreSpec final : public StoreSpec, public CacheFields {
 public:
  std::optional<Share> hit_rate_threshold;
  bool prefetch = false;

  RowCosts costs(const Table& table, const Platform& platform) const override { return memory_costs(table, platform); }
  bool wants_rows() const override { return is_exact(); }
  bool wants_laws() const override { return true; }
  bool prefetches() const override { return prefetch; }
  Bytes row_overhead() const override { return overhead; }

  std::optional<Bytes> cache_capacity() const override { return capacity; }
  Bytes cache_bytes(std::span<const TieredTable> tables) const override { return bytes_for(tables); }
  void expect_hits(std::span<TieredTable> tables) const override {
    set_hit_ratios(tables, bytes_for(tables), kPointer);
  }

  std::unique_ptr<Store> make(const StoreSetup& setup) const override {
    const CacheCosts costs{lookup_time, hit_rate_threshold};
    if (!is_exact() || setup.tables.empty()) return std::make_unique<AnalyticCache>(setup, costs);
    return std::make_unique<ExactCache>(setup, costs, [this, tables = setup.tables, bytes = bytes_for(setup.tables)] {
      return CacheFields::make(tables, bytes, kPointer);
    });
  }

 private:
  static constexpr const char* kPointer = "/serving/store";
};

}  // namespace

template <>
void describe(Describe<CachedStoreSpec>& d) {
  d.object("cached", "rows that the plan puts in another tier than memory are looked for in a cache in memory first");
  d.required("policy", &CachedStoreSpec::policy, "which rows the cache keeps");
  describe_cache(d, "what the server has in other tiers",
                 "memory that a row takes beside its own bytes, in memory and in the cache");
  d.optional("prefetch", &CachedStoreSpec::prefetch, kPrefetchDoc);
  d.optional(
       "hit_rate_threshold", &CachedStoreSpec::hit_rate_threshold,
       "a gather of which the cache answers at least this share goes on without the other rows, which come to the "
       "cache meanwhile; left out: it waits for them")
      .at_most(Share{1});
}

namespace stores {
Alternative<StoreSpec> cached() { return alternative<CachedStoreSpec, StoreSpec>(); }
}  // namespace stores

}  // namespace shardsim
