// SPDX-License-Identifier: Apache-2.0
#include "serving/faults.hpp"

namespace shardsim {
namespace {

double product(const std::multiset<double>& factors) {
  double out = 1;
  for (const double f : factors) out *= f;
  return out;
}

std::optional<Complaint> problem(const Fault& f) {
  if (f.links.empty() == f.hosts.empty())
    return Complaint{"",
                     fmt::format("expected either 'links' or 'hosts'; found {}", f.links.empty() ? "neither" : "both")};
  if (f.until && *f.until <= f.from)
    return Complaint{
        "until", fmt::format("found '{}'; expected a time after 'from' ('{}')", to_text(*f.until), to_text(f.from))};
  const bool is_slow = f.state == FaultState::slow;
  if (is_slow && !f.factor) return Complaint{"factor", "is missing: say by how much it is slow, such as 2"};
  if (!is_slow && f.factor) return Complaint{"factor", "only belongs to the state slow"};
  const bool flaps = f.state == FaultState::flapping;
  for (const auto& [key, period] : {std::pair("down_for", &f.down_for), std::pair("up_for", &f.up_for)}) {
    if (flaps && !*period) return Complaint{key, "is missing: flapping needs 'down_for' and 'up_for'"};
    if (!flaps && *period) return Complaint{key, "only belongs to the state flapping"};
  }
  return std::nullopt;
}

}  // namespace

template <>
void describe(Describe<Fault>& d) {
  d.object("fault", "something that goes wrong for a while");
  d.optional("links", &Fault::links, "pattern of directed links, as results name them: \"leaf0 -> spine*\"");
  d.optional("hosts", &Fault::hosts, "or: pattern of hosts");
  d.required("state", &Fault::state, "down, slow (by a factor), or flapping (down and up by turns)");
  d.optional("factor", &Fault::factor, "slow: divides bandwidth of links, multiplies core times of hosts")
      .more_than(1)
      .at_most(1e6);
  d.optional("from", &Fault::from, "beginning, from the start of the run");
  d.optional("until", &Fault::until, "end; left out: to the end of the run");
  d.optional("down_for", &Fault::down_for, "flapping: time down").more_than(Duration{0});
  d.optional("up_for", &Fault::up_for, "flapping: time up").more_than(Duration{0});
  d.check(problem);
}

FaultInjector::FaultInjector(Simulation& sim, const std::vector<Fault>& faults, Network& network, Serving& serving)
    : sim_(sim), network_(network), serving_(serving) {
  for (std::size_t f = 0; f < faults.size(); ++f) {
    Target target = target_of(faults[f], f);
    for (LinkState* link : target.links) network_.expect_changes(*link);
    for (Host* host : target.hosts) host->cores().expect_slowdowns();
    happen(faults[f], std::move(target));
  }
}

FaultInjector::Target FaultInjector::target_of(const Fault& fault, std::size_t number) const {
  return fault.links.empty() ? hosts_of(fault, fmt::format("/faults/{}/hosts", number))
                             : links_of(fault, fmt::format("/faults/{}/links", number));
}

FaultInjector::Target FaultInjector::links_of(const Fault& fault, const std::string& pointer) const {
  Target target;
  std::vector<std::string> names;
  for (LinkState& link : network_.links()) {
    names.push_back(network_.name_of(link));
    if (matches(fault.links, names.back())) target.links.push_back(&link);
  }
  if (target.links.empty())
    throw ScenarioError(pointer,
                        fmt::format("no link matches {}{}", in_quotes(fault.links), suggestion(fault.links, names)));
  return target;
}

// A host that is down has its links down; a slow one is slow itself.
FaultInjector::Target FaultInjector::hosts_of(const Fault& fault, const std::string& pointer) const {
  Target target;
  const NetworkGraph& graph = network_.graph();
  const std::vector<NodeId> hosts = matching_hosts(graph, fault.hosts);
  if (hosts.empty())
    throw ScenarioError(pointer, fmt::format("no host matches {}{}", in_quotes(fault.hosts),
                                             suggestion(fault.hosts, host_names(graph))));
  if (fault.state == FaultState::slow) {
    for (const NodeId node : hosts)
      if (Host* host = serving_.host(graph[node].name)) target.hosts.push_back(host);
    if (target.hosts.empty())
      throw ScenarioError(
          pointer, fmt::format("host {} runs no server, so it cannot be slow", in_quotes(graph[hosts.front()].name)));
    return target;
  }
  const std::set<NodeId> is_down(hosts.begin(), hosts.end());
  for (LinkState& link : network_.links())
    if (is_down.contains(link.from) || is_down.contains(link.to)) target.links.push_back(&link);
  return target;
}

Process FaultInjector::happen(const Fault& fault, Target target) {
  const Time end = fault.until ? Time(*fault.until) : Time::max();
  co_await sim_.until(Time(fault.from));
  if (fault.state == FaultState::slow) {
    slow_down(target, *fault.factor, true);
    if (!fault.until) co_return;
    co_await sim_.until(end);
    slow_down(target, *fault.factor, false);
    co_return;
  }
  while (sim_.now() < end) {
    switch_links(target, +1);
    if (fault.state == FaultState::down && !fault.until) co_return;
    co_await sim_.until(fault.state == FaultState::down ? end : std::min(end, sim_.now() + *fault.down_for));
    switch_links(target, -1);
    if (fault.state == FaultState::down) co_return;
    co_await sim_.until(std::min(end, sim_.now() + *fault.up_for));
  }
}

void FaultInjector::switch_links(const Target& target, int change) {
  for (LinkState* link : target.links) network_.change_down(*link, change);
}

void FaultInjector::slow_down(const Target& target, double factor, bool begins) {
  const auto update = [&](std::multiset<double>& factors) {
    if (begins)
      factors.insert(factor);
    else
      factors.erase(factors.find(factor));
    return product(factors);
  };
  for (LinkState* link : target.links) network_.change_rate(*link, update(link_factors_[link]));
  for (Host* host : target.hosts) host->cores().set_slowdown(update(host_factors_[host]));
}

}  // namespace shardsim
