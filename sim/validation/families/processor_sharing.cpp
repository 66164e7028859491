// SPDX-License-Identifier: Apache-2.0
// What is shared equally by all who want it: memory bandwidth among gathers, a link among flows of the fluid transport.
// The mean time is s / (1 - rho) whatever the distribution of sizes (L. Kleinrock, "Queueing Systems", vol. 2, 1976).
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

class ProcessorSharing final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    const auto add = [&](const std::string& name, const std::string& file, double load, Assignments changes) {
      changes.emplace_back("traffic.arrivals.rate", per_second(load / kServiceUs * 1e6));
      cases.push_back(steady_state(name, file, changes, 250'000, {mean_latency(kServiceUs / (1 - load))}));
    };
    const std::string pooling = "model.nets.work.tables.t.pooling";
    add("processor-sharing-memory-fixed", "memory-sharing.json", 0.7,
        {{pooling, R"({"type": "fixed", "value": 1000})"}});
    add("processor-sharing-memory-varied", "memory-sharing.json", 0.7,
        {{pooling, R"({"type": "empirical", "quantiles": [500, 500, 500, 2500]})"}});
    add("processor-sharing-link", "port.json", 0.6, {{"transport", R"({"type": "fluid"})"}});
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
