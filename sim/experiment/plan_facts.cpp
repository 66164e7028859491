// SPDX-License-Identifier: Apache-2.0
#include "experiment/plan_facts.hpp"

#include <cmath>

#include "experiment/tiering.hpp"
#include "model/walks.hpp"

namespace shardsim {

PlanFacts::PlanFacts(const Scenario& scenario, const Model& model, const ShardingPlan& plan)
    : deployment_(deploy(scenario.cluster, services_of(plan), *scenario.topology)),
      items_(scenario.traffic.items_per_query()),
      batches_(std::ceil(items_ / scenario.serving.batch_items)) {
  for (const Net& net : model.nets)
    for (const Table& table : net.tables)
      tables_[table.name] = {&table, expected_times(net), expected_items(net, items_)};
  const auto use = [&](std::optional<std::size_t> shard, Bytes bytes) {
    for (const NodeId node : service(shard).nodes) used_[node] += bytes;
  };
  const std::vector<Bytes> memory = memory_by_service(plan, scenario, model);
  use({}, memory.front());
  for (std::size_t s = 0; s < plan.shards.size(); ++s) use(s, memory[s + 1]);
}

Bytes PlanFacts::headroom(std::optional<std::size_t> shard) const {
  const ServiceSite& site = service(shard);
  Bytes least{std::numeric_limits<std::int64_t>::max()};
  for (const NodeId node : site.nodes)
    least = std::min(least, Bytes{site.platform->usable_memory().count - used_.at(node).count});
  return least;
}

std::string PlanFacts::hosts(std::optional<std::size_t> shard) const {
  constexpr std::size_t kShown = 3;
  const std::vector<NodeId>& nodes = service(shard).nodes;
  std::string out;
  for (std::size_t i = 0; i < std::min(nodes.size(), kShown); ++i)
    out += (i == 0 ? "" : ", ") + deployment_.topology.graph[nodes[i]].name;
  return nodes.size() > kShown ? out + fmt::format(", ... ({})", nodes.size()) : out;
}

double PlanFacts::gather_us(std::optional<std::size_t> shard, const std::vector<Placement>& placements,
                            const std::vector<double>& lookups) const {
  constexpr double kUsAPicosecond = 1e-6;
  const LookupFigures& figures = service(shard).platform->lookup;
  double total_us = 0;
  for (std::size_t i = 0; i < placements.size(); ++i) {
    const Placement& p = placements[i];
    const TableOfNet& of_net = tables_.at(p.table);
    const Table& whole = *of_net.table;
    const Table table = p.split == Split::columns ? slice_of(whole, p.parts) : whole;
    // A query's own bag is gathered in each of its batches anew.
    const double times = table.per == Per::query || table.time ? batches_ : 1;
    const double of_all = lookups[i] * p.copies;
    const double bags = std::min(of_all, of_net.times * (table.per == Per::item ? of_net.items : 1));
    const double ps = table.time
                          ? of_net.times * static_cast<double>(table.time->count()) / (p.by_rows() ? p.parts : 1)
                          : of_all * lookup_ps(table, figures) + bags * static_cast<double>(figures.bag_time.count());
    total_us += times * ps / p.copies * kUsAPicosecond;
  }
  return total_us;
}

}  // namespace shardsim
