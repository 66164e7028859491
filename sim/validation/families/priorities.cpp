// SPDX-License-Identifier: Apache-2.0
// Lines in which some go before others: for a worker, and for an accelerator.
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

constexpr double kLoadOfBoth = 0.8;
constexpr double kShareOfUrgent = 0.3;  // of the queries

Figure mean_of_class(std::size_t number, const std::string& name, double us) {
  return {{"mean latency of " + name, "us", us},
          [number](const RunResult& r) { return r.classes.at(number).latency_ps.mean() * 1e-6; }};
}

// Of two classes that are served alike.
std::vector<Figure> two_classes(int servers) {
  const std::vector<double> waits =
      queueing::priority_waits(servers, {kShareOfUrgent * kLoadOfBoth, (1 - kShareOfUrgent) * kLoadOfBoth}, kServiceUs);
  return {mean_of_class(0, "the urgent", kServiceUs + waits[0]), mean_of_class(1, "others", kServiceUs + waits[1])};
}

class Priorities final : public Family {
 public:
  std::vector<Case> cases() const override {
    std::vector<Case> cases;
    const auto add = [&](const std::string& name, const std::string& file, double rate, Assignments changes,
                         const std::vector<Figure>& figures) {
      changes.emplace_back("traffic.arrivals.rate", per_second(rate));
      cases.push_back(steady_state(name, file, std::move(changes), 600'000, figures));
    };
    const double each = kLoadOfBoth * 1e6 / kServiceUs;
    const std::pair<std::string, std::string> classes{"traffic.classes",
                                                      R"([{"name": "urgent", "share": "30 %", "deadline": "1 us"},
            {"name": "others", "share": "70 %", "priority": 1, "deadline": "100 s"}])"};
    const std::pair<std::string, std::string> by_priority{"serving.queue", R"({"type": "priority"})"};
    for (const int servers : {1, 4})
      add(fmt::format("priorities-workers-{}", servers), "queue.json", servers * each,
          {classes,
           by_priority,
           {"serving.workers", std::to_string(servers)},
           {"cluster.main.platform.cores", std::to_string(servers)}},
          two_classes(servers));
    add("priorities-accelerator", "accelerator.json", each,
        {classes, by_priority, {"cluster.main.platform.accelerator.jitter", R"({"type": "exponential", "mean": 1})"}},
        two_classes(1));
    // Who is urgent is due before all others that are there: the same order.
    add("priorities-deadlines", "queue.json", each,
        {classes, {"serving.queue", R"({"type": "earliest-deadline"})"}, {"serving.workers", "1"}}, two_classes(1));
    cases.push_back(shortest_first());
    return cases;
  }

 private:
  // Half of the queries have one item, half three, at 50 us each: the short ones go first.
  static Case shortest_first() {
    constexpr double kShortUs = 50;
    constexpr double kLongUs = 150;
    const double rate = kLoadOfBoth / kServiceUs;
    const double second_moment = (kShortUs * kShortUs + kLongUs * kLongUs) / 2;
    const std::vector<double> waits =
        queueing::priority_waits_mg1(rate, second_moment, {rate / 2 * kShortUs, rate / 2 * kLongUs});
    return steady_state("priorities-shortest-first", "queue.json",
                        {{"serving.queue", R"({"type": "shortest-first"})"},
                         {"serving.workers", "1"},
                         {"serving.jitter", "{}"},
                         {"model.nets.work.top_mlp", R"({"time_per_item": "50 us"})"},
                         {"traffic.items", R"({"type": "empirical", "quantiles": [1, 3]})"},
                         {"traffic.arrivals.rate", per_second(rate * 1e6)}},
                        400'000, {mean_latency(kServiceUs + (waits[0] + waits[1]) / 2)});
  }
};

}  // namespace

template <>
void describe(Describe<Priorities>& d) {
  d.object(
      "priorities",
      "lines for workers and for an accelerator by priority, deadline or size: M/M/1, M/M/c and M/G/1 with classes "
      "that go before others");
}

namespace families {
Alternative<Family> priorities() { return alternative<Priorities, Family>(); }
}  // namespace families

}  // namespace shardsim
