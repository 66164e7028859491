// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/capacity.hpp"
#include "experiment/sweep.hpp"
#include "experiment/tuning/problem.hpp"

namespace shardsim {

/// What is asked beside the settings.
struct TuneQuestion {
  TuneObjective objective;
  std::string rate_path = "traffic.arrivals.rate";
  std::optional<double> tolerance;     ///< default: 2 % of a capacity, 1 % of all else
  double confidence = 0.95;            ///< of intervals, and of what is shown
  std::int64_t max_queries = 400'000;  ///< where there is a limit: of the longest sample
};

/// The settings of a sweep, and what is to be found out about them.
class TuneTask {
 public:
  /// Throws InputError: for what is wrong with the sweep, where the scenarios have no rate to set, and where two
  /// settings are the same scenario.
  TuneTask(const std::filesystem::path& file, const Assignments& assignments, std::optional<std::uint64_t> seed,
           const TuneQuestion& question);

  const TuneProblem& problem() const { return problem_; }
  const TuneQuestion& question() const { return question_; }
  const std::vector<Document::Note>& notes() const { return sweep_.notes; }
  /// Of all that samples depend on, but for the setting.
  const std::string& id() const { return id_; }
  const std::string& setting_id(std::size_t setting) const { return sweep_.points[setting].id; }

  /// The scenario of a setting at a rate (0: as it is). From any thread. Throws InputError.
  Scenario scenario(std::size_t setting, double rate) const;
  /// What a capacity is asked by.
  CapacityQuestion capacity_question() const;

 private:
  void read_settings();
  void check_that_settings_differ(const std::string& file, const std::vector<Scenario>& scenarios) const;
  void read_lengths(const std::vector<Scenario>& scenarios);
  void read_costs(const std::vector<Scenario>& scenarios);
  std::string rate_text(double rate) const;

  TuneQuestion question_;
  Sweep sweep_;
  TuneProblem problem_;
  std::string id_;
};

}  // namespace shardsim
