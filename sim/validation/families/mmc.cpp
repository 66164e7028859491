// SPDX-License-Identifier: Apache-2.0
// Several cores, exponential service: Erlang's C, and the closed form of the latency's distribution.
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

class Mmc final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    for (const auto& [cores, load] : std::vector<std::pair<int, double>>{{2, 0.7}, {8, 0.8}, {40, 0.9}})
      cases.push_back(steady_state(fmt::format("mmc-{}", cores), "queue.json",
                                   {{"cluster.main.platform.cores", std::to_string(cores)},
                                    {"traffic.arrivals.rate", per_second(cores * load / kServiceUs * 1e6)}},
                                   600'000,
                                   {mean_latency(queueing::mmc_mean(cores, load, kServiceUs)),
                                    latency_quantile(0.5, queueing::mmc_quantile(cores, load, kServiceUs, 0.5)),
                                    latency_quantile(0.99, queueing::mmc_quantile(cores, load, kServiceUs, 0.99))}));
    return cases;
  }
};

}  // namespace

template <>
void describe(Describe<Mmc>& d) {
  d.object("mmc", "M/M/c: mean and P99 by Erlang's C");
}

namespace families {
Alternative<Family> mmc() { return alternative<Mmc, Family>(); }
}  // namespace families

}  // namespace shardsim
