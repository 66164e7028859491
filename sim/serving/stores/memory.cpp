// SPDX-License-Identifier: Apache-2.0
#include "serving/tiered_store.hpp"

namespace shardsim {
namespace {

class MemoryStoreSpec final : public StoreSpec {
 public:
  Bytes overhead;
  bool prefetch = false;

  RowCosts costs(const Table& table, const Platform& platform) const override { return memory_costs(table, platform); }
  bool prefetches() const override { return prefetch; }
  Bytes row_overhead() const override { return overhead; }
  std::unique_ptr<Store> make(const StoreSetup& setup) const override { return std::make_unique<TieredStore>(setup); }
};

}  // namespace

template <>
void describe(Describe<MemoryStoreSpec>& d) {
  d.object("memory",
           "tables are in the memory of their server's host; rows that the plan puts in another tier are read from "
           "there each time");
  d.optional("row_overhead", &MemoryStoreSpec::overhead,
             "memory that a row takes beside its own bytes, as in a hash map of keys and rows");
  d.optional("prefetch", &MemoryStoreSpec::prefetch, kPrefetchDoc);
}

namespace stores {
Alternative<StoreSpec> memory() { return alternative<MemoryStoreSpec, StoreSpec>(); }
}  // namespace stores

}  // namespace shardsim
