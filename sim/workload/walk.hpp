// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workload/query.hpp"

namespace shardsim {

/// One time that a query walks a net.
struct WalkedNet {
  std::size_t net = 0;           ///< its number in the model
  std::size_t place = 0;         ///< of the net among all, in the order in which batches walk them
  std::uint32_t repetition = 0;  ///< how often the query has walked it before
  /// What the query asks this time: the items that the net sees, lookups in its tables alone. Its id is
  /// id_of_repetition(), so that whatever is drawn by it is drawn anew each time.
  Query asked;
};

/// The way of a query through the nets of a model, where queries differ in it.
struct Walk {
  std::vector<WalkedNet> nets;
  std::int64_t lookups = 0;  ///< of all of them
};

/// Above the bits of a query's number, which are less than so many.
inline constexpr int kQueryBits = 40;
inline std::uint64_t id_of_repetition(std::uint64_t query, std::uint32_t repetition) {
  return query | std::uint64_t{repetition} << kQueryBits;
}
/// The query's number of such an id.
inline std::uint64_t query_of(std::uint64_t id) { return id & ((std::uint64_t{1} << kQueryBits) - 1); }

}  // namespace shardsim
