// SPDX-License-Identifier: Apache-2.0
#include "serving/executor.hpp"

namespace shardsim {
namespace {

class CoreExecutor final : public Executor {
 public:
  CoreExecutor(const Model& model, const Platform& platform, IntraOp intra_op) : intra_op_(intra_op) {
    for (const Net& net : model.nets) times_.push_back(dense_times(net, platform.core));
  }
  Slot::Working run(Slot& slot, Server& server, const DenseOp& op) override {
    const DenseTimes& times = times_[op.net];
    const Duration time = op.step == Step::bottom ? times.before(op.rows) : times.after(op.rows);
    if (intra_op_.cores > 1 && time > Duration::zero()) [[unlikely]]
      return run_on_several(slot, server, op.step, time);
    return slot.run(op.step, server, Work::dense, time);
  }

 private:
  Slot::Working run_on_several(Slot& slot, Server& server, Step step, Duration time) const {
    const Duration each = scaled(time, 1 / (intra_op_.cores * intra_op_.efficiency));
    return slot.run_crew(step, server, Work::dense, {static_cast<std::size_t>(intra_op_.cores), {each, Bytes{}}},
                         intra_op_.cores);
  }

  std::vector<DenseTimes> times_;
  IntraOp intra_op_;
};

class CoreExecutorSpec final : public ExecutorSpec {
 public:
  std::unique_ptr<Executor> make(const Model& model, const Platform& platform, IntraOp intra_op) const override {
    return std::make_unique<CoreExecutor>(model, platform, intra_op);
  }
};

}  // namespace

template <>
void describe(Describe<CoreExecutorSpec>& d) {
  d.object("core", "on a core of the main shard's host");
}

namespace executors {
Alternative<ExecutorSpec> core() { return alternative<CoreExecutorSpec, ExecutorSpec>(); }
}  // namespace executors

}  // namespace shardsim
