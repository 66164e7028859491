// SPDX-License-Identifier: Apache-2.0
#include "caches/evicting_cache.hpp"
#include "caches/invalidation.hpp"

namespace shardsim {
namespace {

struct LruEviction : QueueEviction {
  using QueueEviction::QueueEviction;
  void touched(CacheEntries& entries, std::uint32_t entry) {
    entries.unlink(entry);
    entries.push_back(0, entry);
  }
};

class Lru final : public CachePolicy, public AdmissionFields {
 public:
  std::unique_ptr<RowCache> exact(const CacheSetup& setup) const override {
    return std::make_unique<EvictingCache<LruEviction>>(setup, *this);
  }
  HitRatios formula(std::span<const BandedTable> tables, Bytes capacity) const override {
    return hits_of_stays(tables, capacity, {lru_hits, admission_window, {1.0}, lru_present});
  }
};

}  // namespace

template <>
void describe(Describe<Lru>& d) {
  d.object("lru", "drops the row that was not used for the longest time; by formula: Che's approximation");
  describe_admission(d);
}

namespace cache_policies {
Alternative<CachePolicy> lru() { return alternative<Lru, CachePolicy>(); }
}  // namespace cache_policies

}  // namespace shardsim
