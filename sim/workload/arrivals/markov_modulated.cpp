// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "workload/modulation.hpp"

namespace shardsim {
namespace {

struct State {
  Rate rate;
  Duration mean_stay{};
};

class MarkovModulated final : public Arrivals {
 public:
  std::vector<State> states;
  std::vector<std::vector<double>> transitions;

  Modulation modulation() const {
    Modulation m;
    for (const State& s : states) m.states.push_back({s.rate.per_second, to_seconds(s.mean_stay)});
    m.transitions = transitions.empty() ? to_any_other() : transitions;
    return m;
  }
  std::unique_ptr<ArrivalSource> open(std::uint64_t seed, std::uint32_t replication) const override {
    return open_modulated(modulation(), seed, replication);
  }

 private:
  std::vector<std::vector<double>> to_any_other() const {
    const std::size_t n = states.size();
    std::vector<std::vector<double>> m(n, std::vector<double>(n, 1.0 / (static_cast<double>(n) - 1)));
    for (std::size_t i = 0; i < n; ++i) m[i][i] = 0;
    return m;
  }
};

std::string wrong_row(const std::vector<double>& row, std::size_t own, std::size_t states) {
  if (row.size() != states)
    return fmt::format("found {} probabilities; expected one for each state, {}", row.size(), states);
  double sum = 0;
  for (const double p : row) {
    if (!(p >= 0 && p <= 1)) return fmt::format("found {}; expected probabilities, from 0 to 1", p);
    sum += p;
  }
  if (row[own] != 0)
    return fmt::format("expected 0 for the state itself (how long it stays says 'mean_stay'); found {}", row[own]);
  constexpr double kRounding = 1e-9;
  if (std::abs(sum - 1) > kRounding) return fmt::format("the probabilities add up to {}; expected 1", sum);
  return "";
}

std::optional<Complaint> complaint_about(const MarkovModulated& m) {
  constexpr std::size_t kMostStates = 100;
  if (m.states.size() < 2 || m.states.size() > kMostStates)
    return Complaint{"states", fmt::format("found {}; expected from 2 to {}", m.states.size(), kMostStates)};
  if (!m.transitions.empty() && m.transitions.size() != m.states.size())
    return Complaint{"transitions", fmt::format("found {} rows; expected one for each state, {}", m.transitions.size(),
                                                m.states.size())};
  for (std::size_t i = 0; i < m.transitions.size(); ++i)
    if (const std::string wrong = wrong_row(m.transitions[i], i, m.states.size()); !wrong.empty())
      return Complaint{fmt::format("transitions/{}", i), wrong};
  if (const auto message = complaint_about(m.modulation())) return Complaint{"states", *message};
  return std::nullopt;
}

}  // namespace

template <>
void describe(Describe<State>& d) {
  d.object("arrival-state", "a state of Markov-modulated arrivals");
  d.required("rate", &State::rate, "arrivals per second");
  d.required("mean_stay", &State::mean_stay, "mean of the exponential time spent in it at a visit")
      .more_than(Duration{});
}

template <>
void describe(Describe<MarkovModulated>& d) {
  d.object("markov-modulated",
           "open loop, Poisson at a rate that depends on the state of a Markov chain; stationary from the start");
  d.required("states", &MarkovModulated::states, "the states, at least two");
  d.optional("transitions", &MarkovModulated::transitions,
             "for each state the probabilities of the next one; left out: any other, each as likely");
  d.check([](const MarkovModulated& m) { return complaint_about(m); });
}

namespace arrivals {
Alternative<Arrivals> markov_modulated() { return alternative<MarkovModulated, Arrivals>(); }
}  // namespace arrivals

}  // namespace shardsim
