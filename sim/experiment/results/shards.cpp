// SPDX-License-Identifier: Apache-2.0
#include "experiment/results/shards.hpp"

namespace shardsim {
namespace {

double cpu_us_per_query(const ShardSource& s) {
  double out = 0;
  for (const Server* server : s.servers)
    for (const Duration d : server->cpu_times()) out += to_microseconds(d) * s.share;
  return out;
}

std::vector<std::string> hosts_of(const ShardSource& s) {
  std::vector<std::string> out;
  for (const Server* server : s.servers) out.push_back(server->host().name());
  return out;
}

}  // namespace

template <>
void describe(FigureList<ShardResult>& f) {
  using R = ShardResult;
  using S = ShardSource;
  f.of("shards[]");
  f.add("name", "", "name of the shard", &R::name, Merge::same, [](const S& s) { return s.shard.name; });
  f.add("tables", "", "number of tables of which it holds rows", &R::tables, Merge::same,
        [](const S& s) { return s.shard.tables.size(); });
  f.add("bytes", "bytes", "size of those rows, in one replica", &R::bytes, Merge::same,
        [](const S& s) { return placed_bytes(s.shard.tables, s.model); });
  f.add("lookups_per_query", "", "lookups it was asked for / queries completed", &R::lookups_per_query,
        Merge::mean_over_queries, [](const S& s) { return static_cast<double>(s.totals.lookups) * s.share; });
  f.add("rpcs_per_query", "", "attempts of RPCs to it / queries completed", &R::rpcs_per_query,
        Merge::mean_over_queries, [](const S& s) { return static_cast<double>(s.totals.rpcs) * s.share; });
  f.add("cpu_us_per_query", "us", "core time its replicas used / queries completed", &R::cpu_us_per_query,
        Merge::mean_over_queries, cpu_us_per_query);
  f.add(
      "caches", "",
      "of each tier of its tables beside memory: lookups of rows that are there, those that a cache answered (`hits`, "
      "`hit_ratio`), those answered without the row, which came later (`defaulted`) or, as the tier had no room for "
      "the "
      "read, not at all (`refused`); `late_hit_ratio`: of the last half of the run, with an interval of 95 %; "
      "`over_time`: by stretches of simulated time",
      &R::caches, Merge::sum, [](const S& s) { return cache_uses(s.service); });
  f.add("hosts", "", "machines of its replicas", &R::hosts, Merge::same, hosts_of);
}

}  // namespace shardsim
