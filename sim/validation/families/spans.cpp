// SPDX-License-Identifier: Apache-2.0
// By construction of the critical path; see docs/metrics.md.
#include <algorithm>

#include "validation/family.hpp"

namespace shardsim {
namespace {

class SpansFamily final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    for (const std::string transport : {"ideal", "port", "fluid", "packet"})
      cases.push_back(make(transport, {{"transport.type", transport}}));
    cases.push_back(make("faults", {{"serving.call", R"({"type": "retry", "per_try_timeout": "5 ms", "retries": 2})"},
                                    {"faults", R"([{"links": "leaf1 -> spine*", "state": "flapping",
                                                    "down_for": "2 ms", "up_for": "20 ms"}])"}}));
    cases.push_back(make("run-to-completion", {{"serving.threads", "run-to-completion"}}));
    cases.push_back(make("parallel", {{"serving.issue", "eager"},
                                      {"serving.inter_op", "2"},
                                      {"serving.intra_op", R"({"cores": 2, "efficiency": 0.9})"},
                                      {"serving.workers", "3"}}));
    cases.push_back(make("give-up", {{"serving.call", R"({"type": "give-up", "after": "1 ms", "withdraw": true})"}}));
    return cases;
  }

 private:
  static Case make(const std::string& name, Assignments changes) {
    return {"spans-" + name,
            "system.json",
            std::move(changes),
            2,
            {{"queries whose spans add up / queries", "", 1, true}, {"queries with a negative span", "", 0, true}},
            add_up};
  }
  static Sample add_up(const Scenario& scenario, const RunControl& outer) {
    std::int64_t right = 0;
    std::int64_t negative = 0;
    RunControl control = outer;
    control.on_outcome = [&](const Outcome& o) {
      if (o.spans.total() == o.latency) ++right;
      const auto& all = o.spans.all();
      if (std::any_of(all.begin(), all.end(), [](Duration d) { return d < Duration::zero(); })) ++negative;
    };
    const RunResult r = run(scenario, control);
    return {static_cast<double>(right) / static_cast<double>(r.offered), static_cast<double>(negative)};
  }
};

}  // namespace

template <>
void describe(Describe<SpansFamily>& d) {
  d.object("spans",
           "the spans of every query add up to its latency, to the picosecond, under every transport and with losses");
}

namespace families {
Alternative<Family> spans() { return alternative<SpansFamily, Family>(); }
}  // namespace families

}  // namespace shardsim
