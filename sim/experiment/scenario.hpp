// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster/cluster.hpp"
#include "experiment/precision.hpp"
#include "model/compression.hpp"
#include "network/transport.hpp"
#include "serving/background.hpp"
#include "serving/faults.hpp"
#include "serving/spec.hpp"
#include "serving/updates.hpp"
#include "sharding/offload.hpp"
#include "sharding/replicate.hpp"
#include "sharding/strategy.hpp"
#include "topology/topology.hpp"
#include "workload/traffic.hpp"

namespace shardsim {

/// Everything a run depends on.
struct Scenario {
  std::string description;
  Model model;
  std::optional<Compression> compression;
  Choice<Strategy> sharding;
  std::optional<Replicate> replicate;
  std::optional<Offload> offload;
  Cluster cluster;
  Choice<Topology> topology;
  Choice<TransportSpec> transport = Choice<TransportSpec>::of("port");
  ServingSpec serving;
  Traffic traffic;
  std::vector<BackgroundTraffic> cross_traffic;
  std::vector<Fault> faults;
  std::optional<Updates> updates;
  std::uint64_t seed = 1;
  std::uint32_t replication = 0;
  int replications = 1;  ///< from `replication` on
  std::optional<Precision> precision;

  double confidence() const { return precision ? precision->confidence.of_one : Precision{}.confidence.of_one; }
};

template <>
void describe(Describe<Scenario>& d);

/// The model that is served: compressed, where that is asked for.
Model served_model(const Scenario& scenario);

/// What is expected of the scenario's queries. Under replay that is what the recording says was expected, or what its
/// first queries are like; else what the traffic's distributions and the popularity of rows say. Scenario and model
/// must outlive it.
std::unique_ptr<const LookupProfile> lookup_profile(const Scenario& scenario, const Model& model);

/// What a recording of the scenario's queries says was expected of them, so that its replay leads to the same plan;
/// `of_tables`: with the lookups in each table.
TraceEstimate trace_estimate(const Scenario& scenario, const Model& model, bool of_tables);

/// A plan for the scenario, checked: every table once, every host's memory large enough. Throws InfeasibleError that
/// says which shard, how much is missing and what would help, or InputError.
ShardingPlan make_plan(const Scenario& scenario, const Model& model);

/// The scenario with fields set, as by --set: {"cluster.main.replicas", "4"}. Throws InputError.
Scenario changed(const Scenario& scenario, const std::vector<std::pair<std::string, std::string>>& settings);

/// The field at `path` as a level that can be searched over: a rate per second, such as traffic.arrivals.rate, or a
/// whole number, such as traffic.arrivals.clients. Throws InputError when it is neither.
struct Level {
  double value = 0;
  bool whole = false;
};
Level level_at(const Scenario& scenario, const std::string& path);

/// Where a scenario is read from: a scenario file, or a result file that holds one.
Document load_scenario(const std::filesystem::path& file);

/// Puts what files hold in the places where a scenario names them, so that settings reach into it.
void include_files(Document& scenario);

}  // namespace shardsim
