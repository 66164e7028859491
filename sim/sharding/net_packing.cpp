// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "sharding/packing.hpp"

namespace shardsim {
namespace {

using Group = std::vector<Piece>;

// First fit, largest first: the pieces of each bin.
std::vector<Group> pack(Group pieces, Bytes limit) {
  std::stable_sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.bytes > b.bytes; });
  std::vector<Group> bins;
  std::vector<Bytes> filled;
  for (Piece& piece : pieces) {
    std::size_t bin = 0;
    while (bin < bins.size() && filled[bin] + piece.bytes > limit) ++bin;
    if (bin == bins.size()) bins.emplace_back(), filled.emplace_back();
    filled[bin] += piece.bytes;
    bins[bin].push_back(std::move(piece));
  }
  return bins;
}

std::vector<Group> pack_all(const std::vector<Group>& groups, Bytes limit) {
  std::vector<Group> bins;
  for (const Group& group : groups)
    for (Group& bin : pack(group, limit)) bins.push_back(std::move(bin));
  return bins;
}

// Tables of one net belong together; so do the parts of one split table, which nothing else joins, so that a batch
// that asks for a few of its rows touches few shards.
std::vector<Group> grouped(std::vector<Piece> pieces) {
  std::map<std::pair<std::size_t, std::ptrdiff_t>, Group> groups;
  for (Piece& p : pieces) {
    const std::ptrdiff_t split_table = p.placement.parts > 1 ? static_cast<std::ptrdiff_t>(p.table) : -1;
    groups[{p.net, split_table}].push_back(std::move(p));
  }
  std::vector<Group> out;
  for (auto& [key, group] : groups) out.push_back(std::move(group));
  return out;
}

// The least size limit, to a MiB, for which the bins are no more than the shards.
Bytes smallest_limit(const std::vector<Group>& groups, int shards) {
  constexpr std::int64_t kStep = 1 << 20;
  Bytes low;
  Bytes high;
  for (const Group& group : groups) {
    Bytes total;
    for (const Piece& p : group) low = std::max(low, p.bytes), total += p.bytes;
    high = std::max(high, total);
  }
  while (high.count - low.count > kStep) {
    const Bytes middle{low.count + (high.count - low.count) / 2};
    (pack_all(groups, middle).size() <= static_cast<std::size_t>(shards) ? high : low) = middle;
  }
  return high;
}

}  // namespace

std::vector<PlannedShard> packed_by_net(std::vector<Piece> pieces, int shards) {
  const std::vector<Group> groups = grouped(std::move(pieces));
  if (static_cast<std::size_t>(shards) < groups.size())
    throw InfeasibleError(
        "/sharding/shards",
        fmt::format("nsbp needs a shard for each net with tables and for each split table, {} in all, and has {}; "
                    "use at least {} "
                    "shards",
                    groups.size(), shards, groups.size()));
  std::vector<PlannedShard> out = empty_shards(shards);
  const std::vector<Group> bins = pack_all(groups, smallest_limit(groups, shards));
  for (std::size_t b = 0; b < bins.size(); ++b)
    for (const Piece& p : bins[b]) out[b].tables.push_back(p.placement);
  return out;
}

}  // namespace shardsim
