// SPDX-License-Identifier: Apache-2.0
// The fork-join workload in SimGrid's actors, without its network: one actor for each core and each way of a network
// card, which sleeps for as long as a job takes; network cards pass on whole messages, first in, first out.
//
// usage: simgrid_actors NAME=VALUE...        (workload.hpp)
#include <functional>

#include "simgrid_engine.hpp"
#include "workload.hpp"

namespace sg = simgrid::s4u;
using fork_join::Workload;

struct Job {
  double s;  // how long; on a wire, when it arrives
  std::function<void()> done;
};
using Jobs = fork_join::Queue<Job>;

static void work(Jobs* jobs) {
  for (;;) {
    const Job job = jobs->take();
    sg::this_actor::sleep_for(job.s);
    job.done();
  }
}

static void carry(Jobs* jobs) {
  for (;;) {
    const Job job = jobs->take();
    sg::this_actor::sleep_until(job.s);
    job.done();
  }
}

class Service {
 public:
  explicit Service(const Workload& w)
      : w_(w), shard_cores_(w.shards), shard_out_(w.shards), unanswered_(w.requests), clock_(w.requests) {
    hire(w.main_cores, work, cores_);
    for (Jobs* jobs : {&main_out_, &main_in_}) hire(1, work, *jobs);
    for (Jobs* jobs : {&wire_out_, &wire_in_}) hire(1, carry, *jobs);
    for (Jobs& jobs : shard_cores_) hire(w.shard_cores, work, jobs);
    for (Jobs& jobs : shard_out_) hire(1, work, jobs);
    sg::Actor::create("source", host_, [this] { offer(); });
  }

  const std::vector<std::int64_t>& latencies_ns() const { return clock_.latencies_ns(); }

 private:
  void hire(std::uint32_t count, void (*task)(Jobs*), Jobs& jobs) {
    for (std::uint32_t i = 0; i < count; ++i) sg::Actor::create("worker", host_, task, &jobs)->daemonize();
  }

  static void serve(Jobs& jobs, std::int64_t ns, std::function<void()> done) {
    jobs.put({double(ns) * 1e-9, std::move(done)});
  }
  void travel(Jobs& wire, std::function<void()> done) const {
    wire.put({sg::Engine::get_clock() + double(w_.latency_ns) * 1e-9, std::move(done)});
  }

  void offer() {
    for (std::uint32_t r = 0; r < w_.requests; ++r) {
      sg::this_actor::sleep_for(double(w_.interarrival_ns(r)) * 1e-9);
      clock_.arrived(r);
      unanswered_[r] = w_.shards;
      serve(cores_, w_.first_stage_ns, [this, r] {
        for (std::uint32_t shard = 0; shard < w_.shards; ++shard) ask(r, shard);
      });
    }
    clock_.wait_for_all();
  }

  void ask(std::uint32_t r, std::uint32_t shard) {
    serve(main_out_, w_.request_sending_ns(),
          [this, r, shard] { travel(wire_out_, [this, r, shard] { gather(r, shard); }); });
  }

  void gather(std::uint32_t r, std::uint32_t shard) {
    serve(shard_cores_[shard], w_.service_ns(r, shard), [this, r, shard] { answer(r, shard); });
  }

  void answer(std::uint32_t r, std::uint32_t shard) {
    serve(shard_out_[shard], w_.response_sending_ns(), [this, r] {
      travel(wire_in_, [this, r] { serve(main_in_, w_.response_sending_ns(), [this, r] { join(r); }); });
    });
  }

  void join(std::uint32_t r) {
    if (--unanswered_[r] == 0) serve(cores_, w_.last_stage_ns, [this, r] { clock_.left(r); });
  }

  const Workload& w_;
  sg::Host* host_ = sg::create_full_zone("network")->create_host("host", 1e9);  // where the actors are: no matter
  Jobs cores_, main_out_, main_in_, wire_out_, wire_in_;
  std::deque<Jobs> shard_cores_, shard_out_;
  std::vector<std::uint32_t> unanswered_;
  fork_join::Clock clock_;
};

int main(int argc, char** argv) {
  const Workload w = fork_join::parse(argc, argv);
  sg::Engine engine(&argc, argv);
  fork_join::configure();
  const Service service(w);
  engine.run();
  return fork_join::print_latencies(service.latencies_ns(), w);
}
