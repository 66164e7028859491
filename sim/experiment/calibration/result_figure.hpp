// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/results/run_result.hpp"

namespace shardsim {

/// A number of a result that has a name: that of result.json ("latency_us.p99", "spans_us.network.mean",
/// "hosts.main0.utilisation"), or a short one ("p99", "mean", "cpu").
struct ResultFigure {
  std::string name;  ///< that of result.json, whichever was given
  std::string unit;  ///< as `shardsim list figures` has it: "us", "s", "1/s", "fraction", "bytes" or ""

  /// Whether it grows with the length of a run whose servers are offered more than they can do.
  bool tells_of_latency() const { return name == "goodput" || (unit == "us" && !name.starts_with("cpu_us")); }
};

/// The figure of that name, or nothing.
std::optional<ResultFigure> find_figure(const std::string& name);
/// "there is no figure 'latency_us.p9'; did you mean ..."
std::string no_such_figure(const std::string& name);

/// Figures of one result.
class FigureReader {
 public:
  explicit FigureReader(const RunResult& result) : result_(result) {}
  /// The value, NaN where there is none, with its interval and pulls where it has them.
  Estimate operator()(const ResultFigure& figure);
  /// Why the result cannot have the figure: no host, shard or traffic of that name, or it is no number. Else empty.
  std::string complaint(const ResultFigure& figure);

 private:
  const Json& written();

  const RunResult& result_;
  Json written_;  // as in result.json, once somebody asks for it
};

/// A measured value in the unit of its figure, as ResultFigure has it: "12 ms" -> 12000 (us). Empty text in `error`
/// when it is one.
struct MeasuredValue {
  double value = 0;
  std::string error;
};
MeasuredValue measured_value(const Json& measured, const std::string& unit);

/// left / right, with an interval where both have one. `paired`: both saw the same queries.
Estimate ratio_of(const Estimate& left, const Estimate& right, double confidence, bool paired);

}  // namespace shardsim
