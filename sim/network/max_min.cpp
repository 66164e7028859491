// SPDX-License-Identifier: Apache-2.0
#include "network/max_min.hpp"

#include <algorithm>
#include <limits>
#include <queue>

namespace shardsim {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
// Relative difference below which two rates are the same; sums of rates round off.
constexpr double kSame = 1e-9;

}  // namespace

void MaxMin::grow(LinkId link) {
  if (link >= links_.size()) links_.resize(link + 1);
}

// A change that happens at `link` leaves flows below `level` alone.
void MaxMin::change(LinkId link, double level) {
  level_ = pending_ ? std::min(level_, level) : level;
  pending_ = true;
  changed_links_.push_back(link);
}

void MaxMin::set_capacity(LinkId link, double capacity) {
  grow(link);
  if (links_[link].capacity == capacity) return;
  links_[link].capacity = capacity;
  // Nobody below an equal share is held back by this link, before or after; simplest is to say 0.
  change(link, 0);
}

MaxMin::FlowId MaxMin::add(const std::vector<LinkId>& links) {
  FlowId id = static_cast<FlowId>(flows_.size());
  if (free_.empty()) {
    flows_.emplace_back();
  } else {
    id = free_.back();
    free_.pop_back();
  }
  Flow& flow = flows_[id];
  flow = Flow{};
  double least = kInfinite;  // an equal share of its links: it will not get less
  for (const LinkId l : links) {
    grow(l);
    Link& link = links_[l];
    if (link.capacity == kInfinite) continue;
    flow.hops.push_back({l, static_cast<std::uint32_t>(link.flows.size())});
    link.flows.push_back(id);
    least = std::min(least, link.capacity / static_cast<double>(link.flows.size()));
  }
  if (flow.hops.empty()) flow.rate = kInfinite;
  for (const Hop& hop : flow.hops) change(hop.link, least);
  return id;
}

void MaxMin::remove(FlowId id) {
  Flow& flow = flows_[id];
  for (const Hop& hop : flow.hops) {
    Link& link = links_[hop.link];
    link.used -= flow.rate;
    const FlowId moved = link.flows.back();
    link.flows[hop.place] = moved;
    link.flows.pop_back();
    if (moved != id)
      for (Hop& other : flows_[moved].hops)
        if (other.link == hop.link) other.place = hop.place;
    change(hop.link, flow.rate);
  }
  flow.hops.clear();
  flow.mark = 0;
  free_.push_back(id);
}

void MaxMin::take_flow(FlowId id) {
  Flow& flow = flows_[id];
  if (flow.mark == round_) return;
  flow.mark = round_;
  flow.fixed = false;
  flow.old_rate = flow.rate;
  part_flows_.push_back(id);
  ++touched_;
  for (const Hop& hop : flow.hops) {
    const Link& link = links_[hop.link];
    if (link.used >= link.capacity * (1 - kSame)) take_link(hop.link);  // full: others may give way, or gain
  }
}

void MaxMin::take_link(LinkId id) {
  Link& link = links_[id];
  if (link.mark == round_) return;
  link.mark = round_;
  part_links_.push_back(id);
}

// Takes in all flows on the links taken in, and what that brings, until nothing is added.
void MaxMin::take_links() {
  for (std::size_t l = 0; l < part_links_.size(); ++l)
    for (const FlowId id : links_[part_links_[l]].flows)
      if (flows_[id].rate >= level_ * (1 - kSame) || flows_[id].rate == 0) take_flow(id);
}

void MaxMin::fix(FlowId id, double rate, LinkId bottleneck) {
  Flow& flow = flows_[id];
  flow.fixed = true;
  flow.rate = rate;
  flow.bottleneck = bottleneck;
  for (const Hop& hop : flow.hops) {
    links_[hop.link].left -= rate;
    --links_[hop.link].open;
  }
}

// Water filling over the flows taken in: the link with the least to give each of its open flows is full next.
void MaxMin::fill() {
  std::vector<LinkId> links;
  for (const FlowId id : part_flows_)
    for (const Hop& hop : flows_[id].hops) {
      Link& link = links_[hop.link];
      if (link.open == 0) {
        link.left = link.capacity - link.used;
        links.push_back(hop.link);
      }
      ++link.open;
      link.left += flows_[id].old_rate;
    }
  using FairShare = std::pair<double, LinkId>;
  std::priority_queue<FairShare, std::vector<FairShare>, std::greater<>> next;
  const auto share = [&](LinkId l) { return std::max(0.0, links_[l].left) / links_[l].open; };
  for (const LinkId l : links) next.emplace(share(l), l);
  while (!next.empty()) {
    const auto [level, l] = next.top();
    next.pop();
    if (links_[l].open == 0) continue;
    if (const double now = share(l); now > level) {  // others were fixed meanwhile: it has more to give than thought
      next.emplace(now, l);
      continue;
    }
    for (const FlowId id : links_[l].flows)
      if (flows_[id].mark == round_ && !flows_[id].fixed) fix(id, level, l);
  }
}

// Flows that were left alone but are faster than the level at which a link of the part is now full must give way; and
// where such a link is full no more, they may gain.
bool MaxMin::take_displaced() {
  bool taken = false;
  for (std::size_t i = 0, n = part_flows_.size(); i < n; ++i) {
    const Flow& flow = flows_[part_flows_[i]];
    const Link& link = links_[flow.bottleneck];
    if (link.mark == round_) continue;
    for (const FlowId other : link.flows)
      if (flows_[other].mark != round_ && flows_[other].rate > flow.rate * (1 + kSame)) {
        take_link(flow.bottleneck);
        taken = true;
        break;
      }
  }
  return taken;
}

const std::vector<MaxMin::FlowId>& MaxMin::solve() {
  changed_.clear();
  if (!pending_) return changed_;
  ++round_;
  part_links_.clear();
  part_flows_.clear();
  for (const LinkId l : changed_links_) take_link(l);
  do {
    for (const FlowId id : part_flows_) flows_[id].rate = flows_[id].old_rate, flows_[id].fixed = false;
    take_links();
    fill();
  } while (take_displaced());
  for (const FlowId id : part_flows_) {
    Flow& flow = flows_[id];
    if (flow.rate == flow.old_rate) continue;
    for (const Hop& hop : flow.hops) links_[hop.link].used += flow.rate - flow.old_rate;
    changed_.push_back(id);
  }
  // A link without flows is empty, whatever rounding left behind.
  for (const LinkId l : part_links_)
    if (links_[l].flows.empty()) links_[l].used = 0;
  changed_links_.clear();
  pending_ = false;
  return changed_;
}

}  // namespace shardsim
