// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace shardsim {

/// Events over time, in about as many bins of equal width as asked for, however long it lasts: widths are 1, 2 or 5
/// times a power of ten. Time is an integer from 0 on.
class RateBins {
 public:
  struct Bin {
    std::int64_t start = 0;
    std::int64_t length = 0;
    std::uint64_t events = 0;
  };

  /// At most `bins` of them, at least 1.
  explicit RateBins(std::size_t bins) : fine_(10 * bins) {}

  void record(std::int64_t time);
  /// The last one ends with the last event; it is joined with the one before when it would be shorter than half of it.
  std::vector<Bin> bins() const;

 private:
  std::vector<std::uint64_t> fine_;
  std::int64_t width_ = 1;
  std::int64_t last_ = 0;
};

}  // namespace shardsim
