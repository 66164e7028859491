// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace shardsim {

/// Max-min fair rates of flows over links with capacities, kept up to date as flows come and go: no flow could have
/// more without one of no greater rate having less (Bertsekas and Gallager, Data Networks, section 6.5.2).
///
/// A change touches only flows that it can reach: those at least as fast as the changed flow can become, over links
/// that are full or become so. All others keep their rates.
class MaxMin {
 public:
  using FlowId = std::uint32_t;
  using LinkId = std::uint32_t;

  /// Sets a link's capacity in units a second; call solve() after. Infinite: it limits nobody, and must stay so while
  /// flows are on it.
  void set_capacity(LinkId link, double capacity);
  /// A flow over these links (no link twice), and its removal; ids are reused. Both leave rates to solve().
  FlowId add(const std::vector<LinkId>& links);
  void remove(FlowId flow);
  /// Brings all rates up to date; returns the flows whose rate has changed. The list is valid until the next call.
  const std::vector<FlowId>& solve();

  /// Units a second; infinite when no link limits the flow.
  double rate(FlowId flow) const { return flows_[flow].rate; }
  /// The link that limits the flow; precondition: its rate is finite.
  LinkId bottleneck(FlowId flow) const { return flows_[flow].bottleneck; }
  /// Flows on a link.
  std::size_t flows_on(LinkId link) const { return links_[link].flows.size(); }
  /// Flows looked at by all calls of solve() so far: the work done.
  std::uint64_t touched() const { return touched_; }

 private:
  struct Hop {
    LinkId link;
    std::uint32_t place;  // in the link's list of flows
  };
  struct Flow {
    std::vector<Hop> hops;
    double rate = 0;
    double old_rate = 0;
    LinkId bottleneck = 0;
    std::uint32_t mark = 0;  // round in which it was last taken in
    bool fixed = false;
  };
  struct Link {
    double capacity = 0;
    std::vector<FlowId> flows;
    double used = 0;  // sum of rates
    // Of the present round:
    std::uint32_t mark = 0;
    double left = 0;
    std::uint32_t open = 0;  // flows whose rate is still to be found
  };

  void grow(LinkId link);
  void change(LinkId link, double level);
  void take_links();
  void take_link(LinkId link);
  void take_flow(FlowId flow);
  void fill();
  void fix(FlowId flow, double rate, LinkId bottleneck);
  bool take_displaced();

  std::vector<Flow> flows_;
  std::vector<FlowId> free_;
  std::vector<Link> links_;
  // Pending change: links it happened at, and the rate below which it changes nothing.
  std::vector<LinkId> changed_links_;
  double level_ = 0;
  bool pending_ = false;
  // The part of the network that is solved anew.
  std::uint32_t round_ = 0;
  std::vector<LinkId> part_links_;
  std::vector<FlowId> part_flows_;
  std::vector<FlowId> changed_;
  std::uint64_t touched_ = 0;
};

}  // namespace shardsim
