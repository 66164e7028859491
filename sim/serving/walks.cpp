// SPDX-License-Identifier: Apache-2.0
#include "serving/walks.hpp"

#include "model/walks.hpp"
#include "serving/serving.hpp"

namespace shardsim {
namespace {

static_assert(kMostQueries == 1ULL << kQueryBits && kMostRepetitions == kMostTimes);

// The part of a batch's items that a net keeps: in proportion, so that over all batches they are as many as the query
// keeps.
int kept_before(int item, const Query& query, const Query& asked) {
  return static_cast<int>(std::int64_t{asked.items} * item / query.items);
}

}  // namespace

void check_walks(const Model& model, const ServingSpec& spec) {
  const auto it = std::find_if(model.nets.begin(), model.nets.end(), [](const Net& net) { return !walked_once(net); });
  if (it == model.nets.end()) return;
  const std::string why = fmt::format(
      "net {} has 'repeat', 'probability' or 'items': what a batch asks in it is known "
      "when the batch comes to it, not before",
      in_quotes(it->name));
  if (spec.issue == Issue::eager)
    throw ScenarioError("/serving/issue", fmt::format("found 'eager', but {}; expected 'per-net'", why));
  if (spec.near_cache)
    throw ScenarioError("/serving/near_cache", fmt::format("is asked when a batch begins, but {}; leave it out", why));
  if (spec.store->prefetches())
    throw ScenarioError("/serving/store/prefetch", fmt::format("found true, but {}; expected false", why));
}

std::int64_t Serving::call_walked(const Query& query, Batch batch, std::size_t n, MainReplica& main, NetCalls& calls,
                                  Activity& activity) {
  const WalkedNet& walked = query.walk->nets[n];
  activity.net = visit_of(walked.net, walked.repetition);
  batch.first = kept_before(batch.first, query, walked.asked);
  batch.last = kept_before(batch.last, query, walked.asked);
  const bool per_item = model_.nets[walked.net].per == Per::item;
  if (per_item && batch.items() == 0) return 0;
  call_shards(walked.asked, batch, activity.net, main, calls);
  return per_item ? batch.items() : 1;
}

std::int64_t Serving::walked_bags_of(const Query& query) {
  std::int64_t bags = 0;
  std::uint32_t number = 0;
  const int items = executor_->way_of(query.items, spec_.batch_items).batch_items;
  for (int first = 0; first < query.items; first += items, ++number)
    for (const WalkedNet& walked : query.walk->nets) {
      const int from = kept_before(first, query, walked.asked);
      const int to = kept_before(std::min(first + items, query.items), query, walked.asked);
      if (from == to && model_.nets[walked.net].per == Per::item) continue;
      for (const Demand& demand : demands_.of_batch(walked.asked, walked.net, number, from, to)) bags += demand.bags;
    }
  return bags;
}

}  // namespace shardsim
