// SPDX-License-Identifier: Apache-2.0
#include "serving/device_cache.hpp"

#include <unordered_map>

#include "config/error.hpp"

namespace shardsim {
namespace {

struct MainTables {
  std::vector<TieredTable> tables;
  std::vector<std::size_t> nets;  // of each
};

MainTables main_tables(const ShardingPlan& plan, const Model& model, const TableUse& use, const std::string& pointer) {
  const std::vector<PlacedTable> all = tables_of(model);
  std::unordered_map<std::string, std::size_t> numbers;
  for (std::size_t t = 0; t < all.size(); ++t) numbers[all[t].table->name] = t;
  MainTables out;
  for (const Placement& placement : plan.main) {
    if (placement.parts > 1)
      throw ScenarioError(
          pointer, fmt::format("is for whole tables, and main has a part of table {}", in_quotes(placement.table)));
    const std::size_t number = numbers.at(placement.table);
    const Table& table = *all[number].table;
    TieredTable& its = out.tables.emplace_back();
    its.number = number;
    its.name = table.name;
    its.rows = table.rows;
    its.row = table.row_bytes();
    if (!use.lookups.empty()) its.lookups = use.lookups[number];
    if (!use.laws.empty()) its.law = use.laws[number];
    out.nets.push_back(all[number].net);
  }
  return out;
}

}  // namespace

DeviceCache device_cache(const DeviceCacheSpec& spec, const ShardingPlan& plan, const Model& model, const TableUse& use,
                         const std::string& pointer) {
  if (has_tiers(plan.main))
    throw ScenarioError(pointer, "holds rows of the host's memory, and main has some in another tier");
  MainTables main = main_tables(plan, model, use, pointer);
  DeviceCache cache;
  cache.bytes = spec.bytes_for(main.tables);
  cache.lookup_time = spec.lookup_time;
  spec.set_hit_ratios(main.tables, cache.bytes, pointer);
  std::vector<double> lookups(model.nets.size());
  std::vector<double> hits(model.nets.size());
  cache.hit_ratio.resize(model.nets.size());
  cache.row_bytes.resize(model.nets.size());
  for (std::size_t t = 0; t < main.tables.size(); ++t) {
    const TieredTable& table = main.tables[t];
    lookups[main.nets[t]] += table.lookups;
    hits[main.nets[t]] += table.lookups * table.hit_ratio;
    cache.row_bytes[main.nets[t]] += table.lookups * (1 - table.hit_ratio) * static_cast<double>(table.row.count);
  }
  for (std::size_t net = 0; net < model.nets.size(); ++net) {
    const double misses = lookups[net] - hits[net];
    if (lookups[net] > 0) cache.hit_ratio[net] = hits[net] / lookups[net];
    if (misses > 0) cache.row_bytes[net] /= misses;
  }
  return cache;
}

template <>
void describe(Describe<DeviceCacheSpec>& d) {
  d.object("accelerator cache",
           "rows of main's tables that are in the accelerator's memory; others come from the host");
  d.required("policy", &DeviceCacheSpec::policy, "which rows the cache keeps");
  describe_cache(d, "main's tables", "memory that a row takes in the cache beside its own bytes");
  d.check([](const DeviceCacheSpec& s) -> std::optional<Complaint> {
    if (!s.is_exact()) return std::nullopt;
    return Complaint{"cache_mode", "this cache is by formula only; expected 'analytic'"};
  });
}

}  // namespace shardsim
