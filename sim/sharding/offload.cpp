// SPDX-License-Identifier: Apache-2.0
#include "sharding/offload.hpp"

#include <algorithm>
#include <map>

namespace shardsim {
namespace {

struct Candidate {
  std::size_t placement;  // its position
  double bytes;
  double load;
};

// What may move, those with the fewest lookups a byte first.
std::vector<Candidate> coldest_first(const Offload& offload, const std::vector<Placement>& placements,
                                     const std::vector<double>& loads, const Model& model) {
  std::map<std::string, PlacedTable> tables;
  for (const PlacedTable& t : tables_of(model)) tables[t.table->name] = t;
  const auto may_go = [&](std::size_t net) {
    const std::string& name = model.nets[net].name;
    return !offload.nets || std::find(offload.nets->begin(), offload.nets->end(), name) != offload.nets->end();
  };
  std::vector<Candidate> out;
  for (std::size_t i = 0; i < placements.size(); ++i) {
    const PlacedTable& table = tables.at(placements[i].table);
    if (!placements[i].tier && may_go(table.net))
      out.push_back({i, static_cast<double>(bytes_of(*table.table, placements[i]).count), loads[i]});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Candidate& a, const Candidate& b) { return a.load * b.bytes < b.load * a.bytes; });
  return out;
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
  const std::vector<Candidate> candidates = coldest_first(*this, placements, loads, model);
  double left = 0;
  for (const Candidate& c : candidates) left += c.bytes * share_of_bytes;
  for (const Candidate& c : candidates) {
    if (by == OffloadBy::rows) {
      move(out[c.placement], share_of_bytes);
    } else if (left > 0) {
      move(out[c.placement], std::min(1.0, left / c.bytes));
      left -= c.bytes;
    }
  }
  return out;
}

template <>
void describe(Describe<Offload>& d) {
  d.object("offload", "a part of what the strategy placed goes to another tier, on every server that has the tier");
  d.required("tier", &Offload::tier, "name of a tier of the servers' platforms");
  d.optional("share", &Offload::share, "of the bytes of each server; left out: what its memory cannot hold")
      .at_most(Share{1});
  d.optional("by", &Offload::by,
             "rows: of every table the same share, whichever rows; tables: whole tables, those with the fewest lookups "
             "a byte first");
  d.optional("nets", &Offload::nets, "only tables of these nets, by name; left out: of all");
}

}  // namespace shardsim
