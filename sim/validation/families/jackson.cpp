// SPDX-License-Identifier: Apache-2.0
// A query visits the main shard three times, and before each visit a sparse shard, with a probability. Every station
// has one core, serves first come first served, and takes exponential times of one mean, whoever asks: at each the
// number of queries has the distribution of an M/M/1 queue with all its visits (J. R. Jackson, "Networks of waiting
// lines", Operations Research 5, 1957; F. P. Kelly, "Reversibility and Stochastic Networks", 1979). By
// Little's law the mean latency is the sum of v s / (1 - lambda v s), v the mean number of visits.
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

class Jackson final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    const double rate = 4000e-6;  // queries a microsecond
    struct Station {
      std::string host;
      double visits;
      double service_us;
      double load(double of_rate) const { return of_rate * visits * service_us; }
    };
    const std::vector<Station> stations{{"main0", 3, 50}, {"a", 0.6 + 0.3, 160}, {"b", 0.7, 200}};  // of jackson.json
    double mean = 0;
    for (const Station& s : stations) mean += s.visits * s.service_us / (1 - s.load(rate));
    cases.push_back(
        steady_state("jackson", "jackson.json", {{"traffic.arrivals.rate", per_second(rate * 1e6)}}, 150'000,
                     {mean_latency(mean), utilisation("main0", stations[0].load(rate)),
                      utilisation("sparse0", stations[1].load(rate)), utilisation("sparse1", stations[2].load(rate))}));
    return cases;
  }
};

}  // namespace

template <>
void describe(Describe<Jackson>& d) {
  d.object("jackson",
           "a network of queues that queries visit in turn, some more than once: product form (Jackson, Kelly)");
}

namespace families {
Alternative<Family> jackson() { return alternative<Jackson, Family>(); }
}  // namespace families

}  // namespace shardsim
