// SPDX-License-Identifier: Apache-2.0
// Where the dense layers of a batch run, and where its local tables are gathered: the interface of executors/.
#pragma once

#include "cluster/platform.hpp"
#include "config/choice.hpp"
#include "serving/batch_queue.hpp"
#include "serving/queue_policy.hpp"
#include "serving/slot.hpp"
#include "serving/store.hpp"

namespace shardsim {

/// A net of a batch, as its executor sees it.
struct NetRun {
  std::size_t net = 0;
  std::int64_t rows = 0;  ///< items, or 1 where the net is evaluated once a query
  int items = 0;          ///< of the batch
  const Urgency& urgency;
  Store& store;         ///< main's own
  const Demand& local;  ///< of main's own tables
  const GatherOpList* local_ops = nullptr;
  bool asks = false;     ///< whether sparse shards are asked for some
  bool refused = false;  ///< set by an executor that has no room: the query fails
};

/// Runs the nets of batches, for all replicas of main. What it returns is awaited; each net has the three in this
/// order.
class Executor {
 public:
  /// Who runs the batches of a query, and how many items they have at most.
  struct Way {
    Executor* executor = nullptr;
    int batch_items = 0;
  };

  virtual ~Executor() = default;
  /// `batch_items`: of the batches that a query is cut in on cores.
  virtual Way way_of(int /*items*/, int batch_items) { return {this, batch_items}; }
  /// The layers that need no answer.
  virtual Slot::Working bottom(Slot& slot, Server& server, NetRun& run) = 0;
  virtual Slot::Working gather(Slot& slot, Server& server, NetRun& run) {
    return run.store.gather(slot, server, run.local, run.local_ops);
  }
  /// The layers that need all answers.
  virtual Slot::Working top(Slot& slot, Server& server, NetRun& run) = 0;

  /// Lookups in main's tables on a host's accelerators, and how many of them were in their cache.
  virtual CacheCounts cache_counts(const Host&) const { return {}; }
  /// What came of the lines before a host's devices; null: it has none.
  virtual const BatchQueue::Totals* queue_totals(const Host&) const { return nullptr; }
};

/// How one dense operator is spread over cores: on each of n, 1 / (n * efficiency) of its time on one.
struct IntraOp {
  int cores = 1;
  double efficiency = 1;  ///< in (0, 1]
};
template <>
void describe(Describe<IntraOp>& d);

/// What an executor does with a net for which the line before the device has no room.
enum class WhenFull { core, refuse };
template <>
struct EnumNames<WhenFull> {
  static constexpr std::array<std::pair<WhenFull, std::string_view>, 2> names{
      {{WhenFull::core, "core"}, {WhenFull::refuse, "refuse"}}};
};

/// What an executor is made of; all that is named outlives it.
struct ExecutorSetup {
  Context& context;
  const Model& model;
  const Platform& platform;  ///< main's
  IntraOp intra_op;
  const QueuePolicy& queue;
  const ShardingPlan& plan;
  const TableUse& use;
  int batch_items = 1;  ///< of the batches that queries are cut in on cores
  // Given by a `batching` executor:
  std::optional<BatchRules> rules{};
  WhenFull when_full = WhenFull::core;
};

class ExecutorSpec {
 public:
  virtual ~ExecutorSpec() = default;
  /// Whether it has to know how tables are used.
  virtual bool wants_use() const { return false; }
  /// Throws ScenarioError where the platform has no such device, InfeasibleError where it is too small.
  virtual std::unique_ptr<Executor> make(const ExecutorSetup& setup) const = 0;
};

const Registry<ExecutorSpec>& executor_registry();

template <>
struct ChoiceTraits<ExecutorSpec> {
  static constexpr const char* name = "executor";
  static constexpr const char* doc = "where the dense layers of a batch run";
  static constexpr const char* tag = "type";
  static const Registry<ExecutorSpec>& registry() { return executor_registry(); }
};

/// On a core of the server, at once.
std::unique_ptr<Executor> core_executor(const Model& model, const Platform& platform, IntraOp intra_op);

}  // namespace shardsim
