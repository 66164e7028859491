// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/host.hpp"
#include "network/network.hpp"
#include "serving/admission.hpp"
#include "serving/balancer.hpp"
#include "serving/near_cache.hpp"
#include "serving/queue_policy.hpp"
#include "serving/store.hpp"

namespace shardsim {

using Worker = std::unique_ptr<Slot::InLine>;

/// One of the servers that do the same work: a server, with what decides what it takes and where its rows are.
struct Replica {
  Server* server = nullptr;
  NodeId node = 0;
  std::unique_ptr<Store> store;
  std::unique_ptr<Admission> admission;   ///< null: takes all
  std::unique_ptr<Station> workers;       ///< of which each works on one request; null: as many as come
  std::unique_ptr<NearCache> near_cache;  ///< of the main shard; null: none

  bool admits(Time now) { return admission == nullptr || admission->admits(now); }
  /// The place of a request in the line for a worker; null where there is none.
  Worker new_worker() const { return workers == nullptr ? nullptr : std::make_unique<Slot::InLine>(); }
  /// The same of a query, which may come before others.
  Worker new_worker(const QueuePolicy& policy, const Urgency& query) const {
    Worker worker = new_worker();
    if (worker != nullptr && !policy.is_fifo()) worker->rank = policy.rank(query);
    return worker;
  }
};

/// Replicas that do the same work behind the same policies. The main shard is one, and every sparse shard is one.
class Service {
 public:
  explicit Service(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  std::vector<Replica>& replicas() { return replicas_; }
  const std::vector<Replica>& replicas() const { return replicas_; }

 private:
  std::string name_;
  std::vector<Replica> replicas_;
};

/// How one caller reaches a service: it has a balancer of its own.
struct Channel {
  Service* service = nullptr;
  std::unique_ptr<Balancer> balancer;
};

}  // namespace shardsim
