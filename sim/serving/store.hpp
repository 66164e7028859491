// SPDX-License-Identifier: Apache-2.0
// Where the rows of a server's tables come from: the interface of stores/.
#pragma once

#include <boost/container/small_vector.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include "cluster/platform.hpp"
#include "config/choice.hpp"
#include "serving/cache_totals.hpp"
#include "serving/slot.hpp"
#include "serving/tiers.hpp"

namespace shardsim {

struct Demand;
struct GatherOpList;
/// A demand's gather, operator by operator and tier by tier; null where nobody wants to know.
using GatherOps = boost::intrusive_ptr<const GatherOpList>;

/// What it takes to gather rows of a table, as far as that is the same for every row and known beforehand.
struct RowCosts {
  double distinct_ps = 0;   ///< core time of a row
  double duplicate_ps = 0;  ///< of a row that was gathered already for this batch
  double bag_ps = 0;        ///< of a bag, beside its rows
  Bytes traffic;            ///< memory moved for a row
  auto operator<=>(const RowCosts&) const = default;
};

/// What a gather reads that is not in memory.
struct Fetch {
  struct Part {
    std::size_t tier = 0;
    TierRead read;
  };
  boost::container::small_vector<Part, 2> parts;
  Duration looking{};  ///< core time of looking in the cache
  Duration asking{};   ///< core time of asking the tiers, or of waiting for them with a core
  bool waits = true;   ///< false: goes on without the rows, which come to the cache later
};

/// The tables of one server.
class Store {
 public:
  virtual ~Store() = default;
  /// `co_await store.gather(...)`: until the rows are gathered and pooled. `ops`: null where one core gathers all, and
  /// all is in memory.
  virtual Slot::Working gather(Slot& slot, Server& server, const Demand& demand, const GatherOpList* ops) = 0;
  /// A gather of these has come to the server and will be looked up, or forgotten: its rows will be needed.
  virtual void expect(const GatherOpList&) {}
  virtual void forget(const GatherOpList&) {}
  /// Begins to fetch, for a gather that comes later.
  virtual void prefetch(Context&, const Activity&, Server&, const GatherOps&) {}
  /// Looks for rows that are not in memory, and takes those that are missing into the cache. `random`: for this gather
  /// alone.
  virtual Fetch look_up(const GatherOpList& list, Time now, RandomStream random) = 0;
  /// These rows are written in their tier: copies of them in a cache are dropped. How many there were.
  virtual std::int64_t invalidate(std::span<const AskedRow>) { return 0; }
  /// All rows are others from now on: a cache that is told row by row begins anew.
  virtual void begin_anew() {}
  /// What look_up() came to; null: it was never called.
  virtual const CacheTotals* totals() const = 0;
};

/// What a store is made of.
struct StoreSetup {
  const Platform& platform;
  int inter_op = 1;                     ///< tables that are gathered from at the same time, at least 1
  std::span<const TieredTable> tables;  ///< those that are not all in memory; they outlive the store
};

class StoreSpec {
 public:
  virtual ~StoreSpec() = default;
  /// The sums of a Demand are made of these.
  virtual RowCosts costs(const Table& table, const Platform& platform) const = 0;
  /// Whether its gather() wants to know table by table.
  virtual bool wants_tables() const { return false; }
  /// Whether look_up() wants to know which rows of tables that are not all in memory.
  virtual bool wants_rows() const { return false; }
  /// Whether it has to know how popular the rows of these tables are.
  virtual bool wants_laws() const { return false; }
  /// Whether rows that a net needs of the main shard are fetched while the net before it runs.
  virtual bool prefetches() const { return false; }
  /// Memory that a row takes beside its own bytes.
  virtual Bytes row_overhead() const { return {}; }
  /// The capacity of its cache, where that is given in bytes.
  virtual std::optional<Bytes> cache_capacity() const { return std::nullopt; }
  /// Memory that its cache takes on a server with these tables.
  virtual Bytes cache_bytes(std::span<const TieredTable>) const { return {}; }
  /// Sets what its cache is expected to answer of the lookups in each of the tables.
  virtual void expect_hits(std::span<TieredTable>) const {}
  virtual std::unique_ptr<Store> make(const StoreSetup& setup) const = 0;
};

/// By service, the tables that are not all in memory, with the hits that are expected of the store's cache.
std::vector<std::vector<TieredTable>> tiered_by_service(const ShardingPlan& plan, const Model& model,
                                                        const std::vector<const Platform*>& platforms,
                                                        const StoreSpec& store, const TableUse& use);

/// Memory that tables take on a server: their rows, overheads, and the store's cache.
Bytes memory_of(const std::vector<Placement>& placements, const Model& model, const StoreSpec& store,
                std::span<const TieredTable> tiered);

const Registry<StoreSpec>& store_registry();

template <>
struct ChoiceTraits<StoreSpec> {
  static constexpr const char* name = "store";
  static constexpr const char* doc = "where the rows of tables come from";
  static constexpr const char* tag = "type";
  static const Registry<StoreSpec>& registry() { return store_registry(); }
};

}  // namespace shardsim
