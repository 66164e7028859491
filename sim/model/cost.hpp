// SPDX-License-Identifier: Apache-2.0
// What a model's operators cost on a core. Formulas from the roofline of a dense layer and of a gather; see
// docs/metrics.md.
#pragma once

#include "model/model.hpp"

namespace shardsim {

/// What one core does, dense.
struct CoreFigures {
  ComputeRate flops;
  double efficiency = 1;
  double half_efficiency_rows = 0;
};

/// What one lookup costs on one core, pooled.
struct LookupFigures {
  Duration time{};
  Duration time_per_byte{};
  Duration bag_time{};  ///< of a bag, whatever is in it: its vector is cleared, and written
};

/// A time that is linear in the rows of a batch: `fixed + rows * per_row`.
struct LinearTime {
  double fixed_ps = 0;
  double per_row_ps = 0;
  Duration operator()(std::int64_t rows) const {
    return from_picoseconds(fixed_ps + per_row_ps * static_cast<double>(rows));
  }
  LinearTime& operator+=(LinearTime t) {
    fixed_ps += t.fixed_ps;
    per_row_ps += t.per_row_ps;
    return *this;
  }
};

/// Work of a net's dense parts, before and after its pooled features are there.
struct DenseTimes {
  LinearTime before;  ///< bottom MLP
  LinearTime after;   ///< interaction, repeated layers, attention, recurrent layers and top MLP
};

/// FLOP a row: 2 * in * out for each fully connected layer; dot: 2 * dim for each pair of the tables' vectors and the
/// bottom MLP's; low-rank cross (DCN v2): 4 * width * rank a layer, where the width is that of all these vectors side
/// by side (features_width()). Repeated layers: as often as they say. Attention
/// and recurrent layers: flop_of(). Time: FLOP * rows / (flops * efficiency * rows /
/// (rows + half_efficiency_rows)), which is linear in rows.
DenseTimes dense_times(const Net& net, const CoreFigures& core);

/// Time of one lookup of a table, gathered and pooled: time + time_per_byte * row bytes.
double lookup_ps(const Table& table, const LookupFigures& figures);

/// Time of pooling a row again that the same gather has just read: time_per_byte * row bytes. An upper bound, as that
/// figure includes reading from memory.
double duplicate_ps(const Table& table, const LookupFigures& figures);

/// Memory traffic of one lookup: the row, at least a cache line.
inline Bytes lookup_traffic(const Table& table) {
  constexpr Bytes kCacheLine{64};
  return std::max(table.row_bytes(), kCacheLine);
}

template <>
void describe(Describe<CoreFigures>& d);
template <>
void describe(Describe<LookupFigures>& d);

}  // namespace shardsim
