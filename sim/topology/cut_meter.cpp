// SPDX-License-Identifier: Apache-2.0
#include "topology/cut_meter.hpp"

#include <boost/graph/push_relabel_max_flow.hpp>
#include <cmath>

namespace shardsim {
namespace {

using FlowTraits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using FlowGraph = boost::adjacency_list<
    boost::vecS, boost::vecS, boost::directedS, boost::no_property,
    boost::property<boost::edge_capacity_t, std::int64_t,
                    boost::property<boost::edge_residual_capacity_t, std::int64_t,
                                    boost::property<boost::edge_reverse_t, FlowTraits::edge_descriptor>>>>;

void add_flow(FlowGraph& flow, NodeId from, NodeId to, std::int64_t capacity) {
  const auto there = boost::add_edge(from, to, flow).first;
  const auto back = boost::add_edge(to, from, flow).first;
  boost::put(boost::edge_capacity, flow, there, capacity);
  boost::put(boost::edge_capacity, flow, back, 0);
  boost::put(boost::edge_reverse, flow, there, back);
  boost::put(boost::edge_reverse, flow, back, there);
}

}  // namespace

CutMeter::CutMeter(const NetworkGraph& graph, bool hosts_forward) : graph_(graph), hosts_forward_(hosts_forward) {
  double all = 1;
  double links = 1;
  for (const auto link : boost::make_iterator_range(boost::edges(graph_))) {
    if (const Bandwidth b = graph_[link].bandwidth; !b.is_unlimited()) all += b.bytes_per_second;
    ++links;
  }
  constexpr double kLargest = 4e18;  // of a sum over unlimited links
  unit_ = std::max(1.0, all * links / kLargest);
  unlimited_ = std::llround(all / unit_) + 1;
}

Bandwidth CutMeter::between(const std::vector<NodeId>& hosts, const std::vector<bool>& is_sender) const {
  FlowGraph flow(boost::num_vertices(graph_) + 2);
  const NodeId source = boost::num_vertices(graph_);
  const NodeId sink = source + 1;
  std::vector<bool> sends(source);
  std::vector<bool> receives(source);
  for (std::size_t i = 0; i < hosts.size(); ++i) (is_sender[i] ? sends : receives)[hosts[i]] = true;
  std::vector<Capacity> leaves(source);
  std::vector<Capacity> enters(source);
  for (const auto link : boost::make_iterator_range(boost::edges(graph_))) {
    const NodeId from = boost::source(link, graph_);
    const NodeId to = boost::target(link, graph_);
    // Hosts that do not forward only send, or only receive.
    if (!hosts_forward_ && ((graph_[from].kind != NodeKind::switching && !sends[from]) ||
                            (graph_[to].kind != NodeKind::switching && !receives[to])))
      continue;
    const Bandwidth b = graph_[link].bandwidth;
    const Capacity capacity = b.is_unlimited() ? unlimited_ : std::llround(b.bytes_per_second / unit_);
    add_flow(flow, from, to, capacity);
    leaves[from] += capacity;
    enters[to] += capacity;
  }
  for (const NodeId host : hosts)
    if (sends[host])
      add_flow(flow, source, host, leaves[host]);
    else
      add_flow(flow, host, sink, enters[host]);
  const Capacity most = boost::push_relabel_max_flow(flow, source, sink);
  return most >= unlimited_ ? Bandwidth::unlimited() : Bandwidth{static_cast<double>(most) * unit_};
}

}  // namespace shardsim
