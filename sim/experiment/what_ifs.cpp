// SPDX-License-Identifier: Apache-2.0
#include "experiment/explain.hpp"

namespace shardsim {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

std::string as_json(const Json& value) { return value.dump(); }

// Strategies that spread tables over a given number of shards by a rule, and take the same fields.
constexpr std::array kStrategies{"capacity-balanced", "load-balanced", "nsbp"};

void add_sharding(std::vector<WhatIf>& out, const Json& sharding) {
  const bool has_shards = sharding.contains("shards");
  if (has_shards) {
    const auto group = sharding.value("group", std::int64_t{1});
    const auto more = sharding["shards"].get<std::int64_t>() + group;
    out.push_back({fmt::format("one more {} ({})", group > 1 ? "group of sparse shards" : "sparse shard", more),
                   {{"sharding.shards", std::to_string(more)}}});
  }
  const std::string now = sharding.value("strategy", std::string());
  for (const char* strategy : kStrategies) {
    if (strategy == now) continue;
    Json other = {{"strategy", strategy}, {"shards", has_shards ? sharding["shards"] : Json(8)}};
    for (const char* key : {"split_above", "row_split"})
      if (sharding.contains(key)) other[key] = sharding[key];
    out.push_back(
        {fmt::format("strategy {} on {} shards", strategy, other["shards"].dump()), {{"sharding", as_json(other)}}});
  }
}

void add_faster_nics(std::vector<WhatIf>& out, const Cluster& cluster) {
  Settings settings;
  const auto faster = [](Bandwidth b) { return to_text(Bandwidth{2 * b.bytes_per_second}); };
  for (const PoolView& pool : pools_of(cluster)) {
    const Nic& nic = pool.spec->platform.nic;
    const std::string path = pool.path + ".platform.nic.";
    if (!nic.bandwidth.is_unlimited()) settings.emplace_back(path + "bandwidth", faster(nic.bandwidth));
    if (nic.receive_bandwidth && !nic.receive_bandwidth->is_unlimited())
      settings.emplace_back(path + "receive_bandwidth", faster(*nic.receive_bandwidth));
  }
  if (!settings.empty()) out.push_back({"NICs twice as fast", settings});
}

void add_batches(std::vector<WhatIf>& out, int items) {
  const auto change = [&](const char* name, int to) {
    out.push_back({fmt::format("{} ({} items)", name, to), {{"serving.batch_items", std::to_string(to)}}});
  };
  if (items <= 500'000) change("batches twice as large", 2 * items);
  if (items >= 2) change("batches half as large", items / 2);
}

template <class Quantity>
std::string twice(const Json& written, double most) {
  const double now = parse_quantity(written.get<std::string>(), QuantityTraits<Quantity>::units()).base;
  return to_text(*QuantityTraits<Quantity>::make(std::min(2 * now, most)));
}

void add_cache(std::vector<WhatIf>& out, const std::string& name, const std::string& path, const Json& cache) {
  const auto add = [&](const char* key, const std::string& to) {
    out.push_back({fmt::format("{} twice as large ({})", name, to), {{fmt::format("{}.{}", path, key), to}}});
  };
  if (const Json share = cache.value("share", Json()); share.is_string()) add("share", twice<Share>(share, 1));
  if (const Json bytes = cache.value("capacity", Json()); bytes.is_string()) add("capacity", twice<Bytes>(bytes, 1e18));
}

void add_caches(std::vector<WhatIf>& out, const Json& serving) {
  const Json& store = serving["store"];
  if (store.value("type", std::string()) == "cached") add_cache(out, "cache", "serving.store", store);
  const Json near_cache = serving.value("near_cache", Json::object());
  if (!near_cache.contains("hit_ratio")) add_cache(out, "near cache", "serving.near_cache", near_cache);
}

// Tables of one net at a time come back to memory.
void add_nets_in_memory(std::vector<WhatIf>& out, const Scenario& scenario) {
  if (!scenario.offload) return;
  const auto may_go = [&](const Net& net) {
    const std::optional<std::vector<std::string>>& nets = scenario.offload->nets;
    return !net.tables.empty() && (!nets || std::find(nets->begin(), nets->end(), net.name) != nets->end());
  };
  for (const Net& net : scenario.model.nets) {
    if (!may_go(net)) continue;
    Json others = Json::array();
    for (const Net& other : scenario.model.nets)
      if (may_go(other) && &other != &net) others.push_back(other.name);
    out.push_back({fmt::format("tables of net {} in memory", net.name), {{"offload.nets", as_json(others)}}});
  }
}

void add_replica(std::vector<WhatIf>& out, const PoolView& pool) {
  if (!pool.spec->hosts.empty()) return;  // there is no host for it
  const int more = pool.spec->replicas + 1;
  out.push_back(
      {fmt::format("one more replica of {} ({})", pool.name, more), {{pool.path + ".replicas", std::to_string(more)}}});
}

}  // namespace

std::vector<WhatIf> what_ifs(const Scenario& scenario) {
  const Json written = value_type<Scenario>().write(&scenario, std::filesystem::current_path());
  std::vector<WhatIf> out;
  add_sharding(out, written["sharding"]);
  add_faster_nics(out, scenario.cluster);
  add_batches(out, scenario.serving.batch_items);
  add_caches(out, written["serving"]);
  add_nets_in_memory(out, scenario);
  const bool has_shards = written["sharding"].value("strategy", std::string()) != "singular";
  for (const PoolView& pool : pools_of(scenario.cluster))
    if (pool.takes_main || has_shards) add_replica(out, pool);
  return out;
}

}  // namespace shardsim
