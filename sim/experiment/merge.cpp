// SPDX-License-Identifier: Apache-2.0
#include "experiment/merge.hpp"

namespace shardsim {
namespace {

// Mean of two figures, weighted.
class Weighing {
 public:
  Weighing(double ours, double theirs) : share_(ours + theirs > 0 ? theirs / (ours + theirs) : 0) {}
  void operator()(double& ours, double theirs) const { ours += (theirs - ours) * share_; }

 private:
  double share_;
};

void merge_hosts(std::vector<HostResult>& into, const std::vector<HostResult>& other, const Weighing& by_time) {
  for (std::size_t i = 0; i < into.size(); ++i) {
    by_time(into[i].utilisation, other[i].utilisation);
    by_time(into[i].offered_load, other[i].offered_load);
    if (into[i].memory_load && other[i].memory_load) by_time(*into[i].memory_load, *other[i].memory_load);
    by_time(into[i].first_attempt_load, other[i].first_attempt_load);
    for (std::size_t w = 0; w < kWorks; ++w) into[i].cpu[w] += other[i].cpu[w];
    const Weighing by_visits(static_cast<double>(into[i].visits), static_cast<double>(other[i].visits));
    by_visits(into[i].mean_wait_us, other[i].mean_wait_us);
    into[i].visits += other[i].visits;
  }
}

void merge_shards(std::vector<ShardResult>& into, const std::vector<ShardResult>& other, const Weighing& by_query) {
  for (std::size_t i = 0; i < into.size(); ++i) {
    by_query(into[i].lookups_per_query, other[i].lookups_per_query);
    by_query(into[i].rpcs_per_query, other[i].rpcs_per_query);
    by_query(into[i].cpu_us_per_query, other[i].cpu_us_per_query);
  }
}

void merge_link(LinkResult& into, const LinkResult& other, const Weighing& by_time) {
  by_time(into.utilisation, other.utilisation);
  by_time(into.offered_load, other.offered_load);
  by_time(into.first_attempt_load, other.first_attempt_load);
  const Weighing by_messages(static_cast<double>(into.messages), static_cast<double>(other.messages));
  by_messages(into.mean_wait_us, other.mean_wait_us);
  into.bytes += other.bytes;
  into.messages += other.messages;
  into.lost_bytes += other.lost_bytes;
  into.lost_messages += other.lost_messages;
  into.marked += other.marked;
  into.queue_peak = std::max(into.queue_peak, other.queue_peak);
  into.max_wait_us = std::max(into.max_wait_us, other.max_wait_us);
}

// A link that was idle in one of the replications is missing there.
void merge_links(RunResult& into, const RunResult& other, const Weighing& by_time) {
  std::map<std::uint32_t, LinkResult> links;
  for (LinkResult& l : into.links) links.emplace(l.link, std::move(l));
  const std::size_t total = links.size() + into.idle_links;
  std::map<std::uint32_t, const LinkResult*> theirs;
  for (const LinkResult& l : other.links) {
    theirs.emplace(l.link, &l);
    LinkResult idle;
    idle.link = l.link;
    idle.from = l.from;
    idle.to = l.to;
    idle.bandwidth = l.bandwidth;
    links.emplace(l.link, std::move(idle));
  }
  into.links.clear();
  for (auto& [number, link] : links) {
    const auto its = theirs.find(number);
    merge_link(link, its != theirs.end() ? *its->second : LinkResult{}, by_time);
    into.links.push_back(std::move(link));
  }
  into.idle_links = total - into.links.size();
}

void merge_background(std::vector<BackgroundResult>& into, const std::vector<BackgroundResult>& other) {
  for (std::size_t i = 0; i < into.size(); ++i) {
    into[i].sent += other[i].sent;
    into[i].delivered += other[i].delivered;
    into[i].lost += other[i].lost;
    into[i].bytes += other[i].bytes;
    into[i].times_ps.merge(other[i].times_ps);
  }
}

// The verdict on all: the worst of any.
Verdict merged(Verdict a, Verdict b) {
  for (const Verdict v : {Verdict::interrupted, Verdict::saturated, Verdict::failing, Verdict::stable})
    if (a == v || b == v) return v;
  return Verdict::empty;
}

}  // namespace

void merge(RunResult& into, RunResult&& other) {
  const Weighing by_time(into.simulated_s, other.simulated_s);
  const Weighing by_query(static_cast<double>(into.completed), static_cast<double>(other.completed));
  into.verdict = merged(into.verdict, other.verdict);
  into.conditions.insert(other.conditions.begin(), other.conditions.end());
  into.fingerprint = (into.fingerprint ^ other.fingerprint) * 0x9e3779b97f4a7c15ULL;
  into.events += other.events;
  into.offered += other.offered;
  into.completed += other.completed;
  into.failed += other.failed;
  into.counted_failed += other.counted_failed;
  into.rpcs += other.rpcs;
  into.repeated_rpcs += other.repeated_rpcs;
  into.cpu_us += other.cpu_us;
  into.useful_cpu_us += other.useful_cpu_us;
  into.first_attempt_load = std::max(into.first_attempt_load, other.first_attempt_load);
  into.warmup += other.warmup;
  into.not_arrived += other.not_arrived;
  into.steady = into.steady && other.steady;
  by_time(into.offered_per_s, other.offered_per_s);
  by_time(into.completed_per_s, other.completed_per_s);
  into.simulated_s += other.simulated_s;
  into.recorder.merge(other.recorder);
  into.names.links.merge(other.names.links);
  into.names.hosts.merge(other.names.hosts);
  into.sections.insert(into.sections.end(), std::make_move_iterator(other.sections.begin()),
                       std::make_move_iterator(other.sections.end()));
  into.answered.insert(into.answered.end(), std::make_move_iterator(other.answered.begin()),
                       std::make_move_iterator(other.answered.end()));
  for (std::size_t w = 0; w < kWorks; ++w) by_query(into.cpu_us_per_query[w], other.cpu_us_per_query[w]);
  merge_hosts(into.hosts, other.hosts, by_time);
  merge_shards(into.shards, other.shards, by_query);
  merge_links(into, other, by_time);
  merge_background(into.background, other.background);
  if (into.failed_share() > into.most_failed)
    into.conditions.insert(Condition::failures);
  else
    into.conditions.erase(Condition::failures);
  if (into.verdict == Verdict::stable || into.verdict == Verdict::failing)
    into.verdict = into.has(Condition::failures) ? Verdict::failing : Verdict::stable;
  if (other.bottleneck.offered_load > into.bottleneck.offered_load) into.bottleneck = other.bottleneck;
}

}  // namespace shardsim
