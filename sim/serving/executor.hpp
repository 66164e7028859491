// SPDX-License-Identifier: Apache-2.0
// Where the dense layers of a batch run: the interface of executors/.
#pragma once

#include "cluster/platform.hpp"
#include "config/choice.hpp"
#include "serving/slot.hpp"

namespace shardsim {

/// What is to be run: the dense layers of a net before its answers (Step::bottom) or after them (Step::top).
struct DenseOp {
  Step step;
  std::size_t net;
  std::int64_t rows;  ///< items, or 1 where the net is evaluated once a query
};

/// Runs dense layers, for all replicas of a service.
class Executor {
 public:
  virtual ~Executor() = default;
  /// `co_await executor.run(...)`: until the layers are done.
  virtual Slot::Working run(Slot& slot, Server& server, const DenseOp& op) = 0;
};

/// How one dense operator is spread over cores: on each of n, 1 / (n * efficiency) of its time on one.
struct IntraOp {
  int cores = 1;
  double efficiency = 1;  ///< in (0, 1]
};
template <>
void describe(Describe<IntraOp>& d);

class ExecutorSpec {
 public:
  virtual ~ExecutorSpec() = default;
  /// `model` must outlive the executor.
  virtual std::unique_ptr<Executor> make(const Model& model, const Platform& platform, IntraOp intra_op) const = 0;
};

const Registry<ExecutorSpec>& executor_registry();

template <>
struct ChoiceTraits<ExecutorSpec> {
  static constexpr const char* name = "executor";
  static constexpr const char* doc = "where the dense layers of a batch run";
  static constexpr const char* tag = "type";
  static const Registry<ExecutorSpec>& registry() { return executor_registry(); }
};

}  // namespace shardsim
