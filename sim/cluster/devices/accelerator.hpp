// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/devices/accelerator_speed.hpp"
#include "engine/distribution.hpp"
#include "engine/shared_rate.hpp"

namespace shardsim {

/// What connects an accelerator with its host: each way, all that moves at the same time shares the bandwidth.
struct HostLink {
  Bandwidth bandwidth;
  Duration latency{};
};

/// The accelerators of a kind of server: all alike.
struct AcceleratorSpec {
  std::string name;
  std::string description;
  int count = 1;
  int streams = 1;                    ///< of each: batches that it works on at once, each at full speed
  Bytes memory;                       ///< of each
  Bytes workspace;                    ///< of it, not for tables and weights
  Bytes workspace_per_item;           ///< more of it, for each item of a batch
  std::optional<HostLink> host_link;  ///< of each; left out: no time
  Duration launch{};                  ///< of the operators of a net, on the accelerator
  Choice<AcceleratorSpeed> speed;
  Choice<Distribution> jitter;  ///< factor of mean 1; empty: none
  Remarks sources;

  /// Items of the largest batch that fits beside `held` bytes of tables and weights; 0: none does.
  std::int64_t most_items(Bytes held) const;
};

template <>
void describe(Describe<HostLink>& d);
template <>
void describe(Describe<AcceleratorSpec>& d);

/// The accelerators of one running host. What they work on is decided by who has a queue for them.
class Accelerators {
 public:
  enum class Way : std::uint8_t { in, out };

  Accelerators(Simulation& sim, const AcceleratorSpec& spec);

  const AcceleratorSpec& spec() const { return spec_; }
  int streams() const { return spec_.count * spec_.streams; }

  /// `Duration took = co_await accelerators.move(...)`: bytes between the host's memory and an accelerator's.
  class Moving;
  Moving move(Way way, Bytes bytes);

  /// Notes `time` of a stream.
  void note_work(Duration time) { busy_s_ += to_seconds(time); }
  double busy_s() const { return busy_s_; }
  Bytes moved(Way way) const { return moved_[static_cast<std::size_t>(way)]; }
  /// What can move one way to or from all of them; 0: no limit.
  double link_bytes_per_s() const;

 private:
  Simulation& sim_;
  const AcceleratorSpec& spec_;
  std::array<std::unique_ptr<SharedRate>, 2> rates_;  // by way; null: no limit
  std::array<Bytes, 2> moved_{};
  double busy_s_ = 0;
};

class Accelerators::Moving final : private Timer {
 public:
  Moving(Accelerators& accelerators, Way way, Bytes bytes)
      : sim_(accelerators.sim_), rate_(accelerators.rates_[static_cast<std::size_t>(way)].get()), asked_(sim_.now()) {
    if (!accelerators.spec_.host_link || bytes.count == 0) return;
    const HostLink& link = *accelerators.spec_.host_link;
    begins_ = asked_ + link.latency;
    job_.remaining = static_cast<double>(bytes.count);
    job_.cap = link.bandwidth.bytes_per_second;
    moves_ = rate_ != nullptr;
  }
  bool await_ready() const noexcept { return !moves_ && begins_ <= asked_; }
  void await_suspend(std::coroutine_handle<> h) {
    if (!moves_) return sim_.at(begins_, h);
    job_.on_done = EventTarget(h);
    sim_.at(begins_, *this);
  }
  Duration await_resume() const { return sim_.now() - asked_; }

 private:
  void fire() override { rate_->join(job_); }

  Simulation& sim_;
  SharedRate* rate_;
  Time asked_;
  Time begins_{};
  bool moves_ = false;
  SharedRate::Job job_{};
};

inline Accelerators::Moving Accelerators::move(Way way, Bytes bytes) {
  moved_[static_cast<std::size_t>(way)] += bytes;
  return {*this, way, bytes};
}

}  // namespace shardsim
