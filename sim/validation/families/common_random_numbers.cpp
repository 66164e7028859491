// SPDX-License-Identifier: Apache-2.0
// A query is a function of seed, replication and its number alone (common random numbers: A. M. Law, "Simulation
// Modeling and Analysis"), so differences between two systems are not those of their queries. A scenario
// compared with itself differs in no latency and no event.
#include "validation/family.hpp"

namespace shardsim {
namespace {

// What a run was asked and how long each query took.
struct Observed {
  std::vector<std::pair<int, std::vector<std::int32_t>>> asked;  // items and lookups, by query
  std::vector<Duration> latencies;
  std::uint64_t fingerprint = 0;
};

Observed observe(const Scenario& scenario, const RunControl& outer) {
  Observed t;
  const auto queries = static_cast<std::size_t>(scenario.traffic.queries);
  t.asked.resize(queries);
  t.latencies.resize(queries);
  RunControl control = outer;
  control.on_offer = [&](const Query& q, Time) { t.asked[q.id] = {q.items, q.lookups}; };
  control.on_outcome = [&](const Outcome& o) { t.latencies[o.id] = o.latency; };
  t.fingerprint = run(scenario, control).fingerprint;
  return t;
}

template <class T>
double differing(const std::vector<T>& a, const std::vector<T>& b) {
  double n = 0;
  for (std::size_t i = 0; i < a.size(); ++i) n += a[i] == b[i] ? 0 : 1;
  return n;
}

class CommonRandomNumbers final : public Family {
 public:
  std::vector<Case> cases() const override {
    return {{"common-random-numbers",
             "system.json",
             {},
             2,
             {{"queries that differ under singular", "", 0, true},
              {"queries that differ under one-shard", "", 0, true},
              {"queries that differ under transport fluid", "", 0, true},
              {"latencies that differ, run again", "", 0, true},
              {"trajectories that differ, run again", "", 0, true}},
             compare}};
  }

 private:
  static Sample compare(const Scenario& scenario, const RunControl& control) {
    const Observed first = observe(scenario, control);
    Sample sample;
    Scenario other = scenario;
    for (const char* const strategy : {"singular", "one-shard"}) {
      other.sharding = Choice<Strategy>::of(strategy);
      sample.push_back(differing(first.asked, observe(other, control).asked));
    }
    other = scenario;
    other.transport = Choice<TransportSpec>::of("fluid");
    sample.push_back(differing(first.asked, observe(other, control).asked));
    const Observed again = observe(scenario, control);
    sample.push_back(differing(first.latencies, again.latencies));
    sample.push_back(first.fingerprint == again.fingerprint ? 0 : 1);
    return sample;
  }
};

}  // namespace

template <>
void describe(Describe<CommonRandomNumbers>& d) {
  d.object("common-random-numbers",
           "the same queries under every strategy and transport; a scenario run twice differs in nothing");
}

namespace families {
Alternative<Family> common_random_numbers() { return alternative<CommonRandomNumbers, Family>(); }
}  // namespace families

}  // namespace shardsim
