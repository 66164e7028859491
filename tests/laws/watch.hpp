// SPDX-License-Identifier: Apache-2.0
// Everything that can be seen of a run, added up in other ways than the program does.
#pragma once

#include <map>
#include <numeric>

#include "experiment/run.hpp"

namespace shardsim::testing {

/// What broke a law, in words.
class Violations {
 public:
  /// The first few of a kind are enough.
  void add(const std::string& law, const std::string& what) {
    constexpr int kShown = 3;
    if (++count_[law] <= kShown) text_ += fmt::format("  {}: {}\n", law, what);
  }
  template <class A, class B>
  void equal(const std::string& law, const std::string& where, A a, B b) {
    if (a != b) add(law, fmt::format("{}: {} and {}", where, a, b));
  }
  template <class A, class B>
  void at_most(const std::string& law, const std::string& where, A a, B b) {
    if (a > b) add(law, fmt::format("{}: {} is more than {}", where, a, b));
  }
  const std::string& text() const { return text_; }

 private:
  std::map<std::string, int> count_;
  std::string text_;
};

/// What a query asks, and when.
struct Asked {
  Time arrived{};
  int items = 0;
  std::vector<std::int32_t> lookups;
  std::vector<std::int64_t> rows;
};

/// A host's cores, by someone who looks after every event.
struct CoreAccount {
  Duration present{};  ///< work that holds or awaits a core, x time
  Duration busy{};     ///< cores held, x time
  Duration pieces{};   ///< core time of all pieces of work that the timeline was told of
  int present_now = 0;
  int busy_now = 0;
};

/// What went over a link for queries.
struct Crossed {
  std::int64_t messages = 0;
  std::int64_t bytes = 0;
};

class Watch final : public Timeline {
 public:
  explicit Watch(Violations& violations) : violations_(violations) {}

  RunResult run(const Scenario& scenario) {
    RunControl control;
    control.timeline = this;
    control.on_offer = [this](const Query& q, Time now) { on_offer(q, now); };
    control.on_outcome = [this](const Outcome& o) { on_outcome(o); };
    control.on_event = [this](Time now, const std::deque<Host>& hosts) { on_event(now, hosts); };
    return shardsim::run(scenario, control);
  }

  bool leaves_lines = false;    ///< calls may be withdrawn: who left a line without being served is in no account of it
  bool issues_eagerly = false;  ///< RPCs of several nets are under way at once: their times together are no part of one

  std::map<std::uint64_t, Asked> asked;
  std::map<std::uint64_t, int> outcomes;
  std::int64_t failed = 0;
  Duration latencies{};
  Duration queries_present{};
  Duration cpu{};  ///< of all outcomes
  std::vector<CoreAccount> cores;
  std::map<std::uint32_t, Crossed> crossed;  ///< by link; of messages that arrived
  std::int64_t lost = 0;                     ///< messages
  std::map<std::string, NodeKind> kinds;     ///< of the network's nodes

 private:
  void on_offer(const Query& q, Time now) {
    ++queries_now_;
    if (!asked.emplace(q.id, Asked{now, q.items, q.lookups, q.rows}).second)
      violations_.add("a query arrives once", fmt::format("query {}", q.id));
  }
  void on_outcome(const Outcome& o) {
    const std::string query = fmt::format("query {}", o.id);
    --queries_now_;
    ++outcomes[o.id];
    failed += o.failed ? 1 : 0;
    latencies += o.latency;
    cpu += o.cpu;
    violations_.equal("spans add up to the latency", query, o.spans.total().count(), o.latency.count());
    violations_.equal("times in queues add up to the span", query, o.spans.queues().total().count(),
                      o.spans[Span::queueing].count());
    violations_.equal("times at links add up to the span", query, o.spans.links().total().count(),
                      o.spans[Span::network].count());
    for (const Duration d : o.spans.all()) violations_.at_most("no span is negative", query, 0, d.count());
    if (!issues_eagerly)
      violations_.at_most("the embedded portion is part of the query", query, o.embedded.total().count(),
                          o.latency.count());
  }
  void on_event(Time now, const std::deque<Host>& hosts) {
    const Duration time = now - last_;
    last_ = now;
    queries_present += queries_before_ * time;
    queries_before_ = queries_now_;
    cores.resize(hosts.size());
    for (std::size_t h = 0; h < hosts.size(); ++h) look(hosts[h], cores[h], time);
  }
  void look(const Host& host, CoreAccount& account, Duration time) {
    const Station& station = host.cores();
    account.present += account.present_now * time;
    account.busy += account.busy_now * time;
    const int waiting = station.waiting();
    account.busy_now = station.busy();
    account.present_now = account.busy_now + waiting;
    violations_.at_most("busy cores are at most the cores", host.name(), account.busy_now, station.servers());
    violations_.at_most("busy cores are at least none", host.name(), 0, account.busy_now);
    if (waiting > 0)
      violations_.equal("nobody waits beside an idle core", host.name(), account.busy_now, station.servers());
    if (account.present_now > 0) return;
    // Work that shares memory holds its core for longer than it brought; when it is done is rounded, to a picosecond.
    const std::int64_t offered = station.offered().count();
    const std::int64_t served = station.served().count();
    if (host.memory().can_run_out())
      violations_.at_most("at an empty host, work offered is at most served", host.name(), offered,
                          served + station.visits());
    else
      violations_.equal("at an empty host, work offered is served", host.name(), offered, served);
    const std::int64_t sojourn = (station.waited() + station.served()).count();
    if (leaves_lines)
      violations_.at_most("Little's law at an empty host", host.name(), sojourn, account.present.count());
    else
      violations_.equal("Little's law at an empty host", host.name(), sojourn, account.present.count());
  }

  void on_piece(const Piece& piece) override {
    cores.resize(std::max<std::size_t>(cores.size(), piece.booking.host + 1));
    cores[piece.booking.host].pieces += piece.booking.served;
    violations_.at_most("nobody waits for less than nothing", piece.server.host().name(), 0,
                        piece.booking.waited.count());
  }
  void on_message(const Message& message) override {
    if (kinds.empty()) note_kinds(message.network.graph());
    if (message.transit.lost) {
      ++lost;
      return;
    }
    Duration latency{};
    Duration times{};
    for (const LinkNumber link : message.route) {
      Crossed& c = crossed[link];
      ++c.messages;
      c.bytes += message.size.count;
      latency += message.network.links()[link].latency;
    }
    for (const LinkTimes::Entry& entry : message.times) times += entry.time;
    const std::string query = fmt::format("a message of query {}", message.activity.query);
    violations_.equal("times at links add up to a message's", query, times.count(), message.transit.took.count());
    violations_.at_most("no message is faster than its links", query, latency.count(), message.transit.took.count());
  }
  void note_kinds(const NetworkGraph& graph) {
    for (NodeId node = 0; node < boost::num_vertices(graph); ++node) kinds[graph[node].name] = graph[node].kind;
  }

  Violations& violations_;
  Time last_{};
  int queries_now_ = 0;
  int queries_before_ = 0;
};

}  // namespace shardsim::testing
