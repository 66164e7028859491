// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/functional/hash.hpp>
#include <deque>
#include <span>
#include <unordered_map>

#include "network/transport.hpp"
#include "topology/topology.hpp"

namespace shardsim {

/// A running network: a topology, the state of its links, and the transport that messages take.
class Network {
 public:
  Network(Simulation& sim, BuiltTopology topology, const RoutingSpec& routing, const TransportSpec& transport);
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  /// The node at which queries enter. Throws ScenarioError when the topology does not say.
  NodeId frontend() const;
  const NetworkGraph& graph() const { return topology_.graph; }
  const std::deque<LinkState>& links() const { return links_; }
  /// "leaf0 -> spine1"
  std::string name_of(const LinkState& link) const;

  /// Links from one host to another, worked out once. Throws ScenarioError when there is no way.
  const Route& route(NodeId from, NodeId to);
  /// Throws what route() would; takes no memory.
  void require_route(NodeId from, NodeId to);
  /// The same for one flow of many between them, not kept.
  Route route_of_flow(NodeId from, NodeId to, std::uint64_t flow);

  /// Changes of a link: `down` +1 or -1, or a new factor by which it is slower than described.
  void change_down(LinkState& link, int change);
  void change_rate(LinkState& link, double factor);
  std::deque<LinkState>& links() { return links_; }

  /// What crossing the network took.
  struct Transit {
    Duration took;
    bool lost;
  };
  /// `Transit t = co_await network.send(route, bytes, times)`: until the last byte has arrived. On an empty route (a
  /// host to itself) it takes no time. Appends to `times` where the time went, unless the message is lost.
  auto send(const Route& route, Bytes size, LinkTimes& times) { return Sending(*this, route, size, times, false); }
  /// The same for a message that belongs to no query.
  auto send_in_background(const Route& route, Bytes size, LinkTimes& times) {
    return Sending(*this, route, size, times, true);
  }

 private:
  class Sending final : private Transfer {
   public:
    Sending(Network& network, const Route& to, Bytes bytes, LinkTimes& link_times, bool background)
        : sim_(network.sim_), sent_(network.sim_.now()), earlier_(link_times.entries().size()) {
      this->route = &to;
      this->size = bytes;
      this->times = &link_times;
      this->is_background = background;
      this->transport = network.transport_.get();
    }
    bool await_ready() const noexcept { return this->route->empty(); }
    void await_suspend(std::coroutine_handle<> h) {
      this->on_delivered = EventTarget(h);
      this->transport->start(*this);
    }
    Transit await_resume() const {
      if (this->lost) [[unlikely]]
        this->times->cut(earlier_);
      return {sim_.now() - sent_, this->lost};
    }
    const Route& path() const { return *this->route; }
    Bytes bytes() const { return this->size; }
    /// What it appended to the times.
    std::span<const LinkTimes::Entry> own_times() const { return this->times->entries().subspan(earlier_); }

   private:
    Simulation& sim_;
    Time sent_;
    std::size_t earlier_;  // entries of the times
  };

  Simulation& sim_;
  BuiltTopology topology_;
  Routing routing_;
  std::unique_ptr<Transport> transport_;
  std::deque<LinkState> links_;  // in order of the graph's edges
  std::unordered_map<std::pair<NodeId, NodeId>, Route, boost::hash<std::pair<NodeId, NodeId>>> routes_;
};

}  // namespace shardsim
