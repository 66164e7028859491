// SPDX-License-Identifier: Apache-2.0
#include "serving/copies.hpp"

#include <algorithm>

#include "serving/demand.hpp"

namespace shardsim {

std::size_t first_to_end(std::span<const double> ends, std::uint64_t turn) {
  constexpr double kRounding = 1e-9;  // sums of the same in another order
  const double least = *std::min_element(ends.begin(), ends.end());
  std::size_t holder = turn % ends.size();
  while (ends[holder] > least * (1 + kRounding)) holder = (holder + 1) % ends.size();
  return holder;
}

// The longest gather first, each to the holder that is done with it first, beside what the batch asks of it anyway: the
// longest-processing-time rule (R. L. Graham, "Bounds on multiprocessing timing anomalies", SIAM J. Appl. Math. 17,
// 1969). Nothing is drawn: whoever knows a batch knows whom it asks.
void DemandModel::add_copied(const std::vector<CopiedTable>& tables, const Query& query, std::uint32_t batch, int first,
                             int last) {
  const auto gather_ps = [&](const TableRoute& route) {
    const Kind& kind = route.kinds.front();
    const std::int64_t lookups = query.lookups_in(route.number, kind.per, first, last);
    const int bags = lookups == 0 ? 0 : kind.per == Per::item ? last - first : 1;
    return static_cast<double>(lookups) * kind.row.distinct_ps + static_cast<double>(bags) * kind.row.bag_ps +
           static_cast<double>(lookups == 0 ? 0 : kind.measured.count());
  };
  longest_.clear();
  for (const CopiedTable& holders : tables) longest_.emplace_back(gather_ps(holders.front()), &holders);
  std::stable_sort(longest_.begin(), longest_.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::uint64_t turn = query.id + batch;
  for (const auto& [ps, holders] : longest_) {
    ends_.clear();
    for (const TableRoute& route : *holders)
      ends_.push_back(scratch_[route.kinds.front().target].gather_ps + gather_ps(route));
    add_table((*holders)[first_to_end(ends_, turn++)], query, batch, first, last);
  }
}

}  // namespace shardsim
