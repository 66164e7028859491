// SPDX-License-Identifier: Apache-2.0
#include "caches/evicting_cache.hpp"
#include "caches/row_counts.hpp"

namespace shardsim {
namespace {

// Two queues as of LRU: rows that nobody waits for, and rows that somebody does.
class PendingFirstEviction {
 public:
  static constexpr std::uint32_t lists = 2;
  explicit PendingFirstEviction(const CacheEntries&) {}

  void touched(CacheEntries& entries, std::uint32_t entry) {
    entries.unlink(entry);
    entries.push_back(list_of(entries.key(entry)), entry);
  }
  void missed(CacheEntries&, RowKey) {}
  void inserted(CacheEntries& entries, std::uint32_t entry) { join(entries, entry); }
  void leaves(CacheEntries& entries, std::uint32_t entry) {
    const RowKey key = entries.key(entry);
    entries.unlink(entry);
    if (list_of(key) == kFree) free_bytes_ -= entries.row_bytes(key);
  }
  std::uint32_t victim(CacheEntries& entries) {
    const std::uint32_t first = entries.front(kFree);
    return first != 0 ? first : entries.front(kPending);
  }
  // For a row that nobody waits for, none goes that somebody does.
  bool makes_room(const CacheEntries&, RowKey key, std::int64_t bytes) const {
    return list_of(key) == kPending || bytes <= free_bytes_;
  }

  void pin(CacheEntries& entries, RowKey key) {
    change(entries, key, [](std::uint64_t pins) { return pins + 1; });
  }
  void unpin(CacheEntries& entries, RowKey key) {
    change(entries, key, [](std::uint64_t pins) { return pins > 0 ? pins - 1 : 0; });
  }

 private:
  static constexpr std::uint32_t kFree = 0;
  static constexpr std::uint32_t kPending = 1;
  std::uint32_t list_of(RowKey key) const { return pins_.of(key) > 0 ? kPending : kFree; }

  void join(CacheEntries& entries, std::uint32_t entry) {
    const RowKey key = entries.key(entry);
    entries.push_back(list_of(key), entry);
    if (list_of(key) == kFree) free_bytes_ += entries.row_bytes(key);
  }
  template <class Change>
  void change(CacheEntries& entries, RowKey key, const Change& by) {
    const std::uint64_t before = pins_.of(key);
    const std::uint64_t after = by(before);
    const std::uint32_t entry = (before > 0) != (after > 0) ? entries.find(key) : 0;
    if (entry != 0) leaves(entries, entry);
    pins_.set(key, after);
    if (entry != 0) join(entries, entry);
  }

  RowCounts pins_;
  std::int64_t free_bytes_ = 0;
};

class PendingFirstCache final : public EvictingCache<PendingFirstEviction> {
 public:
  using EvictingCache::EvictingCache;
  void pin(std::size_t table, std::int64_t row) override { eviction().pin(held(), row_key(table, row)); }
  void unpin(std::size_t table, std::int64_t row) override { eviction().unpin(held(), row_key(table, row)); }
};

class PendingFirst final : public CachePolicy, public AdmissionFields {
 public:
  std::unique_ptr<RowCache> exact(const CacheSetup& setup) const override {
    return std::make_unique<PendingFirstCache>(setup, *this);
  }
  HitRatios formula(std::span<const BandedTable>, Bytes) const override {
    return {{}, "what 'pending-first' keeps depends on who waits"};
  }
};

}  // namespace

template <>
void describe(Describe<PendingFirst>& d) {
  d.object("pending-first",
           "as 'lru', but a row that a waiting request will need is dropped only for another such row, and when there "
           "are no others. A row that is no longer waited for counts as used just then. No formula");
  describe_admission(d);
}

namespace cache_policies {
Alternative<CachePolicy> pending_first() { return alternative<PendingFirst, CachePolicy>(); }
}  // namespace cache_policies

}  // namespace shardsim
