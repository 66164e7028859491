// SPDX-License-Identifier: Apache-2.0
// An SSD whose reads are queries: as many servers as its queue has places, or one, its controller.
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

class SsdFamily final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    const auto add = [&](const std::string& name, int places, double load, Assignments changes,
                         const std::vector<Figure>& figures) {
      changes.emplace_back("cluster.main.platform.tiers.ssd.queue_depth", std::to_string(places));
      changes.emplace_back("traffic.arrivals.rate", per_second(load * 1e6 / kServiceUs));
      cases.push_back(steady_state(name, "ssd.json", std::move(changes), 700'000, figures));
    };
    // The controller passes a read in 1 ns, which comes on top.
    constexpr double kControllerUs = 1e-3;
    const queueing::Mdc constant(4, 0.8, kServiceUs);
    add("ssd-places-constant", 4, 4 * 0.8, {},
        {mean_latency(constant.mean() + kControllerUs),
         latency_quantile(0.99, constant.quantile(0.99) + kControllerUs)});
    add("ssd-places-exponential", 8, 8 * 0.8,
        {{"cluster.main.platform.tiers.ssd.jitter", R"({"type": "exponential", "mean": 1})"}},
        {mean_latency(queueing::mmc_mean(8, 0.8, kServiceUs) + kControllerUs),
         latency_quantile(0.99, queueing::mmc_quantile(8, 0.8, kServiceUs, 0.99) + kControllerUs)});
    // 10,000 reads a second, each of 1 us on the medium.
    add("ssd-controller", 100'000, 0.7,
        {{"cluster.main.platform.tiers.ssd.iops", "10000 /s"},
         {"cluster.main.platform.tiers.ssd.read_latency", "1 us"}},
        {mean_latency(queueing::mg1_mean(0.7, kServiceUs, 0) + 1)});
    return cases;
  }
};

}  // namespace

template <>
void describe(Describe<SsdFamily>& d) {
  d.object("ssd", "reads of an SSD as M/D/c and M/M/c by the places of its queue, and as M/D/1 by its controller");
}

namespace families {
Alternative<Family> ssd() { return alternative<SsdFamily, Family>(); }
}  // namespace families

}  // namespace shardsim
