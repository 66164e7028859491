// SPDX-License-Identifier: Apache-2.0
#include "caches/evicting_cache.hpp"
#include "caches/invalidation.hpp"

namespace shardsim {
namespace {

// The hand is at the front of the list: what it passes goes to the back.
class ClockEviction : public QueueEviction {
 public:
  explicit ClockEviction(const CacheEntries& entries) : QueueEviction(entries), referenced_(entries.numbers()) {}
  void inserted(CacheEntries& entries, std::uint32_t entry) {
    referenced_[entry] = false;
    QueueEviction::inserted(entries, entry);
  }
  void touched(CacheEntries&, std::uint32_t entry) { referenced_[entry] = true; }
  std::uint32_t victim(CacheEntries& entries) {
    for (;;) {
      const std::uint32_t entry = entries.front(0);
      if (!referenced_[entry]) return entry;
      referenced_[entry] = false;
      entries.unlink(entry);
      entries.push_back(0, entry);
    }
  }

 private:
  LazyArray<bool> referenced_;
};

class Clock final : public CachePolicy, public AdmissionFields {
 public:
  std::unique_ptr<RowCache> exact(const CacheSetup& setup) const override {
    return std::make_unique<EvictingCache<ClockEviction>>(setup, *this);
  }
  HitRatios formula(std::span<const BandedTable> tables, Bytes capacity) const override {
    return hits_of_stays(tables, capacity, {clock_hits, admission_window, {1.0}, clock_present});
  }
};

}  // namespace

template <>
void describe(Describe<Clock>& d) {
  d.object("clock",
           "drops the first row that was not used since a hand passed it; new rows are behind the hand and count as "
           "not used. By formula: as Che's approximation, with the rounds of the hand");
  describe_admission(d);
}

namespace cache_policies {
Alternative<CachePolicy> clock() { return alternative<Clock, CachePolicy>(); }
}  // namespace cache_policies

}  // namespace shardsim
