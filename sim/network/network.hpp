// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <unordered_map>

#include "network/routing.hpp"
#include "network/topology.hpp"
#include "network/transport.hpp"

namespace shardsim {

/// A running network: a topology, the state of its links, and the transport that messages take.
class Network {
 public:
  Network(Simulation& sim, BuiltTopology topology, const TransportSpec& transport);
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  /// The host of that name. Throws InputError.
  NodeId host(const std::string& name) const;
  NodeId frontend() const { return topology_.frontend; }
  const NetworkGraph& graph() const { return topology_.graph; }
  const std::deque<LinkState>& links() const { return links_; }

  /// Links from one host to another, worked out once. Throws InputError when there is no way.
  const Route& route(NodeId from, NodeId to);

  /// What crossing the network took.
  struct Transit {
    Duration took;
  };
  /// `Transit t = co_await network.send(route, bytes)`: until the last byte has arrived. On an empty route (a host to
  /// itself) it takes no time.
  auto send(const Route& route, Bytes size) { return Sending(*this, route, size); }

 private:
  class Sending final : private Transfer {
   public:
    Sending(Network& network, const Route& to, Bytes bytes) : network_(network), sent_(network.sim_.now()) {
      this->route = &to;
      this->size = bytes;
      this->transport = network.transport_.get();
    }
    bool await_ready() const noexcept { return this->route->empty(); }
    void await_suspend(std::coroutine_handle<> h) {
      this->on_delivered = EventTarget(h);
      this->transport->start(*this);
    }
    Transit await_resume() const { return {network_.sim_.now() - sent_}; }

   private:
    Network& network_;
    Time sent_;
  };

  Simulation& sim_;
  BuiltTopology topology_;
  Routing routing_;
  std::unique_ptr<Transport> transport_;
  std::deque<LinkState> links_;  // in order of the graph's edges
  std::map<std::pair<NodeId, NodeId>, Route> routes_;
  std::unordered_map<std::string, NodeId> hosts_;
};

}  // namespace shardsim
