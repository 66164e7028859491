// SPDX-License-Identifier: Apache-2.0
#include "workload/modulation.hpp"

#include <cmath>

#include "workload/instants.hpp"
#include "workload/piecewise_poisson.hpp"

namespace shardsim {
namespace {

// Index by probability; the last one that has any is taken where rounding leaves a rest.
std::size_t draw(const std::vector<double>& probabilities, RandomStream& random) {
  double u = random.uniform();
  std::size_t drawn = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    if (probabilities[i] <= 0) continue;
    drawn = i;
    if (u < probabilities[i]) break;
    u -= probabilities[i];
  }
  return drawn;
}

class Stays final : public RatePieces {
 public:
  Stays(Modulation modulation, RandomStream random) : modulation_(std::move(modulation)), random_(random) {
    state_ = draw(time_shares(modulation_), random_);  // a stay's rest is distributed like a whole one
  }
  std::optional<RatePiece> next() override {
    const Modulation::State& state = modulation_.states[state_];
    const double stay_s = -state.mean_stay_s * std::log(random_.uniform());
    const RatePiece piece{now_, stay_s, state.rate * stay_s};
    now_ = later(now_, stay_s);
    state_ = draw(modulation_.transitions[state_], random_);
    return piece;
  }

 private:
  Modulation modulation_;
  RandomStream random_;
  std::size_t state_ = 0;
  Time now_{};
};

// Whether every state is reached from state 0, following the transitions or, `backwards`, against them.
bool all_reached(const Modulation& m, bool backwards) {
  std::vector<bool> reached(m.states.size());
  std::vector<std::size_t> open{0};
  reached[0] = true;
  std::size_t count = 1;
  while (!open.empty()) {
    const std::size_t from = open.back();
    open.pop_back();
    for (std::size_t to = 0; to < m.states.size(); ++to) {
      if (reached[to] || !((backwards ? m.transitions[to][from] : m.transitions[from][to]) > 0)) continue;
      reached[to] = true;
      open.push_back(to);
      ++count;
    }
  }
  return count == m.states.size();
}

}  // namespace

std::optional<std::string> complaint_about(const Modulation& m) {
  if (!all_reached(m, false) || !all_reached(m, true))
    return "some states cannot be reached from some others, so there is no mean rate";
  constexpr double kMostChanges = 1e6;
  const std::vector<double> shares = time_shares(m);
  double changes = 0;
  double arrivals = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    changes += shares[i] / m.states[i].mean_stay_s;
    arrivals += shares[i] * m.states[i].rate;
  }
  if (!(arrivals > 0)) return "no state has a rate above 0";
  if (changes > kMostChanges * arrivals)
    return fmt::format(
        "{:.3g} changes of state for each arrival, more than {:.0g}; ask for longer stays or higher rates",
        changes / arrivals, kMostChanges);
  return std::nullopt;
}

// Elimination without subtractions: W. K. Grassmann, M. I. Taksar, D. P. Heyman, "Regenerative analysis and steady
// state distributions for Markov chains", Operations Research 33(5), 1985.
std::vector<double> time_shares(const Modulation& m) {
  const std::size_t n = m.states.size();
  std::vector<std::vector<double>> q = m.transitions;
  for (std::size_t i = 0; i < n; ++i)
    for (double& rate : q[i]) rate /= m.states[i].mean_stay_s;
  for (std::size_t k = n - 1; k > 0; --k) {
    double out = 0;
    for (std::size_t j = 0; j < k; ++j) out += q[k][j];
    for (std::size_t i = 0; i < k; ++i) {
      q[i][k] /= out;
      for (std::size_t j = 0; j < k; ++j) q[i][j] += q[i][k] * q[k][j];
    }
  }
  std::vector<double> shares(n);
  double total = shares[0] = 1;
  for (std::size_t k = 1; k < n; ++k) {
    for (std::size_t i = 0; i < k; ++i) shares[k] += shares[i] * q[i][k];
    total += shares[k];
  }
  for (double& share : shares) share /= total;
  return shares;
}

std::unique_ptr<ArrivalSource> open_modulated(Modulation modulation, std::uint64_t seed, std::uint32_t replication) {
  const auto random = [&](std::uint64_t id) { return RandomStream(seed, replication, Purpose::arrivals, id); };
  return piecewise_poisson(std::make_unique<Stays>(std::move(modulation), random(1)), random(0));
}

}  // namespace shardsim
