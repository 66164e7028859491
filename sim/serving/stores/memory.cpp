// SPDX-License-Identifier: Apache-2.0
#include "serving/demand.hpp"

namespace shardsim {
namespace {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(int inter_op) : inter_op_(inter_op) {}

  Slot::Working gather(Slot& slot, Server& server, const Demand& demand, const GatherOpList* ops) override {
    if (ops != nullptr) [[unlikely]]
      return gather_by_tables(slot, server, *ops);
    return slot.gather(server, from_picoseconds(demand.gather_ps), demand.traffic);
  }

 private:
  Slot::Working gather_by_tables(Slot& slot, Server& server, const GatherOpList& list) const {
    std::vector<Crew::Op> ops;
    for (const GatherOp& op : list.ops) ops.push_back({from_picoseconds(op.ps), op.traffic});
    return slot.run_crew(Step::gather, server, Work::sparse, std::move(ops), inter_op_);
  }
  int inter_op_;
};

class MemoryStoreSpec final : public StoreSpec {
 public:
  RowCosts costs(const Table& table, const Platform& platform) const override {
    return {lookup_ps(table, platform.lookup), duplicate_ps(table, platform.lookup),
            static_cast<double>(platform.lookup.bag_time.count()), lookup_traffic(table)};
  }
  std::unique_ptr<Store> make(const Platform&, int inter_op) const override {
    return std::make_unique<MemoryStore>(inter_op);
  }
};

}  // namespace

template <>
void describe(Describe<MemoryStoreSpec>& d) {
  d.object("memory", "all tables are in the memory of their server's host");
}

namespace stores {
Alternative<StoreSpec> memory() { return alternative<MemoryStoreSpec, StoreSpec>(); }
}  // namespace stores

}  // namespace shardsim
