// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sharding/plan.hpp"

namespace shardsim {

/// Which rows of a server leave its memory.
///   rows    of every table the same share, whichever rows these are
///   tables  whole tables, those with the fewest lookups a byte first; one of them in part
enum class OffloadBy { rows, tables };
template <>
struct EnumNames<OffloadBy> {
  static constexpr std::array<std::pair<OffloadBy, std::string_view>, 2> names{
      {{OffloadBy::rows, "rows"}, {OffloadBy::tables, "tables"}}};
};

/// A part of what a strategy has placed goes to another tier, on every server that has it.
struct Offload {
  std::string tier;
  std::optional<Share> share;  ///< of the bytes of each server; empty: what its memory cannot hold
  OffloadBy by = OffloadBy::rows;
  std::optional<std::vector<std::string>> nets;  ///< whose tables may go; empty: all

  /// The placements of a server with `share` of their bytes in the tier; those that say a tier already stay as they
  /// are. `loads`: lookups a query makes in each placement.
  std::vector<Placement> apply(const std::vector<Placement>& placements, const std::vector<double>& loads,
                               const Model& model, double share_of_bytes) const;
};

template <>
void describe(Describe<Offload>& d);

}  // namespace shardsim
