// SPDX-License-Identifier: Apache-2.0
// An SSD whose reads are queries: as many servers as its queue has places, with room to wait for all or for some, or
// one server, its controller.
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

TierTotals ssd_of(const RunResult& r) { return r.hosts.at(0).tiers.tiers.at(0).totals; }

Figure refused_reads(double share) {
  return {{"refused reads", "", share}, [](const RunResult& r) {
            const TierTotals ssd = ssd_of(r);
            return static_cast<double>(ssd.refused) / static_cast<double>(ssd.refused + ssd.reads);
          }};
}
Figure mean_wait(double us) {
  return {{"mean wait of the others", "us", us},
          [](const RunResult& r) { return 1e6 * ssd_of(r).waited_s / static_cast<double>(ssd_of(r).reads); }};
}

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
    // Eight places, room for four more, and as much asked as they can do.
    const queueing::Mmck full = queueing::mmck(8, 12, 1, kServiceUs);
    add("ssd-full-exponential", 8, 8,
        {{"cluster.main.platform.tiers.ssd.waiting_limit", "4"},
         {"cluster.main.platform.tiers.ssd.jitter", R"({"type": "exponential", "mean": 1})"}},
        {refused_reads(full.blocked), mean_wait(full.mean_wait)});
    // No room to wait: the losses are those of exponential times.
    add("ssd-full-constant", 4, 4 * 0.8, {{"cluster.main.platform.tiers.ssd.waiting_limit", "0"}},
        {refused_reads(queueing::mmck(4, 4, 0.8, kServiceUs).blocked)});
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
  d.object(
      "ssd",
      "reads of an SSD as M/D/c and M/M/c by the places of its queue, as M/M/c/K and M/D/c/c where only so many may "
      "wait, and as M/D/1 by its controller");
}

namespace families {
Alternative<Family> ssd() { return alternative<SsdFamily, Family>(); }
}  // namespace families

}  // namespace shardsim
