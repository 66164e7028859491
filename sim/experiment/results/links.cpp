// SPDX-License-Identifier: Apache-2.0
#include "experiment/results/links.hpp"

#include <map>

#include "experiment/results/first_attempts.hpp"

namespace shardsim {
namespace {

std::optional<double> gigabits(const LinkResult& l) {
  if (l.bandwidth.is_unlimited()) return std::nullopt;
  return l.bandwidth.bytes_per_second * 8e-9;
}

double first_attempt_load(const LinkSource& s) {
  return without_repeats(s.offered_load, static_cast<double>(s.repeated.count),
                         static_cast<double>((s.link.asked + s.link.asked_by_background).count));
}

// A link in a run that offered it nothing.
LinkResult idle(const LinkResult& link) {
  LinkResult out;
  out.link = link.link;
  out.from = link.from;
  out.to = link.to;
  out.bandwidth = link.bandwidth;
  out.more.resize(link.more.size());
  return out;
}

}  // namespace

template <>
void describe(FigureList<LinkResult>& f) {
  using R = LinkResult;
  using S = LinkSource;
  f.of("links[]");
  f.hidden(&R::link, Merge::same, [](const S& s) { return static_cast<std::uint32_t>(s.link.number()); });
  f.add("from", "", "node it starts at", &R::from, Merge::same, [](const S& s) { return s.graph[s.link.from].name; });
  f.add("to", "", "node it ends at", &R::to, Merge::same, [](const S& s) { return s.graph[s.link.to].name; });
  f.hidden(&R::bandwidth, Merge::same, [](const S& s) { return s.link.link.bandwidth; });
  f.derived("bandwidth_gbps", "Gbit/s", "bandwidth as described, whatever faults did to it; null: unlimited", gigabits);
  f.add("utilisation", "fraction", "sending time / simulated time", &R::utilisation, Merge::mean_over_time,
        [](const S& s) { return std::min(1.0, to_seconds(s.link.busy) / s.simulated_s); });
  f.add("offered_load", "fraction",
        "bytes of all messages whose route has the link, each once / what it could send until the last arrival at the "
        "rates it had; background traffic as far as it was sent by then",
        &R::offered_load, Merge::mean_over_time, &S::offered_load);
  f.add("first_attempt_load", "fraction", "`offered_load` without the bytes of repeated attempts",
        &R::first_attempt_load, Merge::mean_over_time, first_attempt_load);
  f.add("bytes", "bytes", "bytes offered to the link: carried and lost", &R::bytes, Merge::sum,
        [](const S& s) { return s.link.bytes; });
  f.add("messages", "", "messages offered to the link; packets, with the `packet` transport", &R::messages, Merge::sum,
        [](const S& s) { return s.link.messages; });
  f.add("lost_bytes", "bytes", "bytes lost there", &R::lost_bytes, Merge::sum,
        [](const S& s) { return s.link.lost_bytes; });
  f.add("lost_messages", "", "messages (packets) lost there", &R::lost_messages, Merge::sum,
        [](const S& s) { return s.link.lost_messages; });
  f.add("marked", "", "packets that met a queue above the threshold of congestion notification", &R::marked, Merge::sum,
        [](const S& s) { return s.link.marked; });
  f.add("queue_peak_bytes", "bytes", "the most bytes that the port had not sent yet (`port`, `packet`)", &R::queue_peak,
        Merge::most, [](const S& s) { return s.link.queue_peak; });
  f.add("mean_wait_us", "us", "mean wait of a message (packet) for the port", &R::mean_wait_us, Merge::mean_over_count,
        [](const S& s) { return to_microseconds(s.link.waited) / static_cast<double>(s.link.messages); });
  f.add("max_wait_us", "us", "longest wait of a message (packet) for the port", &R::max_wait_us, Merge::most,
        [](const S& s) { return to_microseconds(s.link.longest_wait); });
  f.add("p99_us", "us",
        "time at the link on the critical path, mean over the queries that rank between 98.5 % and 99.5 %: waiting, "
        "sending, travelling",
        &R::p99_us, Merge::same);
  f.add("p99_share", "fraction", "`p99_us` / the mean latency of the same queries", &R::p99_share, Merge::same);
}

std::size_t merge_links(std::vector<LinkResult>& ours, const Extent& our_extent, const std::vector<LinkResult>& theirs,
                        const Extent& their_extent) {
  struct Both {
    const LinkResult* here = nullptr;
    const LinkResult* there = nullptr;
  };
  std::map<std::uint32_t, Both> both;
  for (const LinkResult& l : ours) both[l.link].here = &l;
  for (const LinkResult& l : theirs) both[l.link].there = &l;
  std::vector<LinkResult> merged;
  for (const auto& [number, link] : both) {
    merged.push_back(link.here != nullptr ? *link.here : idle(*link.there));
    FigureList<LinkResult>::all().merge(merged.back(), our_extent,
                                        link.there != nullptr ? *link.there : idle(*link.here), their_extent);
  }
  const std::size_t added = merged.size() - ours.size();
  ours = std::move(merged);
  return added;
}

}  // namespace shardsim
