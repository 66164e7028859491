// SPDX-License-Identifier: Apache-2.0
#include "serving/background.hpp"

#include <cmath>

namespace shardsim {
namespace {

std::vector<NodeId> hosts_matching(const NetworkGraph& graph, const std::string& pattern, const std::string& pointer) {
  std::vector<NodeId> hosts = matching_hosts(graph, pattern);
  if (hosts.empty())
    throw ScenarioError(
        pointer, fmt::format("no host matches {}{}", in_quotes(pattern), suggestion(pattern, host_names(graph))));
  return hosts;
}

}  // namespace

template <>
void describe(Describe<BackgroundTraffic>& d) {
  d.object("cross-traffic", "messages that others send over the same network, Poisson in time");
  d.optional(
      "from", &BackgroundTraffic::from,
      "pattern of the hosts that send, each as likely as the others; one that could send only to itself does not");
  d.optional("to", &BackgroundTraffic::to, "pattern of the hosts that receive; never the sender itself");
  d.optional("rate", &BackgroundTraffic::rate, "messages in all").more_than(Rate{0});
  d.optional("load", &BackgroundTraffic::load, "or: bytes in all").more_than(Bandwidth{0});
  d.required("size", &BackgroundTraffic::size, "bytes of a message");
  d.check([](const BackgroundTraffic& b) -> std::optional<Complaint> {
    if (b.rate.has_value() == b.load.has_value())
      return Complaint{"", fmt::format("expected either 'rate' or 'load'; found {}", b.rate ? "both" : "neither")};
    if (!(b.size->mean() > 0)) return Complaint{"size", "expected a mean of more than 0 bytes"};
    if (!(b.messages_per_second() <= 1e9)) return Complaint{"", "more than 10^9 messages a second"};
    return std::nullopt;
  });
}

Background::Background(Simulation& sim, const std::vector<BackgroundTraffic>& traffic, Network& network,
                       std::uint64_t seed, std::uint32_t replication)
    : sim_(sim), network_(network) {
  for (std::size_t b = 0; b < traffic.size(); ++b) {
    const std::string pointer = fmt::format("/cross_traffic/{}", b);
    std::vector<NodeId> from = hosts_matching(network.graph(), traffic[b].from, pointer + "/from");
    std::vector<NodeId> to = hosts_matching(network.graph(), traffic[b].to, pointer + "/to");
    if (to.size() == 1) from.erase(std::remove(from.begin(), from.end(), to.front()), from.end());
    if (from.empty()) throw ScenarioError(pointer + "/to", "matches only the host that sends");
    generate(traffic[b], totals_.emplace_back(), std::move(from), std::move(to),
             RandomStream(seed, replication, Purpose::background, b));
  }
}

Process Background::generate(const BackgroundTraffic& traffic, BackgroundTotals& totals, std::vector<NodeId> from,
                             std::vector<NodeId> to, RandomStream random) {
  const double rate = traffic.messages_per_second();
  for (std::uint64_t number = 0;; ++number) {
    co_await sim_.until(sim_.now() + from_seconds(-std::log(random.uniform()) / rate));
    const NodeId sender = from[random.below(from.size())];
    NodeId receiver = sender;
    // Ends: the sender is not the only receiver, so that each draw ends it with a chance of at least 1/2.
    while (receiver == sender) receiver = to[random.below(to.size())];
    constexpr double kLargest = 1e15;
    const Bytes size{static_cast<std::int64_t>(std::min(traffic.size->sample(random), kLargest) + 0.5)};
    ++totals.sent;
    totals.bytes += size;
    deliver(network_.route_of_flow({sender, receiver}, number), size, totals);
  }
}

Process Background::deliver(std::vector<LinkNumber> route, Bytes size, BackgroundTotals& totals) {
  LinkTimes times;
  const Network::Transit transit = co_await network_.send_in_background(route, size, times);
  if (transit.lost) {
    ++totals.lost;
  } else {
    ++totals.delivered;
    totals.times_ps.record(transit.took.count());
  }
}

}  // namespace shardsim
