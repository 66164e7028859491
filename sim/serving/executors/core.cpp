// SPDX-License-Identifier: Apache-2.0
#include "serving/device_executor.hpp"

namespace shardsim {
namespace {

std::vector<DenseTimes> times_of(const Model& model, const Platform& platform) {
  std::vector<DenseTimes> times;
  for (const Net& net : model.nets) times.push_back(dense_times(net, platform.core));
  return times;
}

class CoreExecutor final : public Executor {
 public:
  CoreExecutor(const Model& model, const Platform& platform, IntraOp intra_op)
      : times_(times_of(model, platform)), intra_op_(intra_op) {}

  Slot::Working bottom(Slot& slot, Server& server, NetRun& run) override {
    return work(slot, server, Step::bottom, times_[run.net].before(run.rows));
  }
  Slot::Working top(Slot& slot, Server& server, NetRun& run) override {
    return work(slot, server, Step::top, times_[run.net].after(run.rows));
  }

 private:
  Slot::Working work(Slot& slot, Server& server, Step step, Duration time) const {
    if (intra_op_.cores > 1 && time > Duration::zero()) [[unlikely]]
      return run_on_several(slot, server, step, time);
    return slot.run(step, server, Work::dense, time);
  }
  Slot::Working run_on_several(Slot& slot, Server& server, Step step, Duration time) const {
    const Duration each = scaled(time, 1 / (intra_op_.cores * intra_op_.efficiency));
    return slot.run_crew(step, server, Work::dense, {static_cast<std::size_t>(intra_op_.cores), {each, Bytes{}}},
                         intra_op_.cores);
  }

  std::vector<DenseTimes> times_;  // by net
  IntraOp intra_op_;
};

// Several batches at once on a core, as one.
class BatchingCoreExecutor final : public DeviceExecutor {
 public:
  BatchingCoreExecutor(const ExecutorSetup& setup, int batches)
      : DeviceExecutor(setup, TablesOn::device), times_(times_of(setup.model, setup.platform)), batches_(batches) {}

  const BatchQueue::Totals* queue_totals(const Host& host) const override {
    for (const auto& [server, queue] : queues_)
      if (&server->host() == &host) return &queue->queue().totals();
    return nullptr;
  }

 private:
  DeviceQueue& device_of(Server& server) override {
    std::unique_ptr<DeviceQueue>& queue = queues_[&server];
    if (queue == nullptr) queue = core_queue(context_, server, times_, batches_, rules_);
    return *queue;
  }

  std::vector<DenseTimes> times_;  // by net
  int batches_;
  std::map<const Server*, std::unique_ptr<DeviceQueue>> queues_;
};

class CoreExecutorSpec final : public ExecutorSpec {
 public:
  std::unique_ptr<Executor> make(const ExecutorSetup& setup) const override {
    if (!setup.rules) return core_executor(setup.model, setup.platform, setup.intra_op);
    return std::make_unique<BatchingCoreExecutor>(setup, setup.platform.cores);
  }
};

}  // namespace

std::unique_ptr<Executor> core_executor(const Model& model, const Platform& platform, IntraOp intra_op) {
  return std::make_unique<CoreExecutor>(model, platform, intra_op);
}

template <>
void describe(Describe<CoreExecutorSpec>& d) {
  d.object("core", "on a core of the main shard's host");
}

namespace executors {
Alternative<ExecutorSpec> core() { return alternative<CoreExecutorSpec, ExecutorSpec>(); }
}  // namespace executors

}  // namespace shardsim
