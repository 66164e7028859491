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
  if (f.links.empty() == f.hosts.empty()) return Complaint{"", "expected either 'links' or 'hosts'"};
  if (f.until && *f.until <= f.from) return Complaint{"until", "expected a time after 'from'"};
  if (f.state == FaultState::slow && !(f.factor > 1))
    return Complaint{"factor", fmt::format("found {}; a slow link or host needs a factor of more than 1", f.factor)};
  if (f.state != FaultState::slow && f.factor != 1) return Complaint{"factor", "only belongs to the state slow"};
  const bool has_periods = f.down_for > Duration{0} && f.up_for > Duration{0};
  if (f.state == FaultState::flapping && !has_periods)
    return Complaint{"down_for", "flapping needs 'down_for' and 'up_for', both more than 0"};
  if (f.state != FaultState::flapping && (f.down_for > Duration{0} || f.up_for > Duration{0}))
    return Complaint{"down_for", "only belongs to the state flapping"};
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
      .at_least(1)
      .at_most(1e6);
  d.optional("from", &Fault::from, "beginning, from the start of the run");
  d.optional("until", &Fault::until, "end; left out: to the end of the run");
  d.optional("down_for", &Fault::down_for, "flapping: time down");
  d.optional("up_for", &Fault::up_for, "flapping: time up");
  d.check(problem);
}

FaultInjector::FaultInjector(Simulation& sim, const std::vector<Fault>& faults, Network& network, Serving& serving)
    : sim_(sim), network_(network), serving_(serving) {
  for (std::size_t f = 0; f < faults.size(); ++f) happen(faults[f], target_of(faults[f], f));
}

FaultInjector::Target FaultInjector::target_of(const Fault& fault, std::size_t number) const {
  Target target;
  const NetworkGraph& graph = network_.graph();
  for (LinkState& link : network_.links()) {
    const bool of_host = !fault.hosts.empty() && fault.loses_messages() &&
                         (matches(fault.hosts, graph[link.from].name) || matches(fault.hosts, graph[link.to].name));
    const bool is_meant = fault.links.empty() ? of_host : matches(fault.links, network_.name_of(link));
    if (is_meant) target.links.push_back(&link);
  }
  if (!fault.hosts.empty() && fault.state == FaultState::slow)
    for (const NodeId node : matching_nodes(graph, fault.hosts))
      if (Host* host = serving_.host(graph[node].name)) target.hosts.push_back(host);
  if (target.links.empty() && target.hosts.empty())
    throw ScenarioError(fmt::format("/faults/{}/{}", number, fault.links.empty() ? "hosts" : "links"),
                        fmt::format("nothing matches {}; `shardsim topology info` lists names",
                                    in_quotes(fault.links.empty() ? fault.hosts : fault.links)));
  return target;
}

Process FaultInjector::happen(const Fault& fault, Target target) {
  const Time end = fault.until ? Time(*fault.until) : Time::max();
  co_await sim_.until(Time(fault.from));
  if (fault.state == FaultState::slow) {
    slow_down(target, fault.factor, true);
    if (!fault.until) co_return;
    co_await sim_.until(end);
    slow_down(target, fault.factor, false);
    co_return;
  }
  while (sim_.now() < end) {
    switch_links(target, +1);
    if (fault.state == FaultState::down && !fault.until) co_return;
    co_await sim_.until(fault.state == FaultState::down ? end : std::min(end, sim_.now() + fault.down_for));
    switch_links(target, -1);
    if (fault.state == FaultState::down) co_return;
    co_await sim_.until(std::min(end, sim_.now() + fault.up_for));
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
  for (Host* host : target.hosts) host->set_slowdown(update(host_factors_[host]));
}

}  // namespace shardsim
