// SPDX-License-Identifier: Apache-2.0
// Settings to choose from, whatever they are figures of: nothing here simulates.
#pragma once

#include "experiment/tuning/objective.hpp"

namespace shardsim {

struct TuneAxis {
  std::string name;
  std::vector<std::string> values;  ///< labels, in the order they were listed
};

/// What is searched, and how precisely.
struct TuneProblem {
  TuneObjective objective;
  std::vector<TuneAxis> axes;
  std::vector<std::vector<std::size_t>> settings;  ///< the number of its value on each axis; the first is a first guess
  std::vector<double> costs;                       ///< by setting, where the objective has a cost; infinite: unknown
  std::string cost_unit;                           ///< "an hour", or "cores"
  std::int64_t first_queries = 1000;               ///< of the shortest sample
  std::int64_t full_queries = 20'000;              ///< of a run of full precision, or the first of several
  std::int64_t most_queries = 20'000;              ///< that a run of full precision may take; capacity: of one sample
  double first_rate = 0;                           ///< where a capacity is looked for first
  bool whole_rates = false;                        ///< that is a number, such as of clients
  double tolerance = 0.01;                         ///< relative; what is better by less is as good
  double error = 0.05;  ///< probability that a race drops what is better by more than the tolerance

  std::size_t size() const { return settings.size(); }
  double cost(std::size_t setting) const { return costs.empty() ? 0 : costs[setting]; }
  /// The setting with these values; empty: there is none, or it is excluded.
  std::optional<std::size_t> at(const std::vector<std::size_t>& values) const;
  const std::string& label(std::size_t setting, std::size_t axis) const {
    return axes[axis].values[settings[setting][axis]];
  }
};

/// "batch 64, shards 4"
std::string setting_text(const TuneProblem& problem, std::size_t setting);

/// A run, or several, of a setting.
struct TuneProbe {
  std::size_t setting = 0;
  double rate = 0;           ///< 0: that of the objective, or of the scenario
  std::int64_t queries = 0;  ///< 0: full precision, with what numbers that wants
  std::uint32_t stream = 0;  ///< samples of unlike streams are independent; of one stream all settings see the same
  double error = 0.05;       ///< probability, at most, to say that a limit is met, or is not, where it is otherwise
  bool full() const { return queries == 0; }
};

/// What a probe showed.
struct TuneSample {
  std::string refused;  ///< why there is nothing else: it cannot be built
  /// Latency in us; where there is a limit, the share of the queries answered within it. Of a capacity at full
  /// precision the rate that was shown, from there to the next that was not.
  Estimate figure;
  bool unstable = false;  ///< saturated, failing or empty
  SloAnswer answer = SloAnswer::undecided;
  bool leans_to_meet = false;
  std::int64_t queries = 0;  ///< simulated
};

/// How good a setting came out at full precision: the less the better.
struct Score {
  int rank = 0;  ///< 0: as asked; above: less and less of an answer
  double value = 0;
  friend auto operator<=>(const Score&, const Score&) = default;
};
Score score_of(const TuneProblem& problem, std::size_t setting, const TuneSample& full);

/// a / b - 1 over samples of the same streams, the samples weighted by their queries; with no interval where none has
/// one. That a sample is too short to be trusted does not count: what it did not see, the other did not see either.
Estimate paired_excess(const std::vector<TuneSample>& a, const std::vector<TuneSample>& b, double confidence);

/// The mean of their figures, weighted by their queries.
double mean_figure(const std::vector<TuneSample>& samples);

}  // namespace shardsim
