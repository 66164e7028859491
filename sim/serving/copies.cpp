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

bool DemandModel::has_copies() const {
  return std::any_of(nets_.begin(), nets_.end(), [](const NetRoute& net) { return !net.copied.empty(); });
}

// The longest gather first, each to the holder that would be done with it first, as far as the caller knows: after what
// it waits for from there, and what else the batch asks there. So within a batch it is the longest-processing-time rule
// (R. L. Graham, "Bounds on multiprocessing timing anomalies", SIAM J. Appl. Math. 17, 1969), and among batches the
// least work left, as one caller sees it. The batch alone would not do: of a table that is most of what it asks, always
// the same holder would be done first. Nothing is drawn.
void DemandModel::add_copied(const std::vector<CopiedTable>& tables, const Query& query, std::uint32_t batch, int first,
                             int last) {
  const auto gather_ps = [&](const TableRoute& route) {
    const Kind& kind = route.kinds.front();
    const std::int64_t lookups = query.lookups_in(route.number, kind.per, first, last);
    const int bags = lookups == 0 ? 0 : kind.per == Per::item ? last - first : 1;
    return static_cast<double>(lookups) * kind.row.distinct_ps + static_cast<double>(bags) * kind.row.bag_ps +
           static_cast<double>(lookups == 0 ? 0 : kind.measured.count());
  };
  const auto end_of_others = [this](std::size_t target) {
    return scratch_[target].gather_ps + (outstanding_ != nullptr ? outstanding_->ps(target) : 0);
  };
  longest_.clear();
  for (const CopiedTable& holders : tables) longest_.emplace_back(gather_ps(holders.front()), &holders);
  std::stable_sort(longest_.begin(), longest_.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::uint64_t turn = query.id + batch;
  for (const auto& [ps, holders] : longest_) {
    ends_.clear();
    for (const TableRoute& route : *holders)
      ends_.push_back(end_of_others(route.kinds.front().target) + gather_ps(route));
    add_table((*holders)[first_to_end(ends_, turn++)], query, batch, first, last);
  }
}

}  // namespace shardsim
