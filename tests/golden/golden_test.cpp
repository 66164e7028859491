// SPDX-License-Identifier: Apache-2.0
// Whole runs in a few bytes: the trajectory of small runs may change only on purpose. When it does, say why in the
// commit that changes the number.
#include <catch2/catch.hpp>

#include "../serving/scenarios.hpp"

using namespace shardsim;
using namespace shardsim::testing;

namespace {

std::string fingerprint(const std::string& text, const std::vector<std::pair<std::string, std::string>>& changes = {}) {
  return fmt::format("{:016x}", run(scenario(text, changes)).fingerprint);
}

}  // namespace

TEST_CASE("trajectories of two nets under each strategy are as recorded") {
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "singular"})"}}) == "42441247e2af0e51");
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "one-shard"})"}}) == "f597e3a04629a6d9");
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "capacity-balanced", "shards": 3})"}}) ==
        "05422205603edc43");
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "load-balanced", "shards": 2})"}}) == "15ae8e142106a85c");
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "nsbp", "shards": 2})"}}) == "b24d71e1f854eaf1");
  CHECK(fingerprint(kTwoNets, {{"sharding", R"({"strategy": "row-wise", "shards": 3})"}}) == "e892b0d12a5da4bd");
}

TEST_CASE("trajectories with replicas, serial replay and stored messages are as recorded") {
  CHECK(fingerprint(kTwoNets, {{"cluster.main.replicas", "2"},
                               {"cluster.sparse.replicas", "2"},
                               {"serving.sparse_balancer", R"({"type": "power-of-two"})"}}) == "33bf07f545742d33");
  CHECK(fingerprint(kTwoNets, {{"traffic.arrivals", R"({"type": "serial"})"}}) == "dc44653541bda818");
  CHECK(fingerprint(kTwoNets, {{"transport.type", "port"}, {"transport.forwarding", "store-and-forward"}}) ==
        "47cb8a09a0e07b1e");
}
