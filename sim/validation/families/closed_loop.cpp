// SPDX-License-Identifier: Apache-2.0
// A closed loop of clients that pause between an answer and their next query: mean value analysis (Reiser, Lavenberg).
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

class ClosedLoopFamily final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    const auto add = [&](const std::string& name, const std::string& file, int clients, double pause_us,
                         const std::vector<double>& demands_us) {
      const auto [response_us, per_us] = queueing::mean_value_analysis(clients, pause_us, demands_us);
      Json arrivals{{"type", "closed-loop"}, {"clients", clients}};
      if (pause_us > 0) {
        arrivals["think"] = fmt::format("{} us", pause_us);
        arrivals["think_factor"] = {{"type", "exponential"}, {"mean", 1}};
      }
      cases.push_back(steady_state(name, file, {{"traffic.arrivals", arrivals.dump()}}, 100'000,
                                   {mean_latency(response_us), throughput(per_us * 1e6)}));
    };
    for (const auto& [clients, pause_us] : std::vector<std::pair<int, double>>{{3, 0}, {5, 200}, {20, 1000}})
      add(fmt::format("closed-loop-{}", clients), "queue.json", clients, pause_us, {100});
    add("closed-loop-tandem", "tandem.json", 6, 300, {100, 80, 120});
    return cases;
  }
};

}  // namespace

template <>
void describe(Describe<ClosedLoopFamily>& d) {
  d.object("closed-loop", "clients that wait for answers: latency and throughput by mean value analysis");
}

namespace families {
Alternative<Family> closed_loop() { return alternative<ClosedLoopFamily, Family>(); }
}  // namespace families

}  // namespace shardsim
