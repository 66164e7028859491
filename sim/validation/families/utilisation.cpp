// SPDX-License-Identifier: Apache-2.0
// The utilisation law, rho = lambda s (Kleinrock, "Queueing Systems", vol. 1), with the means that the
// scenario states: jitter and lookups do not change them.
#include "validation/family.hpp"

namespace shardsim {
namespace {

class Utilisation final : public Family {
 public:
  std::vector<Case> cases() const override {
    const double rate = 6000e-6;  // queries a microsecond; the means are those of tandem.json
    return {steady_state("utilisation", "tandem.json", {{"traffic.arrivals.rate", per_second(rate * 1e6)}}, 60'000,
                         {utilisation("main0", rate * 100), utilisation("sparse0", rate * 80),
                          utilisation("sparse1", rate * 120)}),
            steady_state("utilisation-lognormal", "tandem.json",
                         {{"traffic.arrivals.rate", per_second(rate * 1e6)},
                          {"serving.jitter.dense", R"({"type": "lognormal", "mean": 1, "cv": 2})"},
                          {"serving.jitter.sparse", R"({"type": "lognormal", "mean": 1, "cv": 2})"}},
                         60'000,
                         {utilisation("main0", rate * 100), utilisation("sparse0", rate * 80),
                          utilisation("sparse1", rate * 120)})};
  }
};

}  // namespace

template <>
void describe(Describe<Utilisation>& d) {
  d.object("utilisation", "busy share of a host = arrival rate x the mean time a query works there (utilisation law)");
}

namespace families {
Alternative<Family> utilisation() { return alternative<Utilisation, Family>(); }
}  // namespace families

}  // namespace shardsim
