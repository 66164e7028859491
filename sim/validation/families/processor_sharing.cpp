// SPDX-License-Identifier: Apache-2.0
// What is shared equally by all who want it: memory bandwidth among gathers, a link among flows of the fluid transport.
// The mean time is s / (1 - rho) whatever the distribution of sizes (L. Kleinrock, "Queueing Systems", vol. 2, 1976,
// eq. 4.17).
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

constexpr double kServiceUs = 100;  // of a mean gather in memory-sharing.json, of a message in port.json

class ProcessorSharing final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    const double load = 0.7;
    const double mean = kServiceUs / (1 - load);
    const std::string rate = per_second(load / kServiceUs * 1e6);
    const auto add_memory = [&](const std::string& name, const std::string& pooling) {
      cases.push_back(steady_state(name, "memory-sharing.json",
                                   {{"model.nets.work.tables.t.pooling", pooling}, {"traffic.arrivals.rate", rate}},
                                   200'000, {mean_latency(mean)}));
    };
    add_memory("processor-sharing-memory-fixed", R"({"type": "fixed", "value": 1000})");
    add_memory("processor-sharing-memory-varied", R"({"type": "empirical", "quantiles": [500, 500, 500, 2500]})");
    cases.push_back(steady_state("processor-sharing-link", "port.json",
                                 {{"transport", R"({"type": "fluid"})"}, {"traffic.arrivals.rate", rate}}, 200'000,
                                 {mean_latency(mean)}));
    return cases;
  }
};

}  // namespace

template <>
void describe(Describe<ProcessorSharing>& d) {
  d.object("processor-sharing", "M/G/1 with processor sharing: mean s / (1 - rho), whatever the law of service");
}

namespace families {
Alternative<Family> processor_sharing() { return alternative<ProcessorSharing, Family>(); }
}  // namespace families

}  // namespace shardsim
