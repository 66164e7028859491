// SPDX-License-Identifier: Apache-2.0
// The search for a capacity as a sequence of samples, whatever they are taken from; docs/statistics.md derives it.
#pragma once

#include "experiment/capacity.hpp"

namespace shardsim {

/// How one sample is to be taken.
struct Sampling {
  std::int64_t queries = 0;
  std::uint32_t stream = 0;  ///< of random numbers; samples of unlike streams are independent
  double error = 0.05;       ///< at most this probability to say that what does not meet the objective meets it
};

/// Takes a sample of a system, says what it shows, and which way it leans where it shows nothing.
using Sampler = std::function<CapacityTrial(double level, const Sampling& sampling)>;

/// How a level, such as a rate, is taken up and down: by factors, or in whole numbers.
struct Levels {
  double tolerance = 0.02;
  bool whole = false;
  double lowest() const { return whole ? 1 : 0; }
  double up(double level) const;
  double down(double level, double factor) const;
  /// In the middle; empty when they are within the tolerance.
  std::optional<double> between(double low, double high) const;
};

/// Looks at systems: a longer sample each time, until one says something or is as long as it may be. Throws
/// CapacityBudgetSpent before a sample that the budget of all has no room for.
class Looks {
 public:
  Looks(Sampler sampler, const CapacityQuestion& question, std::int64_t shortest);

  /// With any numbers, to find out where to look.
  CapacityTrial search(double level);
  /// With fresh numbers, by samples from `shortest` on, of which all together err as often as `error` says.
  CapacityTrial confirm(double level, std::int64_t shortest, double error);
  std::size_t tried() const { return tried_; }
  std::int64_t queries() const { return queries_; }  ///< of all samples
  bool interrupted() const { return question_.interrupt != nullptr && question_.interrupt->load(); }

 private:
  CapacityTrial take(double level, const Sampling& how);

  Sampler sampler_;
  const CapacityQuestion& question_;
  std::int64_t shortest_;
  std::size_t tried_ = 0;
  std::int64_t queries_ = 0;
  std::uint32_t stream_ = 0;
};

/// The highest level that meets the objective, where lower ones do too.
HighestRate highest_level(double first, const Levels& levels, const CapacityQuestion& question, Looks& looks);

}  // namespace shardsim
