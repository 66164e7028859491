// SPDX-License-Identifier: Apache-2.0
// Which of the shards that hold a copy of a table a batch asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace shardsim {

/// The holder whose gathers end first, by position; `ends`: when they would, with the table's own. Of those that are
/// equally good but for rounding, it is one after the other's turn. Precondition: there are holders.
std::size_t first_to_end(std::span<const double> ends, std::uint64_t turn);

}  // namespace shardsim
