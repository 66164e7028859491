// SPDX-License-Identifier: Apache-2.0
// One core, service of any distribution: Pollaczek's and Khinchine's formula for the mean. Erlang-4 service is four
// batches of one query, which one core serves one after the other.
#include <cmath>

#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

class Mg1 final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    struct Service {
      std::string name;
      double cv;
      double load;
      Assignments changes;
    };
    const std::vector<Service> services{
        {"uniform", 1 / std::sqrt(3), 0.7, {{"serving.jitter.dense", R"({"type": "uniform", "low": 0, "high": 2})"}}},
        {"lognormal-0.5", 0.5, 0.7, {{"serving.jitter.dense", R"({"type": "lognormal", "mean": 1, "cv": 0.5})"}}},
        {"lognormal-1.5", 1.5, 0.4, {{"serving.jitter.dense", R"({"type": "lognormal", "mean": 1, "cv": 1.5})"}}},
        {"erlang-4",
         0.5,
         0.7,
         {{"model.nets.work.top_mlp.time", "25 us"}, {"serving.batch_items", "1"}, {"traffic.items.value", "4"}}}};
    for (const Service& s : services) {
      Assignments changes = s.changes;
      changes.emplace_back("traffic.arrivals.rate", per_second(s.load / kServiceUs * 1e6));
      cases.push_back(steady_state("mg1-" + s.name, "queue.json", changes, 400'000,
                                   {mean_latency(queueing::mg1_mean(s.load, kServiceUs, s.cv))}));
    }
    return cases;
  }
};

}  // namespace

template <>
void describe(Describe<Mg1>& d) {
  d.object("mg1", "M/G/1: mean by Pollaczek and Khinchine, for several laws of service");
}

namespace families {
Alternative<Family> mg1() { return alternative<Mg1, Family>(); }
}  // namespace families

}  // namespace shardsim
