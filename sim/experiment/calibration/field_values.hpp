// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/calibration/spec.hpp"

namespace shardsim {

/// What is wrong with the range of a field.
std::optional<Complaint> wrong_range(const FreeField& field);

/// The values of a free field, along its range.
class FieldValues {
 public:
  /// Precondition: nothing is wrong with the range.
  explicit FieldValues(const FreeField& field);

  /// The value at `share` of the range, 0 to 1 in its scale, as it is written in a scenario: with the unit of the
  /// range, and six digits. Of a range of whole numbers, the nearest whole number.
  Json at(double share) const;

 private:
  double low_ = 0;
  double high_ = 0;
  std::string unit_;
  bool whole_ = false;
  bool logarithmic_ = false;
};

}  // namespace shardsim
