// SPDX-License-Identifier: Apache-2.0
#include "caches/evicting_cache.hpp"
#include "caches/invalidation.hpp"

namespace shardsim {
namespace {

struct FifoEviction : QueueEviction {
  using QueueEviction::QueueEviction;
  void touched(CacheEntries&, std::uint32_t) {}
};

class Fifo final : public CachePolicy, public AdmissionFields {
 public:
  std::unique_ptr<RowCache> exact(const CacheSetup& setup) const override {
    return std::make_unique<EvictingCache<FifoEviction>>(setup, *this);
  }
  HitRatios formula(std::span<const BandedTable> tables, Bytes capacity) const override {
    return hits_of_stays(tables, capacity, {fifo_hits, admission_window, {1.0}, fifo_present});
  }
};

}  // namespace

template <>
void describe(Describe<Fifo>& d) {
  d.object("fifo", "drops the row that came in first; by formula: as Che's approximation, after Gelenbe and Martina");
  describe_admission(d);
}

namespace cache_policies {
Alternative<CachePolicy> fifo() { return alternative<Fifo, CachePolicy>(); }
}  // namespace cache_policies

}  // namespace shardsim
