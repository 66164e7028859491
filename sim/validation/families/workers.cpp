// SPDX-License-Identifier: Apache-2.0
// A server that works on c requests at once is M/M/c however many cores it has; and one that works on one request at a
// time, with all its cores, is M/M/1 with a faster server.
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

class Workers final : public Family {
 public:
  std::vector<Case> cases() const override {
    constexpr double kLoad = 0.7;
    constexpr double kEfficiency = 0.8;
    const double faster_us = kServiceUs / (4 * kEfficiency);
    return {steady_state("workers-mmc", "queue.json",
                         {{"cluster.main.platform.cores", "8"},
                          {"serving.workers", "2"},
                          {"traffic.arrivals.rate", per_second(2 * kLoad / kServiceUs * 1e6)}},
                         400'000,
                         {mean_latency(queueing::mmc_mean(2, kLoad, kServiceUs)),
                          latency_quantile(0.99, queueing::mmc_quantile(2, kLoad, kServiceUs, 0.99))}),
            steady_state("workers-intra-op", "queue.json",
                         {{"cluster.main.platform.cores", "4"},
                          {"serving.workers", "1"},
                          {"serving.intra_op", fmt::format(R"({{"cores": 4, "efficiency": {}}})", kEfficiency)},
                          {"traffic.arrivals.rate", per_second(kLoad / faster_us * 1e6)}},
                         400'000,
                         {mean_latency(queueing::mmc_mean(1, kLoad, faster_us)),
                          latency_quantile(0.99, queueing::mmc_quantile(1, kLoad, faster_us, 0.99))})};
  }
};

}  // namespace

template <>
void describe(Describe<Workers>& d) {
  d.object("workers",
           "a limit of requests at once: M/M/c with as many servers; with intra_op, M/M/1 with a faster one");
}

namespace families {
Alternative<Family> workers() { return alternative<Workers, Family>(); }
}  // namespace families

}  // namespace shardsim
