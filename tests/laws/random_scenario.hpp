// SPDX-License-Identifier: Apache-2.0
// Small scenarios drawn from all that a scenario can say, as JSON that a user could have written.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "config/json.hpp"

namespace shardsim::testing {

/// Choices of one scenario, all from one seed, and the same on any machine.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed) {}

  int integer(int low, int high) {
    return low + static_cast<int>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(double p) { return unit() < p; }
  /// Between `low` and `high`, each order of magnitude alike.
  double magnitude(double low, double high) { return low * std::pow(high / low, unit()); }
  template <class T>
  T one_of(const std::vector<T>& of) {
    return of[engine_() % of.size()];
  }
  std::string one_of(std::initializer_list<const char*> of) { return std::data(of)[engine_() % of.size()]; }

  // As a scenario has them.
  std::string time(double low_us, double high_us) { return fmt::format("{:.3g} us", magnitude(low_us, high_us)); }
  std::string maybe_no_time(double low_us, double high_us) { return chance(0.3) ? "0 us" : time(low_us, high_us); }
  std::string rate(double low, double high) { return fmt::format("{:.3g} /s", magnitude(low, high)); }
  std::string gbps(double low, double high) { return fmt::format("{:.3g} Gbps", magnitude(low, high)); }
  std::string bytes(double low, double high) { return fmt::format("{:.0f} B", magnitude(low, high)); }
  std::string maybe_unlimited(double low_gbps, double high_gbps) {
    return chance(0.2) ? "unlimited" : gbps(low_gbps, high_gbps);
  }

 private:
  double unit() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  std::mt19937_64 engine_;
};

// A distribution of positive numbers with about this mean.
inline Json random_distribution(Draw& d, double mean) {
  switch (d.integer(0, 8)) {
    case 0:
      return {{"type", "exponential"}, {"mean", mean}};
    case 1:
      return {{"type", "lognormal"}, {"mean", mean}, {"cv", d.magnitude(0.1, 3)}};
    case 2:
      return {{"type", "uniform"}, {"low", 0}, {"high", 2 * mean}};
    case 3:
      return {{"type", "poisson"}, {"mean", mean}};
    case 4:
      return {{"type", "geometric"}, {"mean", mean + 1}, {"from", 1}};
    case 5:
      return {{"type", "pareto"}, {"shape", d.magnitude(0.8, 3)}, {"least", mean / 3}, {"most", 20 * mean}};
    case 6:
      return {{"type", "empirical"}, {"quantiles", {mean / 2, mean, 2 * mean}}};
    case 7:
      return {{"type", "negative-binomial"}, {"mean", mean}, {"cv", 1 / std::sqrt(mean) + d.magnitude(0.1, 2)}};
    default:
      return {{"type", "fixed"}, {"value", mean}};
  }
}

// A factor of mean 1.
inline Json random_jitter(Draw& d) {
  if (d.chance(0.5)) return {{"type", "exponential"}, {"mean", 1}};
  return {{"type", "lognormal"}, {"mean", 1}, {"cv", d.magnitude(0.05, 2)}};
}

inline Json random_popularity(Draw& d) {
  if (d.chance(0.3)) return {{"type", "uniform"}};
  return {{"type", "zipf"}, {"s", d.magnitude(0.2, 1.5)}};
}

inline Json random_table(Draw& d, const std::string& name) {
  Json table{{"name", name},
             {"rows", static_cast<int>(d.magnitude(1, 50'000))},
             {"dim", d.integer(1, 64)},
             {"pooling", random_distribution(d, d.magnitude(1, 15))},
             {"per", d.one_of({"item", "query"})}};
  if (d.chance(0.4)) table["coverage"] = d.magnitude(0.05, 1);
  if (d.chance(0.3)) table["dtype"] = d.one_of({"fp16", "int8", "fp32"});
  if (d.chance(0.2)) table["time"] = d.time(1, 100);
  if (d.chance(0.2)) table["shares_factor"] = d.chance(0.5);
  if (d.chance(0.2)) table["popularity"] = random_popularity(d);
  return table;
}

inline Json random_layers(Draw& d, int input) {
  if (d.chance(0.3)) return {{"layers", {input, d.integer(1, 64), d.integer(1, 32)}}};
  Json layers{{"time", d.time(1, 300)}};
  if (d.chance(0.5)) layers["time_per_item"] = d.time(0.1, 5);
  return layers;
}

inline Json random_model(Draw& d) {
  Json nets = Json::array();
  int tables = 0;
  for (int n = 0, all = d.integer(1, 3); n < all; ++n) {
    Json net{{"name", fmt::format("net{}", n)}, {"tables", Json::array()}, {"per", d.one_of({"item", "query"})}};
    for (int earlier = 0; earlier < n; ++earlier)
      if (d.chance(0.5)) net["depends_on"].push_back(fmt::format("net{}", earlier));
    if (d.chance(0.7)) net["bottom_mlp"] = random_layers(d, 13);
    net["interaction"] = {{"output", d.integer(1, 64)}};
    if (d.chance(0.7)) net["top_mlp"] = random_layers(d, net["interaction"]["output"]);
    if (d.chance(0.2)) net["rpc"] = {{"request", d.bytes(100, 10'000)}, {"response", d.bytes(50, 5000)}};
    for (int t = 0, of_net = d.integer(n == 0 ? 1 : 0, 4); t < of_net; ++t)
      net["tables"].push_back(random_table(d, fmt::format("t{}", tables++)));
    nets.push_back(std::move(net));
  }
  if (d.chance(0.3)) std::reverse(nets.begin(), nets.end());  // the order of the list means nothing
  return {{"name", "random"}, {"nets", std::move(nets)}};
}

inline std::vector<std::string> table_names(const Json& model) {
  std::vector<std::string> names;
  for (const Json& net : model["nets"])
    for (const Json& table : net["tables"]) names.push_back(table["name"]);
  return names;
}

// Every table on a shard or on the main shard, some in parts, some in copies.
inline Json random_plan(Draw& d, const std::vector<std::string>& tables) {
  Json plan{{"main", Json::array()}, {"shards", Json::array()}};
  const int shards = d.integer(1, 3);
  for (int s = 0; s < shards; ++s)
    plan["shards"].push_back({{"name", fmt::format("shard{}", s)}, {"tables", Json::array()}});
  for (std::size_t t = 0; t < tables.size(); ++t) {
    if (t > 0 && shards > 1 && d.chance(0.3)) {
      const int first = d.integer(0, shards - 1);
      for (const int shard : {first, (first + 1) % shards})
        plan["shards"][static_cast<std::size_t>(shard)]["tables"].push_back({{"table", tables[t]}, {"copies", 2}});
      continue;
    }
    const int parts = d.chance(0.3) ? d.integer(2, 4) : 1;
    const std::string row_split = d.one_of({"modulo", "range"});
    for (int part = 0; part < parts; ++part) {
      Json placed{{"table", tables[t]}};
      if (parts > 1) placed.update(Json{{"part", part}, {"parts", parts}, {"row_split", row_split}});
      const int target = t == 0 && part == 0 ? 0 : d.integer(-1, shards - 1);
      (target < 0 ? plan["main"] : plan["shards"][static_cast<std::size_t>(target)]["tables"])
          .push_back(std::move(placed));
    }
  }
  std::erase_if(plan["shards"].get_ref<Json::array_t&>(), [](const Json& s) { return s["tables"].empty(); });
  return {{"plan", std::move(plan)}};
}

inline Json random_sharding(Draw& d, const Json& model) {
  const std::vector<std::string> tables = table_names(model);
  const int most = std::min(4, static_cast<int>(tables.size()));
  const std::string strategy = d.one_of({"singular", "one-shard", "capacity-balanced", "load-balanced", "nsbp",
                                         "row-wise", "hybrid", "column-wise", "table-row-wise", "plan"});
  if (strategy == "plan") return random_plan(d, tables);
  Json sharding{{"strategy", strategy}};
  if (strategy == "singular" || strategy == "one-shard") return sharding;
  sharding["shards"] = strategy == "row-wise" ? d.integer(1, 4) : d.integer(1, most);
  if (strategy == "nsbp") sharding["shards"] = most;  // one at least for each net
  if (strategy == "column-wise") return {{"strategy", strategy}, {"shards", sharding["shards"]}, {"width", 1}};
  if (strategy == "table-row-wise") sharding.update({{"shards", 4}, {"group", d.integer(1, 2)}});
  if (strategy == "hybrid") sharding["main_share"] = d.magnitude(0.01, 1);
  if (d.chance(0.4)) sharding["row_split"] = d.one_of({"modulo", "range"});
  if (strategy == "load-balanced") sharding["sampled_queries"] = 50;
  return sharding;
}

inline Json random_platform(Draw& d, const std::string& name) {
  Json nic{{"bandwidth", d.maybe_unlimited(0.1, 40)}};
  if (d.chance(0.3)) nic["latency"] = d.time(0.1, 20);
  if (d.chance(0.3)) nic["cpu_per_message"] = d.time(0.1, 10);
  if (d.chance(0.2)) nic["receive_bandwidth"] = d.gbps(0.5, 40);
  return {{"name", name},
          {"cores", d.integer(1, 6)},
          {"memory", "10 GB"},
          {"memory_bandwidth", d.chance(0.3) ? "unlimited" : fmt::format("{:.3g} GB/s", d.magnitude(0.2, 50))},
          {"nic", nic},
          {"core", {{"flops", "10 GFLOP/s"}, {"efficiency", 0.5}, {"half_efficiency_rows", d.integer(0, 16)}}},
          {"lookup", {{"time", d.maybe_no_time(0.01, 2)}, {"time_per_byte", d.chance(0.3) ? "0 ns" : "0.3 ns"}}},
          {"rpc", {{"cpu_per_message", d.maybe_no_time(0.5, 30)}, {"serialization", "1 GB/s"}}},
          {"service_overhead", d.maybe_no_time(1, 50)},
          {"net_overhead", d.maybe_no_time(1, 30)}};
}

inline Json random_cluster(Draw& d) {
  const Json main = random_platform(d, "main");
  return {
      {"main", {{"platform", main}, {"replicas", d.integer(1, 3)}}},
      {"sparse", {{"platform", d.chance(0.3) ? main : random_platform(d, "sparse")}, {"replicas", d.integer(1, 3)}}}};
}

inline Json random_link(Draw& d) {
  return {{"bandwidth", d.maybe_unlimited(0.3, 40)}, {"latency", d.maybe_no_time(0.1, 50)}};
}

// With room for all servers: at most 3 of main and 3 of each of 4 shards.
inline Json random_topology(Draw& d) {
  const std::string type =
      d.one_of({"star", "star", "leaf-spine", "fat-tree", "dragonfly", "torus", "jellyfish", "multi-zone"});
  Json t{{"type", type}, {"frontend", {{"link", random_link(d)}}}};
  if (type == "star") {
    t.update(Json{{"up_latency", d.maybe_no_time(0.1, 50)}, {"down_latency", d.maybe_no_time(0.1, 50)}});
    if (d.chance(0.3)) t["frontend"] = {{"host", "main0"}};
  } else if (type == "leaf-spine") {
    t.update(Json{{"hosts_per_leaf", d.integer(1, 4)}, {"spines", d.integer(1, 3)}});
    t.update(Json{{"host_latency", d.maybe_no_time(0.1, 20)}, {"uplink", random_link(d)}});
  } else if (type == "fat-tree") {
    t.update(Json{{"k", 4}, {"link", random_link(d)}});
  } else if (type == "dragonfly") {
    t.update(Json{{"groups", 3}, {"routers", 2}, {"hosts_per_router", 3}, {"global_links", 1}});
    t.update(Json{{"local_link", random_link(d)}, {"global_link", random_link(d)}});
  } else if (type == "torus") {
    t.update(Json{{"dimensions", {2, 3}}, {"hosts_per_router", 3}, {"link", random_link(d)}});
  } else if (type == "jellyfish") {
    t.update(Json{{"switches", 6}, {"links_per_switch", 3}, {"hosts_per_switch", 3}, {"link", random_link(d)}});
  } else {
    t.update(Json{{"halls", 1}, {"pods", 2}, {"racks", 2}, {"hosts_per_rack", 4}});
    for (const char* const level : {"rack_link", "pod_link", "hall_link"}) t[level] = random_link(d);
  }
  if (d.chance(0.3)) t["routing"] = {{"multipath", d.one_of({"ecmp", "single"})}};
  return t;
}

inline Json random_transport(Draw& d) {
  const std::string type = d.one_of({"ideal", "port", "port", "fluid", "packet"});
  Json t{{"type", type}};
  if (type == "port" && d.chance(0.5)) t["forwarding"] = d.one_of({"cut-through", "store-and-forward"});
  if (type == "packet") {
    t.update(Json{{"buffer", fmt::format("{} kB", d.integer(5, 200))}, {"min_rto", d.time(500, 20'000)}});
    if (d.chance(0.4)) t["ecn_threshold"] = "10 kB";
  }
  return t;
}

// How an RPC is made where its answer may not come.
inline Json random_call(Draw& d) {
  Json call;
  if (d.chance(0.3))
    call = {{"type", "give-up"}, {"after", d.time(300, 20'000)}};
  else
    call = {{"type", "retry"}, {"per_try_timeout", d.time(300, 20'000)}, {"retries", d.integer(0, 3)}};
  if (d.chance(0.4)) call["withdraw"] = d.chance(0.5);
  return call;
}

inline std::string random_balancer(Draw& d) {
  return d.one_of({"round-robin", "random", "least-outstanding", "power-of-two", "peak-ewma"});
}

// The fewest cores that a server has.
inline int fewest_cores(const Json& cluster) {
  const auto cores = [&](const char* service) { return cluster[service]["platform"]["cores"].get<int>(); };
  return std::min(cores("main"), cores("sparse"));
}

// What may be said of serving: a line a field. `cores`: of the smallest server. A call that survives losses comes with
// faults, and `dedup_indices` with rows.
inline Json random_serving(Draw& d, int cores) {
  Json s = Json::object();
  if (d.chance(0.7)) s["batch_items"] = d.integer(1, 30);
  for (const char* const work : {"dense", "sparse", "serde", "service"})
    if (d.chance(0.4)) s["jitter"][work] = random_jitter(d);
  if (d.chance(0.5)) s["main_balancer"]["type"] = random_balancer(d);
  if (d.chance(0.5)) s["sparse_balancer"]["type"] = random_balancer(d);
  if (d.chance(0.3)) s["call"] = random_call(d);
  if (d.chance(0.2)) s["query_timeout"] = d.time(500, 50'000);
  if (d.chance(0.3)) s["issue"] = "eager";
  if (d.chance(0.3)) s["workers"] = d.integer(1, 8);
  if (d.chance(0.3)) s["threads"] = "run-to-completion";
  if (s.contains("threads")) return s;  // one thread does all
  if (d.chance(0.4)) s["inter_op"] = d.integer(1, cores);
  if (d.chance(0.4)) s["intra_op"] = {{"cores", d.integer(1, cores)}, {"efficiency", d.magnitude(0.3, 1)}};
  return s;
}

inline Json random_arrivals(Draw& d) {
  const std::string type = d.one_of({"serial", "poisson", "poisson", "deterministic", "gamma", "weibull", "on-off",
                                     "bunches", "closed-loop", "diurnal", "markov-modulated", "deeprecsys"});
  const std::string rate = d.rate(100, 5000);
  if (type == "serial") return {{"type", type}};
  if (type == "gamma" || type == "weibull") return {{"type", type}, {"rate", rate}, {"cv", d.magnitude(0.3, 3)}};
  if (type == "on-off")
    return {{"type", type}, {"rate_on", rate}, {"mean_on", d.time(1e3, 1e5)}, {"mean_off", d.time(1e3, 1e5)}};
  if (type == "bunches")
    return {{"type", type},
            {"moments", {{"type", "poisson"}, {"rate", d.rate(50, 1000)}}},
            {"size", random_distribution(d, 3)}};
  if (type == "closed-loop") {
    Json loop{{"type", type}, {"clients", d.integer(1, 20)}};
    if (d.chance(0.5)) loop["think"] = d.time(100, 10'000);
    return loop;
  }
  if (type == "diurnal") return {{"type", type}, {"rate", rate}, {"swing", 0.8}, {"period", "100 ms"}};
  if (type == "markov-modulated")
    return {
        {"type", type},
        {"states", {{{"rate", rate}, {"mean_stay", "5 ms"}}, {{"rate", d.rate(10, 1000)}, {"mean_stay", "10 ms"}}}}};
  return {{"type", type}, {"rate", rate}};
}

inline Json random_traffic(Draw& d) {
  Json t{{"arrivals", random_arrivals(d)}, {"queries", d.integer(20, 150)}, {"warmup", 0}};
  t["items"] = random_distribution(d, d.magnitude(2, 40));
  if (d.chance(0.2)) t["lookup_factor"] = random_jitter(d);
  if (d.chance(0.3)) t["rows"] = {{"popularity", random_popularity(d)}};
  if (d.chance(0.3)) t["message"] = {{"request", d.bytes(100, 10'000)}, {"response", d.bytes(50, 5000)}};
  if (d.chance(0.3)) t["objective"] = d.time(1000, 50'000);
  return t;
}

inline Json random_fault(Draw& d) {
  Json f{{"state", d.one_of({"down", "slow", "flapping"})}};
  if (d.chance(0.5))
    f["hosts"] = d.one_of({"*", "*0", "*0*", "*1"});
  else
    f["links"] = d.one_of({"*", "*0 -> *", "* -> *0", "*0* -> *1*", "* -> *"});
  const int from_us = d.integer(0, 20'000);
  f["from"] = fmt::format("{} us", from_us);
  if (f["state"] != "slow" || d.chance(0.7)) f["until"] = fmt::format("{} us", from_us + d.integer(1, 30'000));
  if (f["state"] == "slow") f["factor"] = d.magnitude(1.1, 20);
  if (f["state"] == "flapping") f.update(Json{{"down_for", d.time(50, 3000)}, {"up_for", d.time(500, 10'000)}});
  return f;
}

inline Json random_cross_traffic(Draw& d) {
  Json b{{"size", random_distribution(d, d.magnitude(500, 20'000))}};
  if (d.chance(0.5))
    b["rate"] = d.rate(10, 5000);
  else
    b["load"] = d.gbps(0.001, 0.3);
  return b;
}

inline Json random_accelerator(Draw& d, const std::string& model) {
  Json a{{"name", "board"}, {"memory", "10 GB"}, {"count", d.integer(1, 2)}, {"streams", d.integer(1, 2)}};
  if (d.chance(0.5)) a["host_link"] = {{"bandwidth", d.maybe_unlimited(1, 40)}, {"latency", d.maybe_no_time(0.1, 10)}};
  if (d.chance(0.5)) a["launch"] = d.time(1, 50);
  if (d.chance(0.3)) a["jitter"] = random_jitter(d);
  const std::string type = d.one_of({"figures", "speed-up", "times"});
  a["speed"]["type"] = type;
  if (type == "figures")
    a["speed"].update(Json{{"flops", "1 TFLOP/s"},
                           {"efficiency", 0.5},
                           {"half_efficiency_rows", d.integer(0, 100)},
                           {"lookup", {{"time", d.maybe_no_time(0.001, 0.1)}, {"time_per_byte", "2 ps"}}}});
  else if (type == "speed-up")
    a["speed"].update(Json{{"batch", {1, 16}}, {"models", {{model, {0.5, d.magnitude(1, 20)}}}}});
  else
    a["speed"].update(Json{{"batch", {1, 16}}, {"models", {{model, {d.time(10, 100), d.time(50, 1000)}}}}});
  return a;
}

inline Json random_executor(Draw& d) {
  Json on{{"type", d.one_of({"accelerator", "accelerator", "core"})}};
  if (on["type"] == "accelerator") {
    on["what"] = d.one_of({"queries", "dense"});
    on["offload_above"] = d.integer(0, 20);
  }
  if (on["type"] == "accelerator" && d.chance(0.4)) return on;
  Json batching{{"type", "batching"}, {"on", on}};
  if (d.chance(0.8)) batching["max_batch"] = d.integer(1, 100);
  if (batching.contains("max_batch") && d.chance(0.5)) batching["max_delay"] = d.time(10, 2000);
  if (batching.contains("max_batch") && d.chance(0.3)) batching["preferred"] = {1};
  if (d.chance(0.3)) batching["keep_order"] = true;
  if (d.chance(0.3)) batching["max_waiting"] = d.integer(0, 5);
  if (d.chance(0.3)) batching["when_full"] = "refuse";
  return batching;
}

// By draws of their own: what was drawn before them stays.
inline void add_devices(Json& s, std::uint64_t seed) {
  Draw d(seed + 1'000'000'007);
  if (d.chance(0.4)) {
    s["cluster"]["main"]["platform"]["accelerator"] = random_accelerator(d, s["model"]["name"]);
    s["cluster"]["main"]["platform"]["name"] = "with-board";
    s["serving"]["executor"] = random_executor(d);
  }
  if (!d.chance(0.3)) return;
  s["traffic"]["classes"] = {{{"name", "a"}, {"share", "25 %"}, {"deadline", d.time(100, 10'000)}},
                             {{"name", "b"}, {"share", "75 %"}, {"priority", 1}}};
  s["serving"]["queue"]["type"] = d.one_of({"fifo", "priority", "shortest-first", "earliest-deadline"});
}

// Some nets that a query walks several times, with few of its items, or not at all. What a batch asks is not known
// before it comes to them.
inline void random_walks(Draw& d, Json& model) {
  for (Json& net : model["nets"]) {
    if (d.chance(0.4)) net["repeat"] = {{"type", "uniform"}, {"low", 1}, {"high", d.integer(1, 5)}};
    if (d.chance(0.4)) net["probability"] = d.magnitude(0.1, 1);
    if (net["per"] != "item" || d.chance(0.5)) continue;
    if (d.chance(0.5))
      net["items"] = {{"share", d.magnitude(0.01, 1)}};
    else
      net["items"] = {{"at_most", d.integer(1, 30)}};
  }
}

inline bool has_walks(const Json& model) {
  return std::any_of(model["nets"].begin(), model["nets"].end(), [](const Json& net) {
    return net.contains("repeat") || net.contains("probability") || net.contains("items");
  });
}

/// Keys at the top of a scenario, and what draws them. `seed` makes the scenario, the same on any machine.
inline Json random_scenario(std::uint64_t seed) {
  Draw d(seed);
  Json s;
  s["model"] = random_model(d);
  s["sharding"] = random_sharding(d, s["model"]);
  s["cluster"] = random_cluster(d);
  s["topology"] = random_topology(d);
  s["transport"] = random_transport(d);
  s["serving"] = random_serving(d, fewest_cores(s["cluster"]));
  s["traffic"] = random_traffic(d);
  if (s["traffic"].contains("rows") && d.chance(0.6)) {
    const bool eager = s["serving"].value("issue", "per-net") == "eager";
    s["serving"]["dedup_indices"] = eager && d.chance(0.5) ? "query" : "batch";
  }
  if (d.chance(0.3)) s["cross_traffic"].push_back(random_cross_traffic(d));
  if (d.chance(0.4)) {
    for (int f = 0, faults = d.integer(1, 3); f < faults; ++f) s["faults"].push_back(random_fault(d));
    s["serving"]["call"] = random_call(d);
  }
  if (d.chance(0.1)) s["compression"] = {{"dtype", "int8"}, {"pruned_rows", 0.2}};
  add_devices(s, seed);
  s["seed"] = seed;
  Draw more(seed + 2'000'000'033);
  if (more.chance(0.3)) random_walks(more, s["model"]);
  if (!has_walks(s["model"])) return s;
  s["serving"].erase("issue");
  if (s["serving"].value("dedup_indices", "") == "query") s["serving"]["dedup_indices"] = "batch";
  return s;
}

}  // namespace shardsim::testing
