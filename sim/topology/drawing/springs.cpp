// SPDX-License-Identifier: Apache-2.0
#include "topology/drawing/springs.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "topology/drawing/labels.hpp"
#include "topology/drawing/plane.hpp"

namespace shardsim::drawing {
namespace {

/// Directions between cables.
struct Gap {
  double middle = std::numbers::pi / 2, width = 2 * std::numbers::pi;
};

/// The widest gap between directions; the whole circle when there are none.
Gap widest_gap(std::vector<double> angles) {
  if (angles.empty()) return {};
  std::sort(angles.begin(), angles.end());
  angles.push_back(angles.front() + 2 * std::numbers::pi);
  Gap out{0, 0};
  for (std::size_t i = 0; i + 1 < angles.size(); ++i) {
    const double width = angles[i + 1] - angles[i];
    if (width > out.width + 1e-9) out = {angles[i] + width / 2, width};
  }
  return out;
}

/// Turns a cloud of points so that it is wider than high.
void turn_flat(std::vector<Point>& at) {
  Point middle;
  for (const Point p : at) middle = middle + p * (1 / real(at.size()));
  double xx = 0, xy = 0, yy = 0;
  for (Point& p : at) {
    p = p - middle;
    xx += p.x * p.x;
    xy += p.x * p.y;
    yy += p.y * p.y;
  }
  const double angle = 0.5 * std::atan2(2 * xy, xx - yy), c = std::cos(angle), s = std::sin(angle);
  for (Point& p : at) p = {c * p.x + s * p.y, c * p.y - s * p.x};
}

class Springs {
 public:
  Springs(Drawing& drawing, Part& part) : drawing_(drawing), part_(part) {}
  void lay_out();

 private:
  /// A node that springs place, and the hosts on it only, which stand around it.
  struct Hub {
    NodeId node;
    std::vector<NodeId> fan{};
  };

  void split();
  void fit_hosts(const std::vector<NodeId>& hosts);
  Neighbours links() const;
  void place_hubs(std::vector<Point> at);
  void part_overlaps();
  Gap gap_around(const Hub& hub) const;
  void place_fan(const Hub& hub);
  double reach(const Hub& hub) const;
  Mark& mark(const Hub& hub) const { return drawing_.marks[hub.node]; }

  Drawing& drawing_;
  Part& part_;
  std::vector<Hub> hubs_;
  std::map<NodeId, std::size_t> index_;  // of hubs
  LabelFit host_fit_;
  double host_pitch_ = 14;
};

void Springs::lay_out() {
  split();
  place_hubs(places_in_plane(links()));
  part_overlaps();
  for (const Hub& hub : hubs_) place_fan(hub);
  for (const std::size_t b : part_.bundles) {
    Bundle& bundle = drawing_.bundles[b];
    bundle.course = {drawing_.marks[bundle.a].at, drawing_.marks[bundle.b].at};
  }
}

/// Hosts with a single switch do not take part; their switch takes them along.
void Springs::split() {
  const auto is_host = [&](NodeId node) { return drawing_.is_host(node); };
  const bool is_mixed = !std::all_of(part_.nodes.begin(), part_.nodes.end(), is_host);
  std::vector<NodeId> hanging;
  for (const NodeId node : part_.nodes) {
    if (is_mixed && is_host(node) && drawing_.neighbours[node].size() == 1) {
      hanging.push_back(node);
    } else {
      index_.emplace(node, hubs_.size());
      hubs_.push_back({node});
    }
  }
  for (const NodeId node : hanging) hubs_[index_.at(drawing_.neighbours[node][0])].fan.push_back(node);
  fit_hosts(hanging);
}

void Springs::fit_hosts(const std::vector<NodeId>& hosts) {
  constexpr std::size_t kMostLabelled = 80;
  if (hosts.size() > kMostLabelled) return;
  host_fit_ = fit_labels(drawing_, hosts, 34, 8);
  if (host_fit_.font > 0)
    host_pitch_ = std::max(22.0, widest_label(drawing_, hosts, host_fit_.most) * host_fit_.font + 4);
}

/// Between hubs.
Neighbours Springs::links() const {
  Neighbours out(hubs_.size());
  for (std::size_t i = 0; i < hubs_.size(); ++i)
    for (const NodeId neighbour : drawing_.neighbours[hubs_[i].node])
      if (const auto found = index_.find(neighbour); found != index_.end()) out[i].push_back(found->second);
  return out;
}

/// How far a node and the hosts around it reach.
double Springs::reach(const Hub& hub) const {
  if (hub.fan.empty()) return mark(hub).half_width;
  // Arcs of about 120 degrees, one behind the other.
  return mark(hub).half_width + 18 + host_pitch_ * std::sqrt(real(hub.fan.size()));
}

/// `at` counts in hops.
void Springs::place_hubs(std::vector<Point> at) {
  turn_flat(at);
  constexpr std::size_t kMostLabelled = 150;
  std::vector<NodeId> nodes;
  for (const Hub& hub : hubs_) nodes.push_back(hub.node);
  LabelFit fit;
  if (nodes.size() <= kMostLabelled) fit = fit_labels(drawing_, nodes, nodes.size() <= 60 ? 90 : 60);
  double furthest = 0;
  for (const Hub& hub : hubs_) {
    mark_node(drawing_, hub.node, fit);
    furthest = std::max(furthest, reach(hub));
  }
  const double unit = std::clamp(2.6 * furthest + 20, 70.0, 260.0);
  for (std::size_t i = 0; i < hubs_.size(); ++i) mark(hubs_[i]).at = at[i] * unit;
}

/// Pushes nodes apart that lie over each other.
void Springs::part_overlaps() {
  std::vector<Point> room;
  for (const Hub& hub : hubs_) {
    const double fan = hub.fan.empty() ? 0 : 0.8 * reach(hub);
    room.push_back({std::max(mark(hub).half_width, fan) + 5, std::max(mark(hub).half_height, fan) + 5});
  }
  constexpr int kRounds = 60;
  bool is_clear = false;
  for (int round = 0; round < kRounds && !is_clear; ++round) {
    is_clear = true;
    for (std::size_t i = 0; i < hubs_.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) {
        Point &a = mark(hubs_[i]).at, &b = mark(hubs_[j]).at;
        const Point away = a - b;
        const Point over = room[i] + room[j] - Point{std::abs(away.x), std::abs(away.y)};
        if (over.x <= 0 || over.y <= 0) continue;
        is_clear = false;
        const Point push =
            over.x < over.y ? Point{std::copysign(over.x, away.x), 0} : Point{0, std::copysign(over.y, away.y)};
        a = a + push * 0.51;
        b = b - push * 0.51;
      }
  }
}

Gap Springs::gap_around(const Hub& hub) const {
  std::vector<double> angles;
  for (const NodeId neighbour : drawing_.neighbours[hub.node]) {
    if (!index_.contains(neighbour)) continue;
    const Point away = drawing_.marks[neighbour].at - mark(hub).at;
    angles.push_back(std::atan2(away.y, away.x));
  }
  return widest_gap(std::move(angles));
}

/// Hosts stand in arcs around their switch, in the widest gap between its cables.
void Springs::place_fan(const Hub& hub) {
  const Mark& middle = mark(hub);
  const Gap gap = gap_around(hub);
  const double opening = std::clamp(0.75 * gap.width, 0.5, 1.4 * std::numbers::pi);
  double radius = middle.half_height + 20;
  for (std::size_t done = 0; done < hub.fan.size(); radius += host_pitch_) {
    const std::size_t room = 1 + static_cast<std::size_t>(opening * radius / host_pitch_);
    const std::size_t here = std::min(room, hub.fan.size() - done);
    const double step = std::min(opening / std::max(1.0, real(room - 1)), 1.4 * host_pitch_ / radius);
    const double wide = radius + middle.half_width - middle.half_height;  // the hub is wider than high
    for (std::size_t i = 0; i < here; ++i, ++done) {
      const double angle = gap.middle + step * (real(i) - real(here - 1) / 2);
      mark_node(drawing_, hub.fan[done], host_fit_);
      Mark& host = drawing_.marks[hub.fan[done]];
      host.at = middle.at + Point{std::cos(angle) * wide, std::sin(angle) * radius};
      if (host.font > 0 && std::sin(angle) < -0.1) host.side = Side::above;
    }
  }
}

}  // namespace

void lay_out_by_springs(Drawing& drawing, Part& part) { Springs(drawing, part).lay_out(); }

}  // namespace shardsim::drawing
