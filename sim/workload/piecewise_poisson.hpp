// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workload/arrivals.hpp"

namespace shardsim {

/// A stretch of time in which arrivals have one rate.
struct RatePiece {
  Time start{};
  double length_s = 0;
  double expected = 0;  ///< mean number of arrivals in it
};

/// Pieces one after the other, each starting where the last ended or later (nothing arrives between).
class RatePieces {
 public:
  virtual ~RatePieces() = default;
  virtual std::optional<RatePiece> next() = 0;
};

/// Poisson arrivals whose rate is constant in each piece: exact, by inversion of the cumulative rate. Draws one number
/// an arrival, whatever the pieces.
std::unique_ptr<ArrivalSource> piecewise_poisson(std::unique_ptr<RatePieces> pieces, RandomStream gaps);

}  // namespace shardsim
