// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/description.hpp"
#include "experiment/calibration/result_figure.hpp"

namespace shardsim {

/// A system whose figures were measured: a scenario, and what is set in it.
struct MeasuredSystem {
  Json base;  ///< scenario, or the path of one
  Json set;   ///< {path: value, ...}
};

enum class FieldScale { linear, logarithmic };
template <>
struct EnumNames<FieldScale> {
  static constexpr std::array<std::pair<FieldScale, std::string_view>, 2> names{
      {{FieldScale::linear, "linear"}, {FieldScale::logarithmic, "logarithmic"}}};
};

/// A field whose value is looked for.
struct FreeField {
  std::string path;
  std::vector<std::string> also;  ///< further fields that always have its value
  Json from;
  Json to;
  FieldScale scale = FieldScale::linear;
  std::string prior;
  std::vector<std::string> in;  ///< configurations; empty: all that have the field
};

/// How two figures stand to each other: one is the larger, or they are alike.
enum class Relation { above, below, within };
template <>
struct EnumNames<Relation> {
  static constexpr std::array<std::pair<Relation, std::string_view>, 3> names{
      {{Relation::above, "above"}, {Relation::below, "below"}, {Relation::within, "within"}}};
};

/// A figure of a configuration, or how many times that of another configuration it is.
struct FigureOf {
  std::string configuration;
  std::string figure;
  std::string over;  ///< the other configuration; empty: the figure itself
};

/// What is to come out: a figure as it was measured, or an order of two figures.
struct CalibrationTarget {
  std::string configuration;
  std::string figure;
  std::string over;
  Json measured;
  std::optional<Share> spread;
  bool measured_saturated = false;
  std::optional<Share> measured_drift;
  std::optional<FigureOf> left;
  std::optional<Relation> relation;
  std::optional<FigureOf> right;
  Json by;
  double weight = 1;
  std::string source;

  bool is_order() const { return left.has_value(); }
  /// Of a value: what was measured.
  FigureOf measured_figure() const { return {configuration, figure, over}; }
};

struct CalibrationBudget {
  std::int64_t evaluations = 0;
  std::optional<std::int64_t> queries;
};

/// A calibration: which fields of which scenarios are to be fitted to what was measured.
struct CalibrationSpec {
  std::string description;
  ByName<MeasuredSystem> configurations;
  std::vector<FreeField> free;
  std::vector<CalibrationTarget> targets;
  Share least_spread{0.01};
  CalibrationBudget budget;
  std::optional<std::uint64_t> seed;
};

template <>
void describe(Describe<MeasuredSystem>& d);
template <>
void describe(Describe<FreeField>& d);
template <>
void describe(Describe<FigureOf>& d);
template <>
void describe(Describe<CalibrationTarget>& d);
template <>
void describe(Describe<CalibrationBudget>& d);
template <>
void describe(Describe<CalibrationSpec>& d);

/// Where a configuration is written with its fitted values, in the folder of --out: "scenarios/low.json".
std::string fitted_file(const std::string& configuration);

/// How many times as large as its right side the left side of an order is to be at least ("above"), or at most: 1.2 for
/// "above" by 1.2 or "20 %", 1 / 1.2 for "below" by 1.2, 0.8 for "below" by "20 %"; of "within", how many times as
/// large as the other each may be. Nothing: `by` is neither a factor of at least 1 nor a share, or "within" has none.
std::optional<double> ratio_wanted(const CalibrationTarget& order);

/// "low p99", "low p99 above high p99 by 20 %"
std::string target_text(const CalibrationTarget& target);

}  // namespace shardsim
