// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/devices/cores.hpp"
#include "cluster/devices/memory.hpp"

namespace shardsim {

/// One running machine, made of its devices.
class Host {
 public:
  /// `number`: its own among the hosts of a simulation.
  Host(Simulation& sim, std::uint32_t number, std::string name, const Platform& platform)
      : number_(number), name_(std::move(name)), platform_(platform), cores_(sim, platform), memory_(sim, platform) {
    for (const Choice<TierSpec>& tier : platform.tiers) tiers_.push_back(tier->make());
    if (platform.accelerator) accelerators_ = std::make_unique<Accelerators>(sim, *platform.accelerator);
  }

  std::uint32_t number() const { return number_; }
  const std::string& name() const { return name_; }
  const Platform& platform() const { return platform_; }
  Cores& cores() { return cores_; }
  const Cores& cores() const { return cores_; }
  Memory& memory() { return memory_; }
  const Memory& memory() const { return memory_; }
  /// In the order of the platform.
  const std::vector<std::unique_ptr<Tier>>& tiers() const { return tiers_; }
  /// Null where the platform has none.
  Accelerators* accelerators() const { return accelerators_.get(); }

 private:
  std::uint32_t number_;
  std::string name_;
  const Platform& platform_;
  Cores cores_;
  Memory memory_;
  std::vector<std::unique_ptr<Tier>> tiers_;
  std::unique_ptr<Accelerators> accelerators_;
};

/// A replica of a service on a host, and what it did with the host's cores.
class Server {
 public:
  Server(Host& host, std::string service) : host_(host), service_(std::move(service)) {}

  Host& host() { return host_; }
  const Host& host() const { return host_; }
  const std::string& service() const { return service_; }
  const Platform& platform() const { return host_.platform(); }
  const CpuTimes& cpu_times() const { return cpu_times_; }
  /// Core time asked for by repetitions of requests that were not answered in time.
  Duration repeated() const { return repeated_; }
  void note_repeated(Duration time) { repeated_ += time; }
  /// Whether none of its work waits for a core or has one.
  bool idle() const { return in_hand_ == 0; }

  /// What a piece of work came to.
  struct Booking {
    Work work;
    std::uint32_t host;  ///< its number
    Duration waited;
    Duration served;
  };
  class Job;  // NOLINT(cppcoreguidelines-virtual-class-destructor): final, and never owned by its base

 private:
  friend class Burst;
  friend class Visit;  // NOLINT(cppcoreguidelines-virtual-class-destructor): as Job
  Host& host_;
  std::string service_;
  CpuTimes cpu_times_{};
  Duration repeated_{};
  int in_hand_ = 0;  // visits to a core, from their arrival on
};

/// `Booking b = co_await Server::Job(server, Work::dense, time, traffic)`: waits for a core and holds it for `time`,
/// more than 0. Work that also moves `traffic` bytes of memory takes longer while the memory bandwidth is shared by
/// more gathers than it can feed; the core is held throughout. On a slow host the core gathers more slowly; the memory
/// is as fast as ever.
class Server::Job final : private Timer, private Station::Customer {
 public:
  Job(Server& server, Work class_of_work, Duration time, Bytes traffic)
      : server_(server), host_(server.host_), class_(class_of_work), traffic_(traffic) {
    work = time;
  }

  const Server& server() const { return server_; }
  /// Takes it back while it waits for a core. False: it does not wait (any more).
  bool withdraw() {
    if (!host_.cores().withdraw(*this)) return false;
    --server_.in_hand_;
    return true;
  }

  bool await_ready() const noexcept { return false; }
  [[gnu::always_inline]] void await_suspend(std::coroutine_handle<> h) {
    if (!host_.memory().can_run_out() || traffic_.count == 0) {
      on_served = EventTarget(h);
    } else {
      on_served = EventTarget(*this);
      told = Station::Told::at_start;
      transfer_ = {};
      transfer_.on_done = EventTarget(h);
      host_.memory().ask(traffic_);
    }
    ++server_.in_hand_;
    host_.cores().enter(*this);
  }
  [[gnu::always_inline]] Booking await_resume() {
    --server_.in_hand_;
    const Station::Visit visit = host_.cores().leave(*this);
    server_.cpu_times_[static_cast<std::size_t>(class_)] += visit.served;
    return {class_, host_.number(), visit.waited, visit.served};
  }

 private:
  // A core was granted: gather, as fast as the core can and the memory lets it.
  void fire() override { host_.memory().move(transfer_, traffic_, work); }

  Server& server_;
  Host& host_;
  Work class_;
  Bytes traffic_;
  union {
    SharedRate::Job transfer_;  // only where memory bandwidth is shared
  };
};

}  // namespace shardsim
