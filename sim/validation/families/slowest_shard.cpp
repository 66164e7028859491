// SPDX-License-Identifier: Apache-2.0
// One query at a time asks S sparse shards and waits for the slowest: the largest of S exponential times. The eight
// tables of slowest-shard.json are spread evenly, so a shard's mean is that of a table times 8 / S.
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

// Of slowest-shard.json.
constexpr double kTableUs = 100;
constexpr int kTables = 8;

class SlowestShard final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    for (const int shards : {2, 4, 8}) {
      const double mean = kTableUs * kTables / shards;
      cases.push_back(
          steady_state(fmt::format("slowest-shard-{}", shards), "slowest-shard.json",
                       {{"sharding.shards", std::to_string(shards)}}, 60'000,
                       {mean_latency(queueing::largest_exponential_mean(shards, mean)),
                        latency_quantile(0.5, queueing::largest_exponential_quantile(shards, mean, 0.5)),
                        latency_quantile(0.99, queueing::largest_exponential_quantile(shards, mean, 0.99))}));
    }
    return cases;
  }
};

}  // namespace

template <>
void describe(Describe<SlowestShard>& d) {
  d.object("slowest-shard", "the slowest of S shards with exponential times, one query at a time: order statistics");
}

namespace families {
Alternative<Family> slowest_shard() { return alternative<SlowestShard, Family>(); }
}  // namespace families

}  // namespace shardsim
