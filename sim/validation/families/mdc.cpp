// SPDX-License-Identifier: Apache-2.0
// Cores with constant service: Crommelin's embedded chain, solved numerically, and Franx's formula for the wait.
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

class MdcFamily final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    for (const auto& [cores, load] : std::vector<std::pair<int, double>>{{1, 0.7}, {4, 0.8}, {16, 0.85}}) {
      const queueing::Mdc queue(cores, load, kServiceUs);
      cases.push_back(steady_state(fmt::format("mdc-{}", cores), "queue.json",
                                   {{"cluster.main.platform.cores", std::to_string(cores)},
                                    {"serving.jitter.dense", R"({"type": "fixed", "value": 1})"},
                                    {"traffic.arrivals.rate", per_second(cores * load / kServiceUs * 1e6)}},
                                   700'000,
                                   {mean_latency(queue.mean()), latency_quantile(0.9, queue.quantile(0.9)),
                                    latency_quantile(0.99, queue.quantile(0.99))}));
    }
    return cases;
  }
};

}  // namespace

template <>
void describe(Describe<MdcFamily>& d) {
  d.object("mdc", "M/D/1 and M/D/c: mean and quantiles by Crommelin's chain and Franx's formula");
}

namespace families {
Alternative<Family> mdc() { return alternative<MdcFamily, Family>(); }
}  // namespace families

}  // namespace shardsim
