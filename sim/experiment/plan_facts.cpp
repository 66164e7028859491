// SPDX-License-Identifier: Apache-2.0
#include "experiment/plan_facts.hpp"

#include <cmath>

namespace shardsim {

PlanFacts::PlanFacts(const Scenario& scenario, const Model& model, const ShardingPlan& plan)
    : scenario_(scenario),
      deployment_(deploy(scenario.cluster, plan.shards.size(), *scenario.topology)),
      batches_(std::ceil(scenario.traffic.items_per_query() / scenario.serving.batch_items)) {
  for (const Net& net : model.nets)
    for (const Table& table : net.tables) tables_[table.name] = &table;
  const auto use = [&](std::optional<std::size_t> shard, Bytes bytes) {
    const auto [first, last] = servers(shard);
    for (std::size_t i = first; i < last; ++i) used_[deployment_.servers[i].node] += bytes;
  };
  use({}, placed_bytes(plan.main, model) + model.dense_bytes());
  for (std::size_t s = 0; s < plan.shards.size(); ++s) use(s, placed_bytes(plan.shards[s].tables, model));
}

std::pair<std::size_t, std::size_t> PlanFacts::servers(std::optional<std::size_t> shard) const {
  const auto main = static_cast<std::size_t>(scenario_.cluster.main.replicas);
  const auto sparse = static_cast<std::size_t>(scenario_.cluster.sparse.replicas);
  if (!shard) return {0, main};
  return {main + *shard * sparse, main + (*shard + 1) * sparse};
}

Bytes PlanFacts::headroom(std::optional<std::size_t> shard) const {
  const auto [first, last] = servers(shard);
  Bytes least{std::numeric_limits<std::int64_t>::max()};
  for (std::size_t i = first; i < last; ++i) {
    const ServerSite& site = deployment_.servers[i];
    least = std::min(least, Bytes{site.platform->usable_memory().count - used_.at(site.node).count});
  }
  return least;
}

std::string PlanFacts::hosts(std::optional<std::size_t> shard) const {
  constexpr std::size_t kShown = 3;
  const auto [first, last] = servers(shard);
  std::string out;
  for (std::size_t i = first; i < std::min(last, first + kShown); ++i)
    out += (i == first ? "" : ", ") + deployment_.topology.graph[deployment_.servers[i].node].name;
  return last - first > kShown ? out + fmt::format(", ... ({})", last - first) : out;
}

double PlanFacts::gather_us(std::optional<std::size_t> shard, const std::vector<Placement>& placements,
                            const std::vector<double>& lookups) const {
  constexpr double kUsAPicosecond = 1e-6;
  const LookupFigures& figures = (shard ? scenario_.cluster.sparse : scenario_.cluster.main).platform.lookup;
  double total_us = 0;
  for (std::size_t i = 0; i < placements.size(); ++i) {
    const Table& table = *tables_.at(placements[i].table);
    // A query's own bag is gathered in each of its batches anew.
    const double times = table.per == Per::query || table.time ? batches_ : 1;
    const double ps = table.time ? static_cast<double>(table.time->count()) / placements[i].parts
                                 : lookups[i] * lookup_ps(table, figures);
    total_us += times * ps * kUsAPicosecond;
  }
  return total_us;
}

}  // namespace shardsim
