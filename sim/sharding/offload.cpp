// SPDX-License-Identifier: Apache-2.0
#include "sharding/offload.hpp"

#include <algorithm>
#include <numeric>

namespace shardsim {
namespace {

std::vector<double> bytes_of_each(const std::vector<Placement>& placements, const Model& model) {
  std::vector<double> out;
  std::map<std::string, const Table*> tables;
  for (const PlacedTable& t : tables_of(model)) tables[t.table->name] = t.table;
  for (const Placement& p : placements) out.push_back(static_cast<double>(bytes_of(*tables.at(p.table), p).count));
  return out;
}

// Positions of the placements that may move, those with the fewest lookups a byte first.
std::vector<std::size_t> coldest_first(const std::vector<Placement>& placements, const std::vector<double>& loads,
                                       const std::vector<double>& bytes) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < placements.size(); ++i)
    if (!placements[i].tier) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return loads[a] * bytes[b] < loads[b] * bytes[a]; });
  return order;
}

}  // namespace

std::vector<Placement> Offload::apply(const std::vector<Placement>& placements, const std::vector<double>& loads,
                                      const Model& model, double share_of_bytes) const {
  std::vector<Placement> out = placements;
  if (share_of_bytes <= 0) return out;
  const auto move = [this](Placement& p, double moved) {
    p.tier = tier;
    if (moved < 1) p.in_memory = Share{1 - moved};
  };
  const std::vector<double> bytes = bytes_of_each(placements, model);
  const std::vector<std::size_t> order = coldest_first(placements, loads, bytes);
  double left = 0;
  for (const std::size_t i : order) left += bytes[i] * share_of_bytes;
  for (const std::size_t i : order) {
    if (by == OffloadBy::rows) {
      move(out[i], share_of_bytes);
    } else if (left > 0) {
      move(out[i], std::min(1.0, left / bytes[i]));
      left -= bytes[i];
    }
  }
  return out;
}

template <>
void describe(Describe<Offload>& d) {
  d.object("offload", "a part of what the strategy placed goes to another tier, on every server that has the tier");
  d.required("tier", &Offload::tier, "name of a tier of the servers' platforms");
  d.optional("share", &Offload::share, "of the bytes of each server; left out: what its memory cannot hold");
  d.optional("by", &Offload::by,
             "rows: of every table the same share, whichever rows; tables: whole tables, those with the fewest lookups "
             "a byte first");
}

}  // namespace shardsim
