// SPDX-License-Identifier: Apache-2.0
// What the program is checked against: families of cases, one a file in families/.
#pragma once

#include "config/choice.hpp"
#include "experiment/sweep.hpp"

namespace shardsim {

/// What is expected of one figure of a case.
struct Expectation {
  std::string measure;  ///< "mean latency", "utilisation of main0"
  std::string unit;     ///< "us", "/s"; "" for shares, ratios and counts
  double value = 0;
  /// Whether every run must give it, to rounding (a law); else it is the expectation of a random figure, and the mean
  /// over independent runs must agree with it within its interval.
  bool exact = false;
};

/// Figures of one run, in the order of the expectations.
using Sample = std::vector<double>;
using Sampler = std::function<Sample(const Scenario& scenario, const RunControl& control)>;

/// A system of which something is known exactly.
struct Case {
  std::string name;      ///< unique; begins with the family's name
  std::string file;      ///< ordinary scenario, in workloads/validation/
  Assignments changes;   ///< as with --set
  std::size_t runs = 1;  ///< independent replications; at least 2 where an expectation is not exact
  std::vector<Expectation> expected;
  Sampler sample;  ///< makes one run, or several that are compared; must pass `control` on
};

/// Cases that follow from one theorem or law. Its description says which.
class Family {
 public:
  virtual ~Family() = default;
  virtual std::vector<Case> cases() const = 0;
};

const Registry<Family>& family_registry();

/// Mean time at the one kind of station that queries queue for in the scenarios of workloads/validation/ (a core of
/// queue.json and fork-join.json, the memory of memory-sharing.json, the port of port.json).
inline constexpr double kServiceUs = 100;

/// A figure that a run has, and what theory says it is.
struct Figure {
  Expectation expected;
  std::function<double(const RunResult&)> read;
};
Figure mean_latency(double us);
Figure latency_quantile(double q, double us);
Figure throughput(double per_second);
/// Share of the core time of a host, by name, that is used.
Figure utilisation(const std::string& host, double share);

/// A case for queueing theory: `queries` queries a run, of which the first twentieth is warm-up, in 20 runs.
Case steady_state(std::string name, std::string file, Assignments changes, std::int64_t queries,
                  const std::vector<Figure>& figures);

/// "7000 /s", as --set takes it.
std::string per_second(double rate);

}  // namespace shardsim
