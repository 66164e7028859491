// SPDX-License-Identifier: Apache-2.0
// What both SimGrid programs share.
#pragma once

#include <xbt/log.h>
#include <simgrid/s4u.hpp>

#include <cmath>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace fork_join {

inline void configure() {
  xbt_log_control_set("xbt_cfg.thresh:warning");  // else a line for each setting
  // CM02 without its TCP corrections: max-min fair shares. The default precision would round events to 10 us.
  for (const char* setting :
       {"network/model:CM02", "network/crosstraffic:0", "network/bandwidth-factor:1", "network/latency-factor:1",
        "network/weight-S:0", "network/TCP-gamma:0", "surf/precision:1e-12", "maxmin/precision:1e-9"})
    simgrid::s4u::Engine::set_config(setting);
}

/// First in, first out; an actor that takes from an empty one waits.
template <typename T>
class Queue {
 public:
  void put(T item) {
    items_.push_back(std::move(item));
    filled_->release();
  }

  T take() {
    filled_->acquire();
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }

 private:
  std::deque<T> items_;
  simgrid::s4u::SemaphorePtr filled_ = simgrid::s4u::Semaphore::create(0);
};

/// When and how long each request was under way, and the end of the run.
class Clock {
 public:
  explicit Clock(std::uint32_t requests) : arrivals_s_(requests) {}

  void arrived(std::uint32_t request) { arrivals_s_[request] = simgrid::s4u::Engine::get_clock(); }
  void left(std::uint32_t request) {
    latencies_ns_.push_back(std::llround((simgrid::s4u::Engine::get_clock() - arrivals_s_[request]) * 1e9));
    if (latencies_ns_.size() == arrivals_s_.size()) all_left_->release();
  }
  void wait_for_all() { all_left_->acquire(); }

  const std::vector<std::int64_t>& latencies_ns() const { return latencies_ns_; }

 private:
  std::vector<double> arrivals_s_;
  std::vector<std::int64_t> latencies_ns_;
  simgrid::s4u::SemaphorePtr all_left_ = simgrid::s4u::Semaphore::create(0);
};

}  // namespace fork_join
