// SPDX-License-Identifier: Apache-2.0
// The frontend: sends queries, and loses patience with them.
#include <numeric>

#include "serving/serving.hpp"
#include "workload/walk.hpp"

namespace shardsim {

Outcome Serving::begun(const Query& query, Time now) {
  Outcome outcome;
  outcome.id = query.id;
  outcome.items = query.items;
  outcome.kind = query.kind;
  outcome.lookups = std::accumulate(query.lookups.begin(), query.lookups.end(), std::int64_t{0});
  if (query.walk != nullptr) [[unlikely]]
    outcome.lookups = query.walk->lookups;
  outcome.arrived = now;
  return outcome;
}

void Serving::submit(Query&& query, std::function<void(const Outcome&)>& done) {
  Patience* patience = patience_ ? &patience_with(query, done) : nullptr;
  serve_query(std::move(query), done, patience);
}

Serving::Patience& Serving::patience_with(const Query& query, std::function<void(const Outcome&)>& done) {
  if (free_patiences_.empty()) free_patiences_.push_back(&patiences_.emplace_back());
  Patience& patience = *free_patiences_.back();
  free_patiences_.pop_back();
  patience.serving = this;
  patience.done = &done;
  patience.at_the_end = begun(query, sim_.now());
  patience.answered = patience.over = false;
  patience.holders = 2;
  sim_.at(sim_.now() + *patience_, patience);
  return patience;
}

// From now on nobody waits for the answer: what is still done for the query is done in vain.
void Serving::Patience::fire() {
  if (!answered) {
    over = true;
    at_the_end.failed = true;
    at_the_end.spans[Span::timeout_wait] = serving->sim_.now() - at_the_end.arrived;
    serving->conclude(at_the_end, *done);
  }
  serving->let_go(*this);
}

// The end of the work for a query.
void Serving::report(Outcome& outcome, bool answered, std::function<void(const Outcome&)>& done, Patience* patience) {
  --in_service_;
  outcome.failed = !answered;
  if (patience == nullptr) return conclude(outcome, done);
  if (!patience->over) {
    patience->answered = true;
    conclude(outcome, done);
  }
  let_go(*patience);
}

// The end of a query, as the frontend sees it.
void Serving::conclude(Outcome& outcome, std::function<void(const Outcome&)>& done) {
  outcome.latency = sim_.now() - outcome.arrived;
  outcome.cpu = outcome.spans.work();
  sim_.note(outcome.id);
  done(outcome);
}

Urgency Serving::urgency_of(const Query& query) const {
  Urgency urgency{query.items};
  if (traffic_.classes.empty()) return urgency;
  const QueryClass& its = traffic_.classes[query.kind];
  urgency.priority = its.priority;
  if (its.deadline) urgency.deadline = sim_.now() + *its.deadline;
  return urgency;
}

// All that a query asks for, as it would be without a shard given up.
std::int64_t Serving::bags_of(const Query& query) {
  if (query.walk != nullptr) [[unlikely]]
    return walked_bags_of(query);
  std::int64_t bags = 0;
  std::uint32_t number = 0;
  const int items =
      spec_.dedup == Dedup::query ? query.items : executor_->way_of(query.items, spec_.batch_items).batch_items;
  for (int first = 0; first < query.items; first += items, ++number)
    for (const std::size_t net : net_order_)
      for (const Demand& demand : demands_.of_batch(query, net, number, first, std::min(first + items, query.items)))
        bags += demand.bags;
  return bags;
}

}  // namespace shardsim
