// SPDX-License-Identifier: Apache-2.0
// Which of the shards that hold a copy of a table a batch asks.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace shardsim {

/// Gather time that a caller has asked of each server and has no answer for yet, by target as in DemandModel.
class Outstanding {
 public:
  explicit Outstanding(std::size_t targets) : ps_(targets) {}
  void begin(std::size_t target, double gather_ps) { ps_[target] += std::llround(gather_ps); }
  void end(std::size_t target, double gather_ps) { ps_[target] -= std::llround(gather_ps); }
  double ps(std::size_t target) const { return static_cast<double>(ps_[target]); }

 private:
  std::vector<std::int64_t> ps_;  // whole, so that what ends takes away exactly what began
};

/// The holder whose gathers end first, by position; `ends`: when they would, with the table's own. Of those that are
/// equally good but for rounding, it is the next from `turn` on. Precondition: there are holders.
std::size_t first_to_end(std::span<const double> ends, std::uint64_t turn);

}  // namespace shardsim
