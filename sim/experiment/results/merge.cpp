// SPDX-License-Identifier: Apache-2.0
#include "experiment/results/merge.hpp"

namespace shardsim {
namespace {

template <class T>
void merge_each(std::vector<T>& into, const std::vector<T>& other, const Extent& ours, const Extent& theirs) {
  for (std::size_t i = 0; i < into.size(); ++i) FigureList<T>::all().merge(into[i], ours, other[i], theirs);
}

template <class T>
void append(std::vector<T>& into, std::vector<T>&& other) {
  into.insert(into.end(), std::make_move_iterator(other.begin()), std::make_move_iterator(other.end()));
}

// The verdict on all: the worst of any.
Verdict merged(Verdict a, Verdict b) {
  for (const Verdict v : {Verdict::interrupted, Verdict::saturated, Verdict::failing, Verdict::stable})
    if (a == v || b == v) return v;
  return Verdict::empty;
}

// After the queries of both were added up.
void merge_verdict(RunResult& into, const RunResult& other) {
  into.verdict = merged(into.verdict, other.verdict);
  into.conditions.insert(other.conditions.begin(), other.conditions.end());
  if (into.failed_share() > into.most_failed)
    into.conditions.insert(Condition::failures);
  else
    into.conditions.erase(Condition::failures);
  if (into.verdict == Verdict::stable || into.verdict == Verdict::failing)
    into.verdict = into.has(Condition::failures) ? Verdict::failing : Verdict::stable;
}

}  // namespace

void merge(RunResult& into, RunResult&& other) {
  const Extent ours = into.extent();
  const Extent theirs = other.extent();
  FigureList<RunResult>::all().merge(into, ours, other, theirs);
  merge_each(into.hosts, other.hosts, ours, theirs);
  merge_each(into.shards, other.shards, ours, theirs);
  into.idle_links -= merge_links(into.links, ours, other.links, theirs);
  merge_each(into.background, other.background, ours, theirs);
  merge_each(into.classes, other.classes, ours, theirs);
  if (into.updates && other.updates)
    FigureList<UpdatesResult>::all().merge(*into.updates, ours, *other.updates, theirs);
  into.fingerprint = (into.fingerprint ^ other.fingerprint) * 0x9e3779b97f4a7c15ULL;
  into.steady = into.steady && other.steady;
  into.recorder.merge(other.recorder);
  into.names.links.merge(other.names.links);
  into.names.hosts.merge(other.names.hosts);
  append(into.sections, std::move(other.sections));
  append(into.answered, std::move(other.answered));
  merge_verdict(into, other);
  if (other.bottleneck.offered_load > into.bottleneck.offered_load) into.bottleneck = other.bottleneck;
}

}  // namespace shardsim
