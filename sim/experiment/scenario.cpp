// SPDX-License-Identifier: Apache-2.0
#include "experiment/scenario.hpp"

#include <cmath>

#include "config/library.hpp"
#include "experiment/copies.hpp"
#include "experiment/tiering.hpp"
#include "experiment/updating.hpp"
#include "serving/walks.hpp"

namespace shardsim {
namespace {

std::string readable(Bytes b) { return fmt::format("{:.2f} GiB", static_cast<double>(b.count) / (1 << 30)); }

// What the user can do about a server that is too small.
std::string remedies(Bytes tables, Bytes usable, std::size_t shards) {
  const std::int64_t enough = usable.count > 0 ? (tables.count + usable.count - 1) / usable.count : 0;
  if (shards == 0) return "use a sharded strategy, 'compression', or a platform with more memory";
  if (enough > static_cast<std::int64_t>(shards))
    return fmt::format("use at least {} shards, 'compression', or a platform with more memory", enough);
  return "use more shards, a 'split_above' so that large tables can be spread, 'compression', or a platform with more "
         "memory";
}

// A strategy knows one platform for all shards, and one for the main shard: of those which may hold it, that with the
// least memory.
const Platform& smallest(const Cluster& cluster, bool PoolView::*takes) {
  const std::vector<PoolView> pools = pools_of(cluster);
  const Platform* least = nullptr;
  for (const PoolView& pool : pools)
    if (const Platform& p = pool.spec->platform;
        pool.*takes && (least == nullptr || p.usable_memory() < least->usable_memory()))
      least = &p;
  return least != nullptr ? *least : pools.front().spec->platform;  // where no shard may be, none will be
}

// Two messages, each sent by one side and received by the other. Where they cost nothing they take time on the network
// all the same, so that a few are better than many.
RpcPrice price_of(const Platform& main, const Platform& shard) {
  const auto fixed = [](const Platform& p) { return 2 * (p.rpc.cpu_per_message + p.nic.cpu_per_message); };
  constexpr Bytes kMany{1'000'000};
  const Duration many = kMany / main.rpc.serialization + kMany / shard.rpc.serialization;
  const Duration rpc = fixed(main) + fixed(shard) + shard.service_overhead + shard.net_overhead;
  return {std::max(1.0, static_cast<double>(rpc.count())),
          std::max(1e-6, static_cast<double>(many.count()) / static_cast<double>(kMany.count))};
}

void check_memory(const ShardingPlan& plan, const Model& model, const Scenario& scenario) {
  const std::vector<const Platform*> platforms = platforms_of(scenario.cluster, plan);
  const std::vector<Bytes> needed = memory_by_service(plan, scenario, model);
  for (std::size_t s = 0; s < needed.size(); ++s) {
    const Bytes usable = platforms[s]->usable_memory();
    if (needed[s] <= usable) continue;
    const std::string server = s == 0 ? "the main shard" : "shard " + in_quotes(plan.shards[s - 1].name);
    throw InfeasibleError("/sharding",
                          fmt::format("{} needs {} and {} has {} for it: {} missing; {}", server, readable(needed[s]),
                                      in_quotes(platforms[s]->name), readable(usable), readable(needed[s] - usable),
                                      remedies(model.table_bytes(), usable, plan.shards.size())));
  }
}

}  // namespace

Model served_model(const Scenario& scenario) {
  return scenario.compression ? compressed(scenario.model, *scenario.compression) : scenario.model;
}

ShardingPlan make_plan(const Scenario& scenario, const Model& model) {
  check_walks(model, scenario.serving);
  const std::unique_ptr<const LookupProfile> profile = lookup_profile(scenario, model);
  const Platform& main = smallest(scenario.cluster, &PoolView::takes_main);
  const Platform& shard = smallest(scenario.cluster, &PoolView::takes_shards);
  PlanningInput input{model, shard.usable_memory(), profile->items(), scenario.seed, profile.get()};
  const Bytes near_cache = near_cache_at_most(scenario.serving.near_cache, model);
  input.main_memory = {
      std::max<std::int64_t>(0, main.usable_memory().count - model.dense_bytes().count - near_cache.count)};
  input.batches_per_query = std::ceil(input.items_per_query / scenario.serving.batch_items);
  input.price = price_of(main, shard);
  ShardingPlan plan = scenario.sharding->plan(input);
  if (const auto complaint = check_plan(plan, model))
    throw ScenarioError("/sharding/plan" + (complaint->key.empty() ? "" : "/" + complaint->key), complaint->message);
  replicate(plan, scenario, model, *profile);
  offload(plan, scenario, model, *profile);
  check_tiers(plan, scenario, model);
  check_memory(plan, model, scenario);
  check_refresh(plan, scenario, model);
  return plan;
}

Scenario changed(const Scenario& scenario, const std::vector<std::pair<std::string, std::string>>& settings) {
  const std::filesystem::path here = std::filesystem::current_path();
  Document document = Document::wrap(value_type<Scenario>().write(&scenario, here), "the scenario", here);
  for (const auto& [path, value] : settings) document.set(path, value);
  return read_document<Scenario>(document);
}

Level level_at(const Scenario& scenario, const std::string& path) {
  const Json written = value_type<Scenario>().write(&scenario, std::filesystem::current_path());
  std::string pointer = "/" + path;
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  const auto none = [&] {
    const Json& arrivals = written["traffic"]["arrivals"];
    return InputError(fmt::format(
        "{}: there is no rate or whole number from 1 on in the scenario (its arrivals are of type {}); name "
        "the field that holds one with --over{}",
        path, arrivals.value("type", std::string("?")),
        arrivals.contains("clients") ? " traffic.arrivals.clients" : ""));
  };
  try {
    const Json& field = written.at(Json::json_pointer(pointer));
    if (field.is_number_integer() && field.get<double>() >= 1) return {field.get<double>(), true};
    const ParsedQuantity parsed = parse_quantity(field.get<std::string>(), QuantityTraits<Rate>::units());
    if (parsed.error.empty()) return {parsed.base, false};
  } catch (const Json::exception&) {  // no such place, or neither text nor number there
    throw none();
  }
  throw none();
}

Document load_scenario(const std::filesystem::path& file) {
  Document document = Document::load(required_file({}, file.string(), "scenario"));
  if (document.root.is_object() && document.root.contains("scenario") && document.root.contains("schema_version")) {
    Json scenario = document.root["scenario"];
    document.root = std::move(scenario);
  }
  return document;
}

void include_files(Document& scenario) { value_type<Scenario>().include_files(scenario.root, "", scenario); }

template <>
void describe(Describe<Scenario>& d) {
  d.object("scenario", "everything a run depends on");
  d.optional("description", &Scenario::description, "what it is for");
  d.required("model", &Scenario::model, "what is served");
  d.optional("compression", &Scenario::compression, "a transformation of the model's tables");
  d.required("sharding", &Scenario::sharding, "how tables are spread");
  d.optional("replicate", &Scenario::replicate, "which tables get copies, beside those that a plan itself names");
  d.optional("offload", &Scenario::offload, "which rows are not in memory, beside those that a plan itself names");
  d.required("cluster", &Scenario::cluster, "the servers");
  d.required("topology", &Scenario::topology, "the network");
  d.optional("transport", &Scenario::transport, "how faithfully messages cross it");
  d.optional("serving", &Scenario::serving, "how queries are served");
  d.required("traffic", &Scenario::traffic, "the stream of queries");
  d.optional("cross_traffic", &Scenario::cross_traffic, "messages that others send over the same network")
      .formerly("background");
  d.optional("faults", &Scenario::faults, "links and hosts that are down, slow or flapping for a while");
  d.optional("updates", &Scenario::updates,
             "what is written while the model serves: rows as they are trained, or a new version of the model");
  d.optional("seed", &Scenario::seed, "of all random numbers");
  d.optional("replication", &Scenario::replication, "number of an independent repetition with the same seed");
  d.optional("replications", &Scenario::replications, "how many of them to run, from that number on")
      .at_least(1)
      .at_most(1'000'000);
  d.optional("precision", &Scenario::precision, "how precise the figures are to be; left out: as precise as they get");
  d.check([](const Scenario& s) -> std::optional<Complaint> {
    if (s.precision && s.precision->max_queries && *s.precision->max_queries < s.traffic.queries)
      return Complaint{"precision/max_queries", fmt::format("found {}; expected at least 'traffic.queries', {}",
                                                            *s.precision->max_queries, s.traffic.queries)};
    for (const Fault& fault : s.faults)
      if (fault.loses_messages() && !s.serving.call->survives_loss())
        return Complaint{"serving/call", "'faults' lose messages, so say how long a caller waits"};
    if (s.serving.store->wants_rows() && !s.traffic.carries_rows())
      return Complaint{"serving/store/cache_mode",
                       "'exact' needs to know which rows are looked up: give 'traffic.rows', replay a trace with rows, "
                       "or use 'analytic' with a popularity"};
    if (s.serving.near_cache && s.updates && s.updates->invalidates())
      return Complaint{"updates/writes/cache", "'invalidate' does not reach 'serving.near_cache'; expected 'refresh'"};
    if (s.serving.near_cache && s.serving.near_cache->is_exact() && !s.traffic.carries_rows())
      return Complaint{"serving/near_cache/cache_mode",
                       "'exact' needs to know which rows are looked up: give 'traffic.rows', replay a trace with rows, "
                       "or use 'analytic'"};
    if (s.serving.dedup != Dedup::none && !s.traffic.carries_rows())
      return Complaint{"serving/dedup_indices",
                       "needs to know which rows are looked up: give 'traffic.rows', or replay a "
                       "trace with rows"};
    return std::nullopt;
  });
}

}  // namespace shardsim
