// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/calibration/evaluator.hpp"

namespace shardsim {

/// How well a field is determined by the targets.
///   determined      the error rises on both sides before the range ends
///   one_sided       it does on one side only
///   not_identified  it stays below the rise over most of the range, or all of it
enum class Determined { determined, one_sided, not_identified };
template <>
struct EnumNames<Determined> {
  static constexpr std::array<std::pair<Determined, std::string_view>, 3> names{
      {{Determined::determined, "determined"},
       {Determined::one_sided, "one-sided"},
       {Determined::not_identified, "not-identifiable"}}};
};

/// What came of a calibration.
struct CalibrationResult {
  Evaluation best;
  Evaluation middle;                 ///< in the middle of all ranges, where the search began
  std::vector<FieldRange> alone;     ///< by field: shares of its range
  std::vector<FieldRange> together;  ///< by field: the others re-fitted
  std::vector<TargetConflict> conflicts;
  std::size_t evaluations = 0;

  Determined determined(std::size_t field) const;
  /// Whether the value is at an end of its range: the best may lie beyond.
  bool at_low_end(std::size_t field) const;
  bool at_high_end(std::size_t field) const;
};

/// Whether an order came out as it is to be.
enum class OrderAnswer { holds, violated, undecided };
template <>
struct EnumNames<OrderAnswer> {
  static constexpr std::array<std::pair<OrderAnswer, std::string_view>, 3> names{
      {{OrderAnswer::holds, "holds"}, {OrderAnswer::violated, "violated"}, {OrderAnswer::undecided, "undecided"}}};
};
/// By the whole interval of the ratio; undecided where that lies on both sides, or there is none.
OrderAnswer answer_of(const TargetOutcome& outcome, const LimitsOfRatio& wanted);

/// Looks for the values, then how well they are determined. Throws InputError, CalibrationInterrupted.
CalibrationResult calibrate(const CalibrationProblem& problem, Evaluator& evaluator);

}  // namespace shardsim
