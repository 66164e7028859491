// SPDX-License-Identifier: Apache-2.0
// Devices that nets of batches queue for, and what they share there.
#pragma once

#include "serving/batch_queue.hpp"
#include "serving/executor.hpp"

namespace shardsim {

/// Operators of a net for one batch, in the line for a device.
struct DeviceMember : BatchQueue::Member {
  DeviceWork work;
  Activity activity;
  Spans spent;          ///< its own share, once they are done
  bool shares = false;  ///< what was done for it was told to a timeline as another's
};

/// Those in one batch together.
DeviceWork work_of(const BatchQueue::Batch& batch);
const DeviceMember& first_of(const BatchQueue::Batch& batch);

/// A device of one host or server, with the line before it.
class DeviceQueue : public BatchQueue::Worker {
 public:
  DeviceQueue(Simulation& sim, int streams, const BatchRules& rules) : queue_(sim, streams, rules, *this) {}
  virtual ~DeviceQueue() = default;
  BatchQueue& queue() { return queue_; }
  const BatchQueue& queue() const { return queue_; }

 protected:
  BatchQueue queue_;
};

/// `bool entered = co_await wait_for(queue, member)`: until the member's batch has ended.
inline auto wait_for(BatchQueue& queue, BatchQueue::Member& member) {
  struct Awaiter {
    BatchQueue& queue;
    BatchQueue::Member& member;
    bool entered = true;
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> h) {
      member.on_done = EventTarget(h);
      return entered = queue.enter(member);
    }
    bool await_resume() const { return entered; }
  };
  return Awaiter{queue, member};
}

/// Accelerators of a host.
std::unique_ptr<DeviceQueue> accelerator_queue(Context& context, Accelerators& accelerators, const ModelSpeed& speed,
                                               const BatchRules& rules);
/// Cores of a server's host, on which it has `batches` at a time.
std::unique_ptr<DeviceQueue> core_queue(Context& context, Server& server, const std::vector<DenseTimes>& times,
                                        int batches, const BatchRules& rules);

}  // namespace shardsim
