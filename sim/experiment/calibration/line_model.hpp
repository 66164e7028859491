// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

namespace shardsim {

/// A place in the unit cube: a share of each field's range.
using CubePoint = std::vector<double>;

/// What a place came to.
struct ErrorSample {
  double error = 0;
  std::vector<double> residuals;  ///< by target; the error is the sum of their squares by weight
};

/// [target][field]: change of a residual over the range of a field.
using Slopes = std::vector<std::vector<double>>;

/// Residuals around a place, taken as straight lines.
struct LineModel {
  CubePoint at;
  ErrorSample sample;  ///< there
  Slopes slopes;
  std::vector<double> weights;  ///< by target

  /// Moves the model to a place that was looked at, after the least change of the slopes that explains what was seen
  /// there (C. G. Broyden, "A class of methods for solving nonlinear simultaneous equations", 1965).
  void move_to(const CubePoint& point, const ErrorSample& seen);

  /// A field that keeps a value.
  struct Held {
    std::size_t field = 0;
    double value = 0;
  };
  /// Where in the cube the error is least, as far as the lines tell. `damping`: what a step over the whole range of a
  /// field adds to the error, which keeps near what the lines know nothing of.
  CubePoint least(double damping, std::optional<Held> held = {}) const;
  /// The error at a place, as far as the lines tell.
  double error_at(const CubePoint& point) const;

 private:
  std::vector<double> step_to(const CubePoint& point) const;
};

}  // namespace shardsim
