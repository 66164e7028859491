// SPDX-License-Identifier: Apache-2.0
#include "serving/device_queue.hpp"

namespace shardsim {
namespace {

DeviceMember& as_device(BatchQueue::Member* member) { return static_cast<DeviceMember&>(*member); }

class AcceleratorQueue final : public DeviceQueue {
 public:
  AcceleratorQueue(Context& context, Accelerators& accelerators, const ModelSpeed& speed, const BatchRules& rules)
      : DeviceQueue(context.simulation(), accelerators.streams(), rules),
        context_(context),
        accelerators_(accelerators),
        speed_(speed) {
    for (int s = 0; s < accelerators.streams(); ++s) ends_.emplace_back(*this, static_cast<std::size_t>(s));
  }

  void begin(std::size_t stream, const BatchQueue::Batch& batch) override {
    const Duration time = time_of(batch);
    accelerators_.note_work(time);
    for (BatchQueue::Member* member : batch) as_device(member).spent[Span::accelerator] = time;
    context_.simulation().at(context_.simulation().now() + time, ends_[stream]);
  }

 private:
  struct End final : Timer {
    End(AcceleratorQueue& owner, std::size_t its_stream) : queue(owner), stream(its_stream) {}
    void fire() override { queue.queue_.ended(stream); }
    AcceleratorQueue& queue;
    std::size_t stream;
  };

  Duration time_of(const BatchQueue::Batch& batch) const {
    const DeviceWork all = work_of(batch);
    const Duration time = speed_.time(all) + all.looking;
    const Choice<Distribution>& jitter = accelerators_.spec().jitter;
    if (!jitter.has_value()) return accelerators_.spec().launch + time;
    RandomStream random = context_.random_for_accelerator(first_of(batch).activity, first_of(batch).work.top);
    return accelerators_.spec().launch + scaled(time, jitter->sample(random));
  }

  Context& context_;
  Accelerators& accelerators_;
  const ModelSpeed& speed_;
  std::deque<End> ends_;  // by stream
};

class CoreQueue final : public DeviceQueue {
 public:
  CoreQueue(Context& context, Server& server, const std::vector<DenseTimes>& times, int batches,
            const BatchRules& rules)
      : DeviceQueue(context.simulation(), batches, rules), context_(context), server_(server), times_(times) {}

  Simulation& simulation() { return context_.simulation(); }
  void begin(std::size_t stream, const BatchQueue::Batch& batch) override { work(stream, batch); }

 private:
  Process work(std::size_t stream, BatchQueue::Batch batch) {
    const DeviceWork all = work_of(batch);
    const DenseTimes& times = times_[all.net];
    const Activity activity = first_of(batch).activity;
    Spans spans;
    Slot slot(context_, activity, spans);
    if (all.bottom) co_await slot.run(Step::bottom, server_, Work::dense, times.before(all.rows));
    co_await slot.gather(server_, from_picoseconds(all.gather_ps), all.traffic);
    if (all.top) co_await slot.run(Step::top, server_, Work::dense, times.after(all.rows));
    co_await slot.leave();
    Duration left = spans.work();
    for (BatchQueue::Member* member : batch) {
      const double share = static_cast<double>(as_device(member).work.rows) / static_cast<double>(all.rows);
      const Duration its = member == batch.back() ? left : scaled(spans.work(), share);
      left -= its;
      as_device(member).spent.join(spans, its);
      as_device(member).shares = member != batch.front();
    }
    queue_.ended(stream);
  }

  Context& context_;
  Server& server_;
  const std::vector<DenseTimes>& times_;  // by net
};

}  // namespace

const DeviceMember& first_of(const BatchQueue::Batch& batch) { return as_device(batch.front()); }

DeviceWork work_of(const BatchQueue::Batch& batch) {
  DeviceWork all = first_of(batch).work;
  for (std::size_t i = 1; i < batch.size(); ++i) all += as_device(batch[i]).work;
  return all;
}

std::unique_ptr<DeviceQueue> accelerator_queue(Context& context, Accelerators& accelerators, const ModelSpeed& speed,
                                               const BatchRules& rules) {
  return std::make_unique<AcceleratorQueue>(context, accelerators, speed, rules);
}

std::unique_ptr<DeviceQueue> core_queue(Context& context, Server& server, const std::vector<DenseTimes>& times,
                                        int batches, const BatchRules& rules) {
  return std::make_unique<CoreQueue>(context, server, times, batches, rules);
}

}  // namespace shardsim
