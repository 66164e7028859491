// SPDX-License-Identifier: Apache-2.0
// Where the rows of a server's tables come from: the interface of stores/.
#pragma once

#include "cluster/platform.hpp"
#include "config/choice.hpp"
#include "serving/slot.hpp"

namespace shardsim {

struct Demand;
struct GatherOpList;

/// What it takes to gather rows of a table, as far as that is the same for every row and known beforehand.
struct RowCosts {
  double distinct_ps = 0;   ///< core time of a row
  double duplicate_ps = 0;  ///< of a row that was gathered already for this batch
  double bag_ps = 0;        ///< of a bag, beside its rows
  Bytes traffic;            ///< memory moved for a row
  auto operator<=>(const RowCosts&) const = default;
};

/// The tables of one server.
class Store {
 public:
  virtual ~Store() = default;
  /// `co_await store.gather(...)`: until the rows are gathered and pooled. `ops`: null where one core gathers all.
  virtual Slot::Working gather(Slot& slot, Server& server, const Demand& demand, const GatherOpList* ops) = 0;
};

class StoreSpec {
 public:
  virtual ~StoreSpec() = default;
  /// The sums of a Demand are made of these.
  virtual RowCosts costs(const Table& table, const Platform& platform) const = 0;
  /// Whether its gather() wants to know table by table.
  virtual bool wants_tables() const { return false; }
  /// `inter_op`: tables that are gathered from at the same time, at least 1.
  virtual std::unique_ptr<Store> make(const Platform& platform, int inter_op) const = 0;
};

const Registry<StoreSpec>& store_registry();

template <>
struct ChoiceTraits<StoreSpec> {
  static constexpr const char* name = "store";
  static constexpr const char* doc = "where the rows of tables come from";
  static constexpr const char* tag = "type";
  static const Registry<StoreSpec>& registry() { return store_registry(); }
};

}  // namespace shardsim
