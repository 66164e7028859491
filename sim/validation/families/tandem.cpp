// SPDX-License-Identifier: Apache-2.0
// The main shard's core, then a core of one sparse shard, then of another; messages cost nothing. What leaves an M/M/1
// queue is a Poisson process (P. J. Burke, "The output of a queuing system", Operations Research 4, 1956), and the
// times that a query spends in the queues are independent (E. Reich 1957).
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

// Of tandem.json.
constexpr double kMainUs = 100;
constexpr double kFirstShardUs = 80;
constexpr double kSecondShardUs = 120;

class Tandem final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    const double rate = 5000e-6;  // queries a microsecond
    const auto time_in = [&](double service) { return service / (1 - rate * service); };
    const auto add = [&](const std::string& name, const Assignments& changes, const std::vector<double>& services) {
      std::vector<double> means;
      double total = 0;
      for (const double s : services) total += means.emplace_back(time_in(s));
      Assignments all = changes;
      all.emplace_back("traffic.arrivals.rate", per_second(rate * 1e6));
      cases.push_back(
          steady_state(name, "tandem.json", all, 250'000,
                       {mean_latency(total), latency_quantile(0.5, queueing::sum_of_exponentials_quantile(means, 0.5)),
                        latency_quantile(0.99, queueing::sum_of_exponentials_quantile(means, 0.99))}));
    };
    add("tandem-3", {}, {kMainUs, kFirstShardUs, kSecondShardUs});
    // Two queues alike: nobody asks the second shard.
    add("tandem-2", {{"model.nets.first.tables.a.time", "100 us"}, {"model.nets.second.tables.b.coverage", "0"}},
        {kMainUs, kMainUs});
    return cases;
  }
};

}  // namespace

template <>
void describe(Describe<Tandem>& d) {
  d.object("tandem", "queues in series: times are independent and exponential at each (Burke, Reich)");
}

namespace families {
Alternative<Family> tandem() { return alternative<Tandem, Family>(); }
}  // namespace families

}  // namespace shardsim
