// SPDX-License-Identifier: Apache-2.0
// The fork-join service on ns-3's clock, over a network that each program brings.
#pragma once

#include "ns3_station.hpp"
#include "workload.hpp"

namespace fork_join {

struct Rpc {
  std::uint32_t request = 0, shard = 0;
};

/// Carries an RPC's messages, and says when the last byte of one has arrived.
class Network {
 public:
  using Receiver = std::function<void(const Rpc&)>;

  virtual ~Network() = default;
  virtual void to_shard(const Rpc& rpc) = 0;
  virtual void to_main(const Rpc& rpc) = 0;

  Receiver shard_received, main_received;
};

class Service {
 public:
  Service(const Workload& w, Network& network)
      : w_(w),
        network_(network),
        cores_(w.main_cores),
        shard_cores_(w.shards, Station(w.shard_cores)),
        requests_(w.requests) {
    network_.shard_received = [this](const Rpc& rpc) { gather(rpc); };
    network_.main_received = [this](const Rpc& rpc) { join(rpc.request); };
    after(w.interarrival_ns(0), [this] { arrive(0); });
  }

  const std::vector<std::int64_t>& latencies_ns() const { return latencies_ns_; }

 private:
  struct Request {
    std::int64_t arrival_ns = 0;
    std::uint32_t unanswered = 0;
  };

  static std::int64_t now_ns() { return ns3::Simulator::Now().GetNanoSeconds(); }

  void arrive(std::uint32_t r) {
    requests_[r] = {now_ns(), w_.shards};
    if (r + 1 < w_.requests) after(w_.interarrival_ns(r + 1), [this, r] { arrive(r + 1); });
    cores_.serve(w_.first_stage_ns, [this, r] {
      for (std::uint32_t shard = 0; shard < w_.shards; ++shard) network_.to_shard({r, shard});
    });
  }

  void gather(const Rpc& rpc) {
    shard_cores_[rpc.shard].serve(w_.service_ns(rpc.request, rpc.shard), [this, rpc] { network_.to_main(rpc); });
  }

  void join(std::uint32_t r) {
    if (--requests_[r].unanswered > 0) return;
    cores_.serve(w_.last_stage_ns, [this, r] { latencies_ns_.push_back(now_ns() - requests_[r].arrival_ns); });
  }

  const Workload& w_;
  Network& network_;
  Station cores_;
  std::vector<Station> shard_cores_;
  std::vector<Request> requests_;
  std::vector<std::int64_t> latencies_ns_;
};

inline int simulate(const Workload& w, Network& network) {
  const Service service(w, network);
  ns3::Simulator::Run();
  const int status = print_latencies(service.latencies_ns(), w);
  ns3::Simulator::Destroy();
  return status;
}

}  // namespace fork_join
