// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "caches/cache_policy.hpp"

namespace shardsim {

/// How tables have a capacity: all in one cache, or each in a cache of its own.
enum class CapacitySplit {
  shared,        ///< one cache
  equal,         ///< each as much
  by_lookups,    ///< in proportion to the lookups of each
  marginal_gain  ///< each byte where it brings the most hits, by the policy's formula
};
template <>
struct EnumNames<CapacitySplit> {
  static constexpr std::array<std::pair<CapacitySplit, std::string_view>, 4> names{
      {{CapacitySplit::shared, "shared"},
       {CapacitySplit::equal, "equal"},
       {CapacitySplit::by_lookups, "by-lookups"},
       {CapacitySplit::marginal_gain, "marginal-gain"}}};
};

/// Bytes of each table's own cache; nothing for `shared`. No table has more than its rows take: what is left goes to
/// the others by the same rule. Throws InputError for `marginal-gain` where the policy has no formula.
std::vector<Bytes> split_capacity(CapacitySplit split, const CachePolicy& policy, std::span<const CachedTable> tables,
                                  Bytes capacity);

/// Hit ratio of each table by formula, with the capacity so split.
HitRatios hit_ratios_of(CapacitySplit split, const CachePolicy& policy, std::span<const CachedTable> tables,
                        Bytes capacity);

}  // namespace shardsim
