// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "caches/evicting_cache.hpp"
#include "caches/invalidation.hpp"
#include "caches/row_counts.hpp"
#include "caches/top_rows.hpp"

namespace shardsim {
namespace {

// One list in the order in which rows are dropped: by count, and among equal counts who has had its count the longest.
class LfuEviction {
 public:
  static constexpr std::uint32_t lists = 1;
  LfuEviction(const CacheEntries& entries, std::optional<std::int64_t> halve_every)
      : halve_every_(halve_every), counts_(entries.numbers()) {}

  void touched(CacheEntries& entries, std::uint32_t entry) {
    unlink(entries, entry);
    link(entries, entry, counts_[entry] + 1);
    looked_up(entries);
  }
  void missed(CacheEntries& entries, RowKey key) {
    others_.set(key, others_.of(key) + 1);
    looked_up(entries);
  }
  void inserted(CacheEntries& entries, std::uint32_t entry) {
    const RowKey key = entries.key(entry);
    link(entries, entry, others_.of(key));
    others_.set(key, 0);
  }
  void leaves(CacheEntries& entries, std::uint32_t entry) {
    unlink(entries, entry);
    others_.set(entries.key(entry), counts_[entry]);
  }
  std::uint32_t victim(CacheEntries& entries) { return entries.front(0); }
  // A row that was asked for less than one that would have to go stays out.
  bool makes_room(const CacheEntries& entries, RowKey key, std::int64_t bytes) const {
    std::uint32_t last = entries.front(0);
    while ((bytes -= entries.row_bytes(entries.key(last))) > 0) last = entries.after(last);
    return counts_[last] <= others_.of(key);
  }

 private:
  void link(CacheEntries& entries, std::uint32_t entry, std::uint64_t count) {
    counts_[entry] = count;
    const auto above = last_.upper_bound(count);
    if (above == last_.begin())
      entries.push_front(0, entry);
    else
      entries.insert_after(std::prev(above)->second, entry);
    last_.insert_or_assign(above, count, entry);
  }
  void unlink(CacheEntries& entries, std::uint32_t entry) {
    const auto last = last_.find(counts_[entry]);
    if (last->second == entry) {
      const std::uint32_t before = entries.before(entry);
      if (before != 0 && counts_[before] == counts_[entry])
        last->second = before;
      else
        last_.erase(last);
    }
    entries.unlink(entry);
  }
  // The order stays: what had the lower count goes first among those that are equal now.
  void looked_up(CacheEntries& entries) {
    if (!halve_every_ || ++lookups_ < *halve_every_) return;
    lookups_ = 0;
    others_.halve();
    last_.clear();
    for (std::uint32_t entry = entries.front(0); entry != 0; entry = entries.after(entry))
      last_.insert_or_assign(last_.end(), counts_[entry] /= 2, entry);
  }

  std::optional<std::int64_t> halve_every_;
  std::int64_t lookups_ = 0;
  LazyArray<std::uint64_t> counts_;              // of those in the cache
  RowCounts others_;                             // of those that are not
  std::map<std::uint64_t, std::uint32_t> last_;  // of each count: some hundred or thousand
};

class Lfu final : public CachePolicy, public AdmissionFields {
 public:
  std::optional<std::int64_t> halve_every;

  std::unique_ptr<RowCache> exact(const CacheSetup& setup) const override {
    return std::make_unique<EvictingCache<LfuEviction>>(setup, *this, halve_every);
  }
  HitRatios formula(std::span<const BandedTable> banded, Bytes capacity) const override {
    if (halve_every) return {{}, "no formula is known of counts that are halved"};
    if (is_written(banded)) return {{}, "no formula is known of counts where rows are dropped when they are written"};
    const std::vector<CachedTable> tables = without_bands(banded);
    return {top_hits(tables, top_rows(tables, capacity, TopBy::lookups)), {}};
  }
};

}  // namespace

template <>
void describe(Describe<Lfu>& d) {
  d.object("lfu",
           "drops the row with the fewest lookups so far, counted also of rows that are not there; among equal counts "
           "the one that reached its count first. A row with fewer than those it would replace stays out. By formula: "
           "the limit, in which the most popular rows are there, whatever their sizes");
  d.optional("halve_every", &Lfu::halve_every,
             "lookups, of all rows together, after which all counts are halved, so that what was popular is forgotten; "
             "left out: never")
      .at_least(1);
  describe_admission(d);
}

namespace cache_policies {
Alternative<CachePolicy> lfu() { return alternative<Lfu, CachePolicy>(); }
}  // namespace cache_policies

}  // namespace shardsim
