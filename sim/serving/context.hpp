// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/quantile_table.hpp"
#include "serving/step_draws.hpp"
#include "serving/timeline.hpp"

namespace shardsim {

struct ServingSpec;

/// What all work and all messages for queries share: the clock, the network, how times vary, and who watches.
class Context {
 public:
  /// Everything named must outlive the object.
  Context(Simulation& sim, Network& network, const ServingSpec& spec, std::uint64_t seed, std::uint32_t replication);

  Simulation& simulation() { return sim_; }
  Network& network() { return network_; }
  Timeline* timeline() const { return timeline_; }
  /// From now on tells `timeline`, which must outlive the simulation, what is done; null: nobody.
  void tell(Timeline* timeline) { timeline_ = timeline; }

  /// Whether a server does all steps between two waits in one visit to a core.
  bool runs_to_completion() const { return runs_to_completion_; }

  /// Whether all steps between two waits can be told to a server at once: each is done by one core, and waits for it.
  bool works_in_bursts() const { return works_in_bursts_; }

  /// Whether the time of a class of work varies.
  bool varies(Work work) const { return jitter_[static_cast<std::size_t>(work)].factor != nullptr; }
  /// The factor by which the time of a piece of work varies. `draws`: those of its activity. Precondition: it does.
  double jitter(Work work, const Activity& activity, Step step, StepDraws& draws) const;
  /// The stream from which a balancer draws for a call.
  RandomStream random_for(const Activity& activity) const {
    const StreamKey key = activity.key();
    return {seed_, replication_, Purpose::balancing, key.id, key.sub};
  }

  /// The streams from which a store draws which rows are missing, and tier number `tier` how long its reads take.
  RandomStream random_for_hits(const Activity& activity) const {
    const StreamKey key = activity.key();
    return {seed_, replication_, Purpose::cache_hits, key.id, key.sub};
  }
  RandomStream random_for_tier(const Activity& activity, std::size_t tier) const {
    const StreamKey key = activity.key();
    return {seed_, replication_, Purpose::tiers, key.id, key.sub ^ tier << 60};
  }

  /// The stream from which an accelerator draws how long the layers before a net's answers take, or those after them.
  RandomStream random_for_accelerator(const Activity& activity, bool after) const {
    const StreamKey key = activity.key();
    return {seed_, replication_, Purpose::accelerator, key.id, key.sub ^ std::uint64_t{after} << 63};
  }

  /// `Duration d = co_await wait_until(time)`: how long that was; nothing, where the time is over.
  auto wait_until(Time time) {
    struct Awaiter {
      Simulation& sim;
      Time since;
      Time until;
      bool await_ready() const { return until <= since; }
      void await_suspend(std::coroutine_handle<> h) const { sim.at(until, h); }
      Duration await_resume() const { return std::max(Duration::zero(), until - since); }
    };
    return Awaiter{sim_, sim_.now(), time};
  }

  /// Notes what only a repeated attempt sends.
  void note_repeated(Route route, Bytes size);
  /// Bytes that repeated attempts sent over a link, by its number; empty where there are none.
  const std::vector<Bytes>& repeated_bytes() const { return repeated_bytes_; }

 private:
  // How the time of a class of work varies.
  struct Jitter {
    explicit Jitter(const Choice<Distribution>& given);
    const Distribution* factor;                  // null: not at all
    std::unique_ptr<const QuantileTable> table;  // of the factor, if there can be one
  };

  double first_jitter(Work work, const Activity& activity, Step step, StepDraws& draws) const;
  double jitter_without_table(Work work, const Activity& activity, Step step, StepDraws& draws) const;

  Simulation& sim_;
  Network& network_;
  Timeline* timeline_ = nullptr;
  bool runs_to_completion_;
  bool works_in_bursts_;
  std::array<Jitter, kWorks> jitter_;
  std::uint64_t seed_;
  std::uint32_t replication_;
  std::uint64_t jitter_key_;
  std::vector<Bytes> repeated_bytes_;
};

}  // namespace shardsim
