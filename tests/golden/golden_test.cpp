// SPDX-License-Identifier: Apache-2.0
// Whole runs in a few bytes: the trajectory of small runs may change only on purpose. When it does, say why in the
// commit that changes the number.
#include <catch2/catch.hpp>
#include <set>

#include "../serving/scenarios.hpp"
#include "experiment/sweep.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

std::string fingerprint(const std::string& text, const std::vector<std::pair<std::string, std::string>>& changes = {}) {
  return fmt::format("{:016x}", run(scenario(text, changes)).fingerprint);
}

// Trajectories, and the figures made of them to the last digit, of all points of a shipped sweep with fewer queries.
std::string sweep_fingerprint(const std::string& file) {
  const std::filesystem::path folder = std::filesystem::path(SHARDSIM_SOURCE_FOLDER) / "workloads/experiments";
  const Sweep sweep = load_sweep(folder / file, {{"traffic.queries", "120"}, {"traffic.warmup", "\"auto\""}}, {});
  std::uint64_t hash = 0;
  const auto mix = [&](std::uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 29;
  };
  SweepControl control;
  control.jobs = 2;
  std::vector<std::uint64_t> fingerprints(sweep.points.size());
  control.finished = [&](std::size_t i, const PointResult& p) {
    fingerprints[i] = p.result ? p.result->fingerprint : 1;
  };
  const std::string csv = sweep_csv(sweep, run_sweep(sweep, control));
  for (const std::uint64_t f : fingerprints) mix(f);
  for (const char c : csv) mix(static_cast<unsigned char>(c));
  return fmt::format("{:016x}", hash);
}

}  // namespace

TEST_CASE("trajectories of two nets under each strategy are as recorded") {
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "singular"})"}}) == "2af71a63255ca1bb");
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "one-shard"})"}}) == "656a11c3475ba7db");
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "capacity-balanced", "shards": 3})"}}) ==
        "2b118145571407c6");
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "load-balanced", "shards": 2})"}}) == "3284f68eda73e015");
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "nsbp", "shards": 2})"}}) == "ebad6971f0c3562e");
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "row-wise", "shards": 3})"}}) == "668ca3a81dd7f57a");
}

TEST_CASE("trajectories with replicas, serial replay and stored messages are as recorded") {
  CHECK(fingerprint(kTwoNets, {{"cluster.main.replicas", "2"},
                               {"cluster.sparse.replicas", "2"},
                               {"serving.sparse_balancer", R"({"type": "power-of-two"})"}}) == "2d67a36e8066bbd9");
  CHECK(fingerprint(kTwoNets, {{"traffic.arrivals", R"({"type": "serial"})"}}) == "385b0c0f6ed67cb6");
  CHECK(fingerprint(kTwoNets, {{"transport.type", "port"}, {"transport.forwarding", "store-and-forward"}}) ==
        "56af20b8abe54a1e");
}

TEST_CASE("every shipped experiment takes the recorded way, and its table has the recorded bytes") {
  const auto [file, expected] = GENERATE(table<std::string, std::string>({
      {"paper.json", "203ed555ece6609d"},
      {"paper-load.json", "8e2d528e9b07e97e"},
      {"mlperf-dlrm-v2.json", "ee39d5ca60b60e62"},
      {"network.json", "c017c32617ed052e"},
      {"capacity.json", "a1d2c9ffc77eafed"},
  }));
  CAPTURE(file);
  CHECK(sweep_fingerprint(file) == expected);
}

TEST_CASE("every shipped experiment is in the test above") {
  const std::set<std::string> scenarios{"drm1.json", "drm1-load.json", "mlperf-dlrm-v2-scenario.json",
                                        "fleet.json"};  // bases of them
  const std::set<std::string> sweeps{"paper.json", "paper-load.json", "mlperf-dlrm-v2.json", "network.json",
                                     "capacity.json"};
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(SHARDSIM_SOURCE_FOLDER) / "workloads/experiments")) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    CHECK((scenarios.count(name) > 0 || sweeps.count(name) > 0));
  }
}
