// SPDX-License-Identifier: Apache-2.0
// A queue in ns-3's time: some servers, first come, first served.
#pragma once

#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

namespace fork_join {

using Action = std::function<void()>;

inline void after(std::int64_t ns, Action action) {
  ns3::Simulator::Schedule(ns3::NanoSeconds(ns), [action = std::move(action)] { action(); });
}

class Station {
 public:
  explicit Station(std::uint32_t servers) : idle_(servers) {}

  void serve(std::int64_t ns, Action done) {
    if (idle_ == 0) {
      waiting_.push_back({ns, std::move(done)});
      return;
    }
    --idle_;
    start({ns, std::move(done)});
  }

 private:
  struct Job {
    std::int64_t ns;
    Action done;
  };

  void start(Job job) {
    after(job.ns, [this, done = std::move(job.done)] {
      next();
      done();
    });
  }

  void next() {
    if (waiting_.empty()) {
      ++idle_;
      return;
    }
    start(std::move(waiting_.front()));
    waiting_.pop_front();
  }

  std::uint32_t idle_;
  std::deque<Job> waiting_;
};

}  // namespace fork_join
