// SPDX-License-Identifier: Apache-2.0
// The fork-join workload as SimGrid's users write one: messages are flows that share links fairly, service is computed
// on a host's cores.
//
// usage: simgrid_flows NAME=VALUE...        (workload.hpp)
#include <functional>

#include "simgrid_engine.hpp"
#include "workload.hpp"

namespace sg = simgrid::s4u;
using fork_join::Workload;

struct Rpc {
  std::uint32_t request = 0, shard = 0;
};

struct Stage {
  std::uint32_t request = 0;
  bool last = false;
};

constexpr double operations_per_s = 1e9;  // so that one is a nanosecond

class Service {
 public:
  explicit Service(const Workload& w) : w_(w), shard_work_(w.shards), unanswered_(w.requests), clock_(w.requests) {
    build();
    for (std::uint32_t i = 0; i < w.main_cores; ++i) start(main_, [this] { serve_main(); });
    start(main_, [this] { receive_answers(); });
    for (std::uint32_t shard = 0; shard < w.shards; ++shard) {
      start(hosts_[shard], [this, shard] { receive_requests(shard); });
      for (std::uint32_t i = 0; i < w.shard_cores; ++i) start(hosts_[shard], [this, shard] { serve_shard(shard); });
    }
    sg::Actor::create("source", main_, [this] { offer(); });
  }

  const std::vector<std::int64_t>& latencies_ns() const { return clock_.latencies_ns(); }

 private:
  // A link for each way of each card; those of the shards hold the latency, equal for all, so that shares are equal.
  void build() {
    auto* zone = sg::create_full_zone("network");
    const auto link = [&](const std::string& name, double latency_s) {
      return zone->create_link(name, double(w_.bits_per_s) / 8)->set_latency(latency_s);
    };
    const double latency_s = double(w_.latency_ns) * 1e-9;
    main_ = zone->create_host("main", operations_per_s)->set_core_count(int(w_.main_cores));
    auto* out = link("main-out", 0);
    auto* in = link("main-in", 0);
    for (std::uint32_t i = 0; i < w_.shards; ++i) {
      const std::string name = "shard" + std::to_string(i);
      auto* host = zone->create_host(name, operations_per_s)->set_core_count(int(w_.shard_cores));
      const auto route = [&](sg::Host* from, sg::Host* to, sg::Link* first, sg::Link* second) {
        zone->add_route(from->get_netpoint(), to->get_netpoint(), nullptr, nullptr,
                        {sg::LinkInRoute(first), sg::LinkInRoute(second)}, false);
      };
      route(main_, host, out, link(name + "-in", latency_s));
      route(host, main_, link(name + "-out", latency_s), in);
      hosts_.push_back(host);
      boxes_.push_back(sg::Mailbox::by_name(name));
    }
    zone->seal();
  }

  static void start(sg::Host* host, const std::function<void()>& task) {
    sg::Actor::create("worker", host, task)->daemonize();
  }

  void offer() {
    for (std::uint32_t r = 0; r < w_.requests; ++r) {
      sg::this_actor::sleep_for(double(w_.interarrival_ns(r)) * 1e-9);
      clock_.arrived(r);
      unanswered_[r] = w_.shards;
      main_work_.put({r, false});
    }
    clock_.wait_for_all();
  }

  void serve_main() {
    for (;;) {
      const Stage stage = main_work_.take();
      sg::this_actor::execute(double(stage.last ? w_.last_stage_ns : w_.first_stage_ns));
      if (stage.last)
        clock_.left(stage.request);
      else
        for (std::uint32_t shard = 0; shard < w_.shards; ++shard)
          boxes_[shard]->put_init(new Rpc{stage.request, shard}, w_.request_bytes)->detach();
    }
  }

  void receive_requests(std::uint32_t shard) {
    boxes_[shard]->set_receiver(sg::Actor::self());
    for (;;) shard_work_[shard].put(*boxes_[shard]->get_unique<Rpc>());
  }

  void serve_shard(std::uint32_t shard) {
    for (;;) {
      const Rpc rpc = shard_work_[shard].take();
      sg::this_actor::execute(double(w_.service_ns(rpc.request, shard)));
      main_box_->put_init(new Rpc(rpc), w_.response_bytes)->detach();
    }
  }

  void receive_answers() {
    main_box_->set_receiver(sg::Actor::self());
    for (;;) {
      const Rpc rpc = *main_box_->get_unique<Rpc>();
      if (--unanswered_[rpc.request] == 0) main_work_.put({rpc.request, true});
    }
  }

  const Workload& w_;
  sg::Host* main_ = nullptr;
  std::vector<sg::Host*> hosts_;
  std::vector<sg::Mailbox*> boxes_;
  sg::Mailbox* main_box_ = sg::Mailbox::by_name("main");
  fork_join::Queue<Stage> main_work_;
  std::deque<fork_join::Queue<Rpc>> shard_work_;
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
