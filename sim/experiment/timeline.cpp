// SPDX-License-Identifier: Apache-2.0
#include "experiment/timeline.hpp"

#include <algorithm>
#include <ranges>

#include "serving/walks.hpp"

namespace shardsim {
namespace {

std::vector<TimelineMessage::AtLink> lay_out(const Timeline::Message& m) {
  std::vector<TimelineMessage::AtLink> links;
  const NetworkGraph& graph = m.network.graph();
  Time at = m.sent();
  for (const LinkNumber number : m.route) {
    const LinkState& link = m.network.links()[number];
    Duration time{};
    for (const LinkTimes::Entry& entry : m.times)
      if (entry.place == number) time += entry.time;
    if (time == Duration::zero()) continue;
    const NetworkNode& from = graph[link.from];
    const NetworkNode& to = graph[link.to];
    links.push_back({m.network.name_of(link),
                     from.name,
                     to.name,
                     from.kind == NodeKind::host,
                     to.kind == NodeKind::host,
                     {at, at + time}});
    at += time;
  }
  return links;
}

// What of a query lies on its critical path.
class PathFinder {
 public:
  PathFinder(const TimelineQuery& query, const std::vector<std::size_t>& net_order) : query_(query) {
    const LastTargets& last = query.outcome.last_targets;
    for (std::size_t n = 0; n < last.size(); ++n) {
      const LastTarget of = last_target(n, last[n]);
      last_of_net_[visit_of(net_order[of.place], of.repetition)] = of.target;
    }
    for (const TimelinePiece& p : query.pieces) note_attempt(p.activity);
    for (const TimelineMessage& m : query.messages) note_attempt(m.activity);
  }

  std::vector<CriticalPart> find() const {
    std::vector<CriticalPart> parts;
    for (const TimelinePiece& p : query_.pieces)
      if (has(p.activity, p.step) && !query_.is_ahead(p))
        parts.push_back({&p, nullptr, nullptr, {p.waiting.from, p.service_time.to}});
    for (const TimelineRead& r : query_.reads)
      if (has(r.activity, Step::read) && !r.ahead && r.waiting.length() > Duration::zero())
        parts.push_back({nullptr, nullptr, &r, r.waiting});
    for (const TimelineMessage& m : query_.messages)
      if (has(m.activity, m.step) && !m.lost && m.transit.length() > Duration::zero())
        parts.push_back({nullptr, &m, nullptr, m.transit});
    std::sort(parts.begin(), parts.end(), [](const CriticalPart& a, const CriticalPart& b) {
      return std::tuple(a.stretch.to, a.stretch.from) < std::tuple(b.stretch.to, b.stretch.from);
    });
    return chain(parts);
  }

 private:
  void note_attempt(const Activity& a) {
    if (!in_critical_batch(a) || a.target == 0 || a.target != last_of(a.net)) return;
    int& attempt = attempt_of_net_[a.net];
    attempt = std::max(attempt, a.attempt);
  }
  bool in_critical_batch(const Activity& a) const { return a.batch == query_.outcome.last_batch; }
  std::size_t last_of(std::size_t net) const {
    const auto it = last_of_net_.find(net);
    return it == last_of_net_.end() ? 0 : it->second;
  }
  bool has(const Activity& a, Step step) const {
    if (is_of_query(a, step)) return true;
    if (!in_critical_batch(a)) return false;
    if (a.target > 0) return a.target == last_of(a.net) && a.attempt == attempt_of_net_.at(a.net);
    const bool meanwhile = step == Step::bottom || step == Step::gather || step == Step::look_up ||
                           step == Step::read;  // while RPCs are under way
    return !meanwhile || last_of(a.net) == 0;
  }
  // Backwards from the end: before each part, the one that ended last until it began. What lies between was spent
  // waiting: for an answer that did not come, or for a worker. What ended later was beside the path.
  std::vector<CriticalPart> chain(const std::vector<CriticalPart>& parts) const {
    std::vector<CriticalPart> path;
    Time at = query_.outcome.arrived + query_.outcome.latency;
    const auto wait_since = [&](Time since) {
      if (since < at) path.push_back({nullptr, nullptr, nullptr, {since, at}});
    };
    for (const CriticalPart& part : std::views::reverse(parts)) {
      if (part.stretch.to > at) continue;
      wait_since(part.stretch.to);
      path.push_back(part);
      at = part.stretch.from;
    }
    wait_since(query_.outcome.arrived);
    std::reverse(path.begin(), path.end());
    return path;
  }

  const TimelineQuery& query_;
  std::map<std::size_t, std::size_t> last_of_net_;
  std::map<std::size_t, int> attempt_of_net_;  // the one that was answered
};

}  // namespace

TimelineRecorder::TimelineRecorder(const std::set<std::uint64_t>& queries) : missing_(queries) {
  for (const std::uint64_t id : queries) queries_[id];
}

TimelineQuery* TimelineRecorder::find(const Activity& activity) {
  const auto it = queries_.find(activity.query);
  return it == queries_.end() ? nullptr : &it->second;
}

void TimelineRecorder::on_piece(const Piece& p) {
  TimelineQuery* query = find(p.activity);
  if (query == nullptr || p.queued() == p.ended) return;
  query->pieces.push_back({p.activity,
                           p.step,
                           p.booking.work,
                           p.server.host().name(),
                           p.server.service(),
                           {p.queued(), p.started()},
                           {p.started(), p.ended}});
}

void TimelineRecorder::on_message(const Message& m) {
  if (TimelineQuery* query = find(m.activity))
    query->messages.push_back({m.activity, m.step, m.size, m.transit.lost, {m.sent(), m.arrived}, lay_out(m)});
}

void TimelineRecorder::on_read(const Read& r) {
  TimelineQuery* query = find(r.activity);
  if (query == nullptr) return;
  query->reads.push_back({r.activity, r.span, r.server.host().name(), {r.asked, r.there}, r.ahead});
  if (r.ahead) query->ahead.emplace(r.activity.batch, r.activity.net);
}

void TimelineRecorder::on_outcome(const Outcome& outcome) {
  if (missing_.erase(outcome.id) > 0) queries_[outcome.id].outcome = outcome;
}

std::vector<CriticalPart> critical_path(const TimelineQuery& query, const std::vector<std::size_t>& net_order) {
  return PathFinder(query, net_order).find();
}

}  // namespace shardsim
