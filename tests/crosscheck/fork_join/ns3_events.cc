// SPDX-License-Identifier: Apache-2.0
// The fork-join workload on ns-3's event queue alone: network cards are FIFO stations that pass on whole messages.
//
// usage: ns3_events NAME=VALUE...        (workload.hpp)
#include "ns3_service.hpp"

using fork_join::after;
using fork_join::Rpc;
using fork_join::Station;
using fork_join::Workload;

class Cards : public fork_join::Network {
 public:
  explicit Cards(const Workload& w) : w_(w), shard_out_(w.shards, Station(1)) {}

  void to_shard(const Rpc& rpc) override {
    main_out_.serve(w_.request_sending_ns(),
                    [this, rpc] { after(w_.latency_ns, [this, rpc] { shard_received(rpc); }); });
  }

  void to_main(const Rpc& rpc) override {
    shard_out_[rpc.shard].serve(w_.response_sending_ns(), [this, rpc] {
      after(w_.latency_ns,
            [this, rpc] { main_in_.serve(w_.response_sending_ns(), [this, rpc] { main_received(rpc); }); });
    });
  }

 private:
  const Workload& w_;
  Station main_out_{1}, main_in_{1};
  std::vector<Station> shard_out_;
};

int main(int argc, char** argv) {
  const Workload w = fork_join::parse(argc, argv);
  Cards cards(w);
  return fork_join::simulate(w, cards);
}
