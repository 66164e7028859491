// SPDX-License-Identifier: Apache-2.0
#include "topology/repair.hpp"

#include <fmt/ranges.h>

#include <deque>
#include <map>
#include <set>
#include <tuple>
#include <unordered_set>

namespace shardsim {
namespace {

std::string counted(std::size_t count, const char* one, const char* several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

// The second node called "x" becomes "x~2", unless that is taken.
std::size_t rename_doubles(NetworkGraph& graph, std::string& example) {
  std::unordered_set<std::string> taken;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph))) taken.insert(graph[node].name);
  std::unordered_set<std::string> seen;
  std::map<std::string, int> next;
  std::size_t renamed = 0;
  for (const NodeId node : boost::make_iterator_range(boost::vertices(graph))) {
    std::string& name = graph[node].name;
    if (seen.insert(name).second) continue;
    int& number = next.try_emplace(name, 2).first->second;
    std::string fresh;
    do fresh = fmt::format("{}~{}", name, number++);
    while (!taken.insert(fresh).second);
    if (renamed++ == 0) example = in_quotes(fresh);
    name = fresh;
    seen.insert(fresh);
  }
  return renamed;
}

// By node: whether it belongs to the part with the most nodes, the first of those as large.
std::vector<bool> largest_part(const NetworkGraph& graph) {
  const std::size_t nodes = boost::num_vertices(graph);
  std::vector<std::vector<NodeId>> beside(nodes);
  for (const auto link : boost::make_iterator_range(boost::edges(graph))) {
    beside[boost::source(link, graph)].push_back(boost::target(link, graph));
    beside[boost::target(link, graph)].push_back(boost::source(link, graph));
  }
  std::vector<std::size_t> part(nodes);  // 0: not yet known
  std::size_t parts = 0;
  std::size_t best = 0;
  std::size_t most = 0;
  for (NodeId start = 0; start < nodes; ++start) {
    if (part[start] != 0) continue;
    part[start] = ++parts;
    std::size_t size = 0;
    for (std::deque<NodeId> next{start}; !next.empty(); next.pop_front(), ++size)
      for (const NodeId other : beside[next.front()])
        if (part[other] == 0) part[other] = parts, next.push_back(other);
    if (size > most) most = size, best = parts;
  }
  std::vector<bool> in(nodes);
  for (NodeId node = 0; node < nodes; ++node) in[node] = part[node] == best;
  return in;
}

}  // namespace

void repair(LookedInto& looked) {
  BuiltTopology& topology = looked.topology;
  const NetworkGraph& old = topology.graph;
  std::string example;
  const std::size_t renamed = rename_doubles(topology.graph, example);
  const std::vector<bool> kept = largest_part(old);
  BuiltTopology built;
  std::vector<NodeId> place(kept.size());
  std::size_t left_out = 0;
  for (NodeId node = 0; node < kept.size(); ++node)
    if (kept[node])
      place[node] = boost::add_vertex(old[node], built.graph);
    else
      ++left_out;
  std::size_t loops = 0;
  std::set<std::tuple<NodeId, NodeId, double, std::int64_t>> seen;
  std::map<std::pair<NodeId, NodeId>, std::pair<std::size_t, std::size_t>> doubled;  // by pair of nodes: each way
  for (const auto link : boost::make_iterator_range(boost::edges(old))) {
    const NodeId a = boost::source(link, old);
    const NodeId b = boost::target(link, old);
    if (!kept[a]) continue;
    if (a == b)
      ++loops;
    else if (seen.emplace(a, b, old[link].bandwidth.bytes_per_second, old[link].latency.count()).second)
      boost::add_edge(place[a], place[b], old[link], built.graph);
    else
      ++(a < b ? doubled[{a, b}].first : doubled[{b, a}].second);
  }
  std::size_t doubles = 0;
  for (const auto& [ends, count] : doubled) doubles += std::max(count.first, count.second);
  if (topology.frontend && kept[*topology.frontend]) built.frontend = place[*topology.frontend];
  std::vector<std::string> done;
  if (renamed > 0) done.push_back(fmt::format("{} renamed, such as {}", counted(renamed, "node", "nodes"), example));
  if (loops > 0) done.push_back(counted(loops, "link", "links") + " of a node to itself dropped");
  if (doubles > 0) done.push_back(counted(doubles, "doubled link", "doubled links") + " dropped");
  if (left_out > 0) done.push_back(counted(left_out, "node", "nodes") + " apart from the largest part left out");
  if (topology.frontend && !built.frontend) done.push_back("the frontend was among them");
  if (!done.empty()) looked.notes.push_back(fmt::format("repaired: {}", fmt::join(done, ", ")));
  topology = std::move(built);
}

}  // namespace shardsim
