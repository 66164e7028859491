// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/functional/hash.hpp>
#include <deque>
#include <span>
#include <unordered_map>
#include <utility>

#include "network/transport.hpp"
#include "topology/topology.hpp"

namespace shardsim {

/// Where a message comes from and where it goes.
struct Ends {
  NodeId from = 0;
  NodeId to = 0;
  Ends back() const { return {to, from}; }
};

/// A running network: a topology, the state of its links, and the transport that messages take.
class Network {
 public:
  Network(Simulation& sim, BuiltTopology topology, const RoutingSpec& routing, const TransportSpec& transport);
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  /// The node at which queries enter. Throws ScenarioError when the topology does not say.
  NodeId frontend() const;
  const NetworkGraph& graph() const { return topology_.graph; }
  /// By number.
  const std::vector<LinkState>& links() const { return links_; }
  /// "leaf0 -> spine1"
  std::string name_of(const LinkState& link) const;

  /// Links from one host to another, kept. Throws ScenarioError when there is no way.
  Route route(Ends ends);
  /// Throws what route() would; takes no memory.
  void require_route(Ends ends);
  /// The links for one flow of many between them.
  std::vector<LinkNumber> route_of_flow(Ends ends, std::uint64_t flow);

  /// Before anything is sent: a fault of this run is going to change this link.
  void expect_changes(const LinkState& link) { transport_->expect_changes(link); }
  /// Changes of a link that was expected to change: `down` +1 or -1, or a new factor by which it is slower than
  /// described.
  void change_down(LinkState& link, int change);
  void change_rate(LinkState& link, double factor);
  std::vector<LinkState>& links() { return links_; }
  /// To be called once, when no more events will happen: only then links know for what they were asked.
  void settle() { transport_->settle(); }

  const Transport::Timeouts& timeouts() const { return std::as_const(*transport_).timeouts(); }

  /// What crossing the network took.
  struct Transit {
    Duration took;
    bool lost;
  };
  /// `Transit t = co_await network.send(ends, bytes, times)`: until the last byte has arrived. From a host to itself it
  /// takes no time. Appends to `times` where the time went, unless the message is lost.
  auto send(Ends ends, Bytes size, LinkTimes& times) { return Sending(*this, ends, size, times); }
  /// The same for a message that belongs to no query; the route must outlive it.
  auto send_in_background(Route route, Bytes size, LinkTimes& times) { return Sending(*this, route, size, times); }

 private:
  // As many links as a fat-tree's longest route has, and two to spare.
  static constexpr std::size_t kShort = 8;

  class Sending final : private Transfer {
   public:
    // Inline, as Slot says.
    [[gnu::always_inline]] Sending(Network& network, Ends ends, Bytes bytes, LinkTimes& link_times)
        : Sending(network, bytes, link_times) {
      this->route = network.route(ends, short_route_);
    }
    Sending(Network& network, Route way, Bytes bytes, LinkTimes& link_times) : Sending(network, bytes, link_times) {
      this->route = way;
      this->is_background = true;
    }
    Sending(const Sending&) = delete;
    Sending& operator=(const Sending&) = delete;

    bool await_ready() const noexcept { return this->route.empty(); }
    void await_suspend(std::coroutine_handle<> h) {
      this->on_delivered = EventTarget(h);
      this->transport->start(*this);
    }
    [[gnu::always_inline]] Transit await_resume() const {
      if (this->lost) [[unlikely]]
        this->times->cut(this->earlier_times);
      return {this->transport->sim().now() - sent_, this->lost};
    }
    Route path() const { return this->route; }
    Bytes bytes() const { return this->size; }
    /// What it appended to the times.
    std::span<const LinkTimes::Entry> own_times() const { return this->times->entries().subspan(this->earlier_times); }

   private:
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): short_route_, where the route is not kept
    Sending(Network& network, Bytes bytes, LinkTimes& link_times) : sent_(network.sim_.now()) {
      this->earlier_times = static_cast<std::uint32_t>(link_times.entries().size());
      this->transport = network.transport_.get();
      this->size = bytes;
      this->times = &link_times;
    }

    Time sent_;
    std::array<LinkNumber, kShort> short_route_;
  };

  // Few nodes have few pairs, whose routes are kept. Else a route is worked out for each message anew: that takes less
  // time than to have it come out of memory, and a fleet's millions of pairs would take hundreds of megabytes.
  Route route(Ends ends, std::span<LinkNumber, kShort> room) {
    if (kept_.empty()) return new_route(ends, room);
    if (ends.from == ends.to) return {};
    const Route& kept = kept_[ends.from * nodes_ + ends.to];
    return kept.data() == nullptr ? route(ends) : kept;
  }
  Route new_route(Ends ends, std::span<LinkNumber, kShort> room);
  Route keep(Route route) {
    const std::vector<LinkNumber>& kept = routes_.emplace_back(route.begin(), route.end());
    return kept;
  }

  Simulation& sim_;
  BuiltTopology topology_;
  Routing routing_;
  std::vector<LinkState> links_;  // in order of the graph's edges
  std::unique_ptr<Transport> transport_;
  std::size_t nodes_;
  std::vector<Route> kept_;  // by from * nodes_ + to, where nodes are few; no data: not asked for yet
  std::deque<std::vector<LinkNumber>> routes_;  // those that are kept
  std::unordered_map<std::pair<NodeId, NodeId>, Route, boost::hash<std::pair<NodeId, NodeId>>> kept_of_many_;
};

}  // namespace shardsim
