// SPDX-License-Identifier: Apache-2.0
// Embedding tables in memory, and the gather.
#pragma once

#include <memory>
#include <span>

#include "model/model.hpp"
#include "sharding/plan.hpp"

namespace shardsim::real {

/// A table, or the part of it that a server holds: rows of fp32.
class HeldTable {
 public:
  /// Fills it. Every element is a function of table, row and column, whoever holds it: a multiple of 2^-10 below 2^-7,
  /// so that sums of up to 2^16 are exact in whichever order they are made.
  HeldTable(const Table& table, std::uint32_t number, const Placement& placement);

  int dim() const { return dim_; }
  /// Adds up the rows of each bag. `rows` are those of the whole table; `out` has dim() for each bag.
  void pool(std::span<const std::uint32_t> lengths, std::span<const std::uint64_t> rows, float* out) const;

 private:
  std::uint64_t place_of(std::uint64_t row) const {
    if (parts_ == 1) return row;
    return by_modulus_ ? row / static_cast<std::uint64_t>(parts_) : row - first_;
  }

  int dim_;
  int parts_;
  bool by_modulus_;
  std::uint64_t first_ = 0;
  std::unique_ptr<float[]> values_;
};

/// Sums of rows of `dim` elements: the loop that the gather and its measurement share. Rows are fetched a few ahead, as
/// FBGEMM's kernels do.
template <class PlaceOf>
void pool_rows(const float* values, int dim, std::span<const std::uint32_t> lengths,
               std::span<const std::uint64_t> rows, float* out, PlaceOf place_of) {
  constexpr std::size_t kAhead = 8;
  constexpr int kLine = 16;  // elements
  const auto width = static_cast<std::size_t>(dim);
  std::size_t next = 0;
  for (const std::uint32_t length : lengths) {
    for (std::size_t d = 0; d < width; ++d) out[d] = 0;
    for (const std::size_t end = next + length; next < end; ++next) {
      if (next + kAhead < rows.size()) {
        const float* ahead = values + place_of(rows[next + kAhead]) * width;
        for (int d = 0; d < dim; d += kLine) __builtin_prefetch(ahead + d);
      }
      const float* row = values + place_of(rows[next]) * width;
      for (std::size_t d = 0; d < width; ++d) out[d] += row[d];
    }
    out += width;
  }
}

}  // namespace shardsim::real
