// SPDX-License-Identifier: Apache-2.0
// An accelerator is a station of as many servers as it has streams; what moves to it shares the link's bandwidth.
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

constexpr const char* kExponential = R"({"type": "exponential", "mean": 1})";
const std::string kAccelerator = "cluster.main.platform.accelerator.";

class AcceleratorFamily final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    const auto add = [&](const std::string& name, double rate, Assignments changes,
                         const std::vector<Figure>& figures) {
      changes.emplace_back("traffic.arrivals.rate", per_second(rate));
      cases.push_back(steady_state(name, "accelerator.json", std::move(changes), 500'000, figures));
    };
    constexpr double kLoad = 0.7;
    add("accelerator-constant", kLoad * 1e6 / kServiceUs, {},
        {mean_latency(queueing::mg1_mean(kLoad, kServiceUs, 0)),
         latency_quantile(0.99, queueing::Mdc(1, kLoad, kServiceUs).quantile(0.99)), load(kLoad)});
    add("accelerator-streams", 3 * kLoad * 1e6 / kServiceUs,
        {{kAccelerator + "streams", "3"}, {kAccelerator + "jitter", kExponential}},
        {mean_latency(queueing::mmc_mean(3, kLoad, kServiceUs)),
         latency_quantile(0.99, queueing::mmc_quantile(3, kLoad, kServiceUs, 0.99))});
    // 100 kB a query at 1 GB/s; the rest takes 1 ns.
    constexpr double kShare = 0.6;
    add("accelerator-host-link", kShare * 1e6 / kServiceUs,
        {{"model.nets.work.bottom_mlp", R"({"layers": [250, 1]})"},
         {"traffic.items.value", "100"},
         {kAccelerator + "streams", "1024"},
         {kAccelerator + "host_link", R"({"bandwidth": "1 GB/s"})"},
         {kAccelerator + "speed.models.queue", R"(["1 ns", "1 ns"])"}},
        {mean_latency(kServiceUs / (1 - kShare) + 1e-3)});
    return cases;
  }

 private:
  static Figure load(double share) {
    return {{"utilisation of the accelerator", "", share}, [](const RunResult& r) {
              const DeviceUse& use = r.hosts.at(0).devices.devices.at(0);
              return use.busy_s / use.simulated_s;
            }};
  }
};

}  // namespace

template <>
void describe(Describe<AcceleratorFamily>& d) {
  d.object("accelerator",
           "an accelerator: M/D/1, and M/M/c by its streams; its link to the host: M/G/1 with processor sharing");
}

namespace families {
Alternative<Family> accelerator() { return alternative<AcceleratorFamily, Family>(); }
}  // namespace families

}  // namespace shardsim
