// SPDX-License-Identifier: Apache-2.0
#include "workload/walk.hpp"

#include <numeric>

#include "model/walks.hpp"

namespace shardsim {

void QueryStream::note_nets(const Model& model) {
  if (walked_once(model)) return;
  std::vector<std::size_t> first{0};  // table, by net
  for (const Net& net : model.nets) first.push_back(first.back() + net.tables.size());
  for (const std::size_t n : evaluation_order(model)) nets_.push_back({n, &model.nets[n], first[n], first[n + 1]});
}

// Whether a query needs a net, and how often it walks it, hangs on the query's and the net's numbers alone. What it
// looks up the first time is drawn as if there were no other.
void QueryStream::walk(Query& query, const TraceRecord* record) const {
  auto walk = std::make_shared<Walk>();
  query.lookups.assign(tables_.size(), 0);
  for (std::size_t place = 0; place < nets_.size(); ++place) {
    const NetToWalk& net = nets_[place];
    RandomStream random(seed_, replication_, Purpose::query_items, query.id, net.number + 1);  // 0: the items
    if (random.uniform() >= net.net->probability) continue;
    const int times = times_walked(*net.net, random);
    for (int r = 0; r < times; ++r) {
      WalkedNet step{net.number, place, static_cast<std::uint32_t>(r), {}};
      step.asked.id = id_of_repetition(query.id, step.repetition);
      step.asked.items = net.net->items ? net.net->items->of(query.items) : query.items;
      ask(step.asked, net, record);
      walk->lookups += std::accumulate(step.asked.lookups.begin(), step.asked.lookups.end(), std::int64_t{0});
      if (r == 0)
        for (std::size_t t = net.first_table; t < net.end_table; ++t) query.lookups[t] = step.asked.lookups[t];
      walk->nets.push_back(std::move(step));
    }
  }
  if (has_rows() && rows_wanted_) add_rows(query, record);
  query.walk = std::move(walk);
}

// What a query asks of one net.
void QueryStream::ask(Query& asked, const NetToWalk& net, const TraceRecord* record) const {
  asked.lookups = lookups_of_all_;
  draw_lookups(asked);
  if (record != nullptr) take_recorded(asked, *record);
  for (std::size_t t = 0; t < asked.lookups.size(); ++t)
    if (t < net.first_table || t >= net.end_table) asked.lookups[t] = 0;
  if (has_rows() && rows_wanted_) add_rows(asked, record);
}

}  // namespace shardsim
