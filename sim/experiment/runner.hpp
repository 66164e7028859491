// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <queue>

#include "experiment/retry_watch.hpp"
#include "experiment/run.hpp"
#include "serving/updater.hpp"

namespace shardsim {

/// A scenario made to run, and the process that feeds it: its course is in run.cpp and closed_loop.cpp, what came
/// of it in collect.cpp and verdict.cpp.
class Runner {
 public:
  Runner(const Scenario& scenario, const RunControl& control);

  RunResult run();

  Simulation& simulation() { return sim_; }

 private:
  Process open_loop();
  void submit(const Arrival& arrival) {
    Query query = stream_.make(static_cast<std::uint64_t>(result_.offered++), arrival);
    if (control_.on_offer) control_.on_offer(query, sim_.now());
    backlog_.record(query.id, static_cast<double>(under_way()));
    last_arrival_ = sim_.now();
    if (retries_.watches()) retries_.on_arrival(query.id, sim_.now(), serving_);
    serving_.submit(std::move(query), done_);
  }
  void next_of_client(Duration think);
  bool all_claimed();
  void start_clients();
  void finish(const Outcome& outcome);
  bool more_wanted();
  Figures figures();
  Length length() const;
  void stop_when_done();
  void note_offered_load();
  double offered_load_of(const LinkState& link) const;
  void on_heartbeat();

  void collect();
  Elapsed elapsed() const;
  double share_of_query() const;
  void collect_totals();
  void collect_hosts();
  void collect_shards();
  void collect_links();
  void collect_names();
  void note_load(const char* kind, const std::string& name, double load, double of_first_attempts);
  std::int64_t under_way() const { return result_.offered - result_.completed - result_.failed; }
  bool backlog_grows() const;
  PrecisionEnd precision_end() const;
  Verdict verdict();
  void note_conditions();

  // Thinks, then asks.
  struct Client final : Timer {
    explicit Client(Runner& owner) : runner(&owner) {}
    void fire() override { runner->client_asks(*this); }
    Runner* runner;
  };

  void client_asks(Client& client);
  void client_asks_at(Time time);
  void claim_next();
  Duration think(std::uint64_t id, std::uint64_t kind) const;
  // Draws of think times: of the clients' first, by client; of all others, by the query that was answered.
  static constexpr std::uint64_t kLaterThought = 0;
  static constexpr std::uint64_t kFirstThought = 1;

  const Scenario& scenario_;
  const RunControl& control_;
  Simulation sim_;
  Model model_;
  ShardingPlan plan_;
  Deployment deployment_;
  Network network_;
  Serving serving_;
  FaultInjector faults_;
  Background background_;
  std::unique_ptr<Updater> updater_;
  QueryStream stream_;
  std::unique_ptr<ArrivalSource> source_;
  std::optional<ClosedLoop> loop_;
  std::deque<Client> clients_;  // of the closed loop; clients are alike, so any idle one stands for any other
  std::vector<Client*> idle_;
  // When clients who think will send: those who have no query claimed, and those who have.
  using Earliest = std::priority_queue<Time, std::vector<Time>, std::greater<>>;
  Earliest thinking_;
  Earliest claimed_;
  std::function<void(const Outcome&)> done_ = [this](const Outcome& outcome) { finish(outcome); };
  RunResult result_;
  Counting counting_;
  RetryWatch retries_;
  BlockMeans backlog_;                               // queries under way as another arrives
  std::int64_t target_ = scenario_.traffic.queries;  // queries to send; precision may want more
  // What links had been asked for, and could have done, at the last arrival.
  struct LinkAtLastArrival {
    Bytes background;
    double could_send = 0;
  };
  std::vector<LinkAtLastArrival> links_then_;
  Time last_arrival_{};
  std::int64_t promised_ = 0;  // queries of the closed loop: offered, or bound to be
  bool no_more_ = false;       // queries to come
  bool interrupted_ = false;
  bool overrun_ = false;
  bool arrivals_ended_ = false;
};

}  // namespace shardsim
