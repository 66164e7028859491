// SPDX-License-Identifier: Apache-2.0
#include "experiment/run.hpp"

#include <numeric>
#include <queue>

#include "experiment/relaxation.hpp"
#include "experiment/retry_watch.hpp"
#include "stats/share.hpp"

namespace shardsim {
namespace {

// More queries than this under way at once, or given up and still worked on: the system does not keep up, and the run
// ends.
constexpr std::int64_t kMostOutstanding = 200'000;
// Half of what the clock can hold: no sum of durations that starts here runs over.
constexpr Time kLatest(std::chrono::hours(24 * 53));
constexpr std::uint64_t kHeartbeatEvents = 1 << 16;

// What a fault does at the beginning is what the run is about, and not to be taken for a warm-up.
Warmup warmup_of(const Scenario& scenario) {
  if (!scenario.faults.empty() && !scenario.traffic.warmup.queries) return Warmup{0};
  return scenario.traffic.warmup;
}

// A scenario made to run, and the process that feeds it.
class Runner {
 public:
  Runner(const Scenario& scenario, const RunControl& control)
      : scenario_(scenario),
        control_(control),
        model_(served_model(scenario)),
        plan_(make_plan(scenario, model_)),
        deployment_(deploy(scenario.cluster, plan_.shards.size(), *scenario.topology)),
        network_(sim_, std::move(deployment_.topology), scenario.topology->routing, *scenario.transport),
        serving_(sim_, model_, plan_, scenario.cluster, scenario.serving, scenario.traffic, network_,
                 deployment_.servers, scenario.seed, scenario.replication),
        faults_(sim_, scenario.faults, network_, serving_),
        background_(sim_, scenario.background, network_, scenario.seed, scenario.replication),
        stream_(model_, scenario.traffic, scenario.seed, scenario.replication),
        counting_(warmup_of(scenario), scenario.traffic.queries, scenario.traffic.objective),
        retries_(scenario) {}

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
  double seconds_of_load() const;
  double offered_load_of(const LinkState& link, std::size_t number) const;
  void on_heartbeat();

  void collect();
  void collect_hosts(double simulated_s);
  void collect_shards();
  void collect_links(double simulated_s);
  void collect_background();
  void collect_names();
  std::int64_t under_way() const { return result_.offered - result_.completed - result_.failed; }
  bool backlog_grows() const;
  PrecisionEnd precision_end() const;
  Verdict verdict();
  void note_conditions();
  void collect_first_attempts();

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

RunResult Runner::run() {
  stream_.draw_rows_of(serving_.rows_matter());
  serving_.tell(control_.timeline);
  sim_.on_heartbeat(control_.on_event ? 1 : kHeartbeatEvents, [this] { on_heartbeat(); });
  if (loop_ = scenario_.traffic.arrivals->closed_loop(); loop_) {
    for (int i = 0; i < loop_->clients; ++i) idle_.push_back(&clients_.emplace_back(*this));
    start_clients();
  } else {
    source_ = scenario_.traffic.arrivals->open(scenario_.seed, scenario_.replication);
    open_loop();
  }
  sim_.run();
  collect();
  return std::move(result_);
}

Process Runner::open_loop() {
  while (result_.offered < target_ || more_wanted()) {
    const std::optional<Arrival> arrival = source_->next();
    if (!arrival) {
      arrivals_ended_ = true;
      break;
    }
    check_clock(arrival->time);
    // As in a closed loop, where a query comes by an event, after the answer it waits for: its replay is the same run.
    co_await sim_.after_all_at(arrival->time);
    submit(*arrival);
    if (std::max(under_way(), serving_.in_service()) > kMostOutstanding) {
      overrun_ = true;
      sim_.stop();
      break;
    }
  }
  note_offered_load();
  no_more_ = true;
  stop_when_done();
}

// All queries were sent that were to be. Where a precision is asked for that they do not give yet, there will be more.
bool Runner::more_wanted() {
  const std::optional<Precision>& precision = scenario_.precision;
  if (!precision || !precision->asks_for_anything()) return false;
  const std::int64_t budget = precision->budget(scenario_.traffic.queries);
  // The queries that are under way now will count too; a little to spare, so that they do not spoil it.
  constexpr double kToSpare = 0.99;
  counting_.settle();
  const double excess = excess_width(*precision, figures()) / kToSpare;
  if (excess <= 1 || target_ >= budget) return false;
  target_ = next_target(excess, target_, budget);
  return true;
}

Figures Runner::figures() {
  return figures_of({counting_.recorder().latency_ps(), counting_.sections(), length()}, scenario_.confidence());
}

// So far, as length_of() has it in the end.
Length Runner::length() const {
  const double seconds = to_seconds(sim_.now().time_since_epoch());
  Relaxation relaxation;
  if (loop_ || seconds <= 0) return {};
  for (const Host& h : serving_.hosts()) {
    const Station& cores = h.cores();
    relaxation.add(to_seconds(cores.waited()) / std::max<double>(1, static_cast<double>(cores.visits())),
                   to_seconds(cores.offered()) / (seconds * cores.servers()));
  }
  for (const LinkState& l : network_.links())
    relaxation.add(to_seconds(l.waited) / std::max<double>(1, static_cast<double>(l.messages)),
                   to_seconds(l.busy) / seconds);
  const double warmup = static_cast<double>(counting_.warmup()) / static_cast<double>(result_.offered);
  return length_of(relaxation, seconds, warmup, 1);
}

// Background traffic and timers would go on for ever.
void Runner::stop_when_done() {
  if (no_more_ && under_way() == 0 && promised_ <= result_.offered) sim_.stop();
}

void Runner::finish(const Outcome& outcome) {
  check_clock(sim_.now());
  ++(outcome.failed ? result_.failed : result_.completed);
  counting_.observe(outcome);
  if (!outcome.failed) result_.useful_cpu_us += to_microseconds(outcome.cpu);
  if (retries_.watches()) retries_.on_end(outcome);
  if (control_.on_outcome) control_.on_outcome(outcome);
  if (loop_) next_of_client(think(outcome.id, kLaterThought));
  stop_when_done();
}

void Runner::start_clients() {
  const bool think_first = loop_->thinks() && !loop_->starts_at_once;
  for (int i = 0; i < loop_->clients; ++i) {
    if (think_first)
      thinking_.push(sim_.now() + think(static_cast<std::uint64_t>(i), kFirstThought));
    else
      next_of_client(Duration::zero());
  }
  claim_next();
}

Duration Runner::think(std::uint64_t id, std::uint64_t kind) const {
  if (!loop_->thinks()) return Duration::zero();
  RandomStream random(scenario_.seed, scenario_.replication, Purpose::think, id, kind);
  return loop_->think(random);
}

bool Runner::all_claimed() {
  if (!no_more_ && promised_ == target_ && !more_wanted()) no_more_ = true;
  return no_more_;
}

// A client that thinks claims a query when it is the next of all to send one. Claimed when its last query was answered,
// it would be sent late, after other clients have found none left, so that ever fewer would be at work as the end comes
// near. As a client sends what it has claimed, no event is in vain: a replay of the run is the same run. Without a
// pause a query is claimed at once, and yet starts by an event: an answer comes from within the process that just ends.
void Runner::next_of_client(Duration thought) {
  if (loop_->thinks()) {
    thinking_.push(sim_.now() + thought);
    return claim_next();
  }
  if (!all_claimed()) client_asks_at(sim_.now());
}

void Runner::claim_next() {
  if (thinking_.empty() || (!claimed_.empty() && claimed_.top() <= thinking_.top()) || all_claimed()) return;
  claimed_.push(thinking_.top());
  client_asks_at(thinking_.top());
  thinking_.pop();
}

void Runner::client_asks_at(Time time) {
  ++promised_;
  sim_.at(time, *idle_.back());
  idle_.pop_back();
}

void Runner::client_asks(Client& client) {
  idle_.push_back(&client);
  submit({sim_.now()});
  if (!loop_->thinks()) return;
  claimed_.pop();
  claim_next();
}

void Runner::on_heartbeat() {
  if (control_.on_event) control_.on_event(sim_.now(), serving_.hosts());
  if (control_.interrupt != nullptr && control_.interrupt->load()) {
    interrupted_ = true;
    sim_.stop();
  }
  if (control_.progress)
    control_.progress(static_cast<double>(result_.completed + result_.failed) / static_cast<double>(target_));
}

// At the last arrival. Offered load is the rate of arrivals times the work of a query, over what can be done: all that
// the queries of the run ask for until its end, where even the last is served, is divided by the time in which they
// arrived. What was asked for by the last arrival would not do: where one place is full, those behind it see only what
// it lets through. Background traffic goes on after the last arrival, so that of it counts what was sent by then.
void Runner::note_offered_load() {
  if (sim_.now() == Time{}) return;
  for (const LinkState& l : network_.links())
    links_then_.push_back({l.asked_by_background, l.could_send_until(sim_.now())});
}

// The time over which loads are counted; in a closed loop, where nothing arrives that was not let in, all of it.
double Runner::seconds_of_load() const {
  return links_then_.empty() ? std::max(result_.simulated_s, 1e-12) : to_seconds(last_arrival_.time_since_epoch());
}

void Runner::collect() {
  counting_.settle();
  if (arrivals_ended_) result_.not_arrived = std::max<std::int64_t>(0, scenario_.traffic.queries - result_.offered);
  result_.warmup = counting_.warmup();
  result_.steady = counting_.steady();
  result_.recorder = std::move(counting_.recorder());
  result_.sections = std::move(counting_.sections());
  result_.answered = std::move(counting_.answered());
  result_.counted_failed = counting_.failed();
  result_.objective = scenario_.traffic.objective;
  result_.most_failed = scenario_.traffic.most_failed.of_one;
  result_.fingerprint = sim_.fingerprint();
  result_.events = sim_.events_fired();
  result_.simulated_s = to_seconds(sim_.now().time_since_epoch());
  const double span = std::max(result_.simulated_s, 1e-12);
  result_.closed_loop = loop_.has_value();
  if (last_arrival_ > Time{})
    result_.offered_per_s = static_cast<double>(result_.offered) / to_seconds(last_arrival_.time_since_epoch());
  result_.completed_per_s = static_cast<double>(result_.completed) / span;
  collect_hosts(span);
  collect_shards();
  collect_links(span);
  collect_first_attempts();
  collect_background();
  collect_names();
  attribute(result_);
  result_.verdict = verdict();
  result_.confidence = scenario_.confidence();
  result_.figures = figures_of(result_, result_.confidence);
  result_.goodput = estimate_share(result_.answered, result_.confidence);
  result_.precision_end = precision_end();
}

PrecisionEnd Runner::precision_end() const {
  if (!scenario_.precision || !scenario_.precision->asks_for_anything()) return PrecisionEnd::not_asked;
  if (excess_width(*scenario_.precision, result_.figures) <= 1) return PrecisionEnd::met;
  if (interrupted_) return PrecisionEnd::interrupted;
  return arrivals_ended_ ? PrecisionEnd::no_more_arrivals : PrecisionEnd::budget;
}

void Runner::collect_hosts(double simulated_s) {
  const double share = result_.completed > 0 ? 1 / static_cast<double>(result_.completed) : 0;  // of a query
  std::map<const Host*, std::size_t> place;
  for (const Host& h : serving_.hosts()) {
    const Station& cores = h.cores();
    HostResult r;
    r.name = h.name();
    r.platform = h.platform().name;
    r.cores = cores.servers();
    r.utilisation = to_seconds(cores.served()) / (simulated_s * cores.servers());
    r.offered_load = to_seconds(cores.offered()) / (seconds_of_load() * cores.servers());
    if (h.memory_can_run_out())
      r.memory_load = static_cast<double>(h.memory_traffic().count) /
                      (seconds_of_load() * h.platform().memory_bandwidth.bytes_per_second);
    r.memory = h.platform().memory;
    r.memory_used = h.memory_used();
    r.visits = cores.visits();
    r.mean_wait_us = to_microseconds(cores.waited()) / std::max<double>(1, static_cast<double>(cores.visits()));
    if (r.offered_load > result_.bottleneck.offered_load) result_.bottleneck = {"cpu", r.name, r.offered_load};
    if (r.memory_load.value_or(0) > result_.bottleneck.offered_load)
      result_.bottleneck = {"memory", r.name, *r.memory_load};
    place[&h] = result_.hosts.size();
    result_.hosts.push_back(std::move(r));
  }
  for (const Server& server : serving_.servers()) {
    HostResult& r = result_.hosts[place[&server.host()]];
    if (r.service.find(server.service()) == std::string::npos)
      r.service += (r.service.empty() ? "" : "+") + server.service();
    for (std::size_t w = 0; w < kWorks; ++w) {
      r.cpu[w] += server.cpu_times()[w];
      result_.cpu_us_per_query[w] += to_microseconds(server.cpu_times()[w]) * share;
    }
  }
}

void Runner::collect_shards() {
  const double share = result_.completed > 0 ? 1 / static_cast<double>(result_.completed) : 0;  // of a query
  for (std::size_t s = 0; s < plan_.shards.size(); ++s) {
    const ShardTotals& totals = serving_.shard_totals()[s];
    ShardResult r;
    r.name = plan_.shards[s].name;
    r.tables = plan_.shards[s].tables.size();
    r.bytes = placed_bytes(plan_.shards[s].tables, model_);
    r.lookups_per_query = static_cast<double>(totals.lookups) * share;
    r.rpcs_per_query = static_cast<double>(totals.rpcs) * share;
    for (std::size_t i = 0; i < serving_.sparse_replicas(); ++i) {
      const Server& server = serving_.servers()[serving_.first_server_of_shard(s) + i];
      r.hosts.push_back(server.host().name());
      for (const Duration d : server.cpu_times()) r.cpu_us_per_query += to_microseconds(d) * share;
    }
    result_.shards.push_back(std::move(r));
  }
}

void Runner::collect_links(double simulated_s) {
  const NetworkGraph& graph = network_.graph();
  for (std::size_t i = 0; i < network_.links().size(); ++i) {
    const LinkState& l = std::as_const(network_).links()[i];
    if (l.messages == 0) {
      ++result_.idle_links;
      continue;
    }
    LinkResult r;
    r.link = static_cast<std::uint32_t>(i);
    r.from = graph[l.from].name;
    r.to = graph[l.to].name;
    r.bandwidth = l.link.bandwidth;
    r.utilisation = std::min(1.0, to_seconds(l.busy) / simulated_s);
    r.offered_load = offered_load_of(l, i);
    r.bytes = l.bytes;
    r.messages = l.messages;
    r.lost_bytes = l.lost_bytes;
    r.lost_messages = l.lost_messages;
    r.marked = l.marked;
    r.queue_peak = l.queue_peak;
    r.mean_wait_us = to_microseconds(l.waited) / static_cast<double>(l.messages);
    r.max_wait_us = to_microseconds(l.longest_wait);
    if (r.offered_load > result_.bottleneck.offered_load)
      result_.bottleneck = {"link", network_.name_of(l), r.offered_load};
    result_.links.push_back(std::move(r));
  }
}

double Runner::offered_load_of(const LinkState& link, std::size_t number) const {
  const LinkAtLastArrival then = links_then_.empty()
                                     ? LinkAtLastArrival{link.asked_by_background, link.could_send_until(sim_.now())}
                                     : links_then_[number];
  return then.could_send > 0 ? static_cast<double>((link.asked + then.background).count) / then.could_send : 0;
}

// The load without repeated attempts: that part of it which they asked for is taken off.
void Runner::collect_first_attempts() {
  result_.rpcs = serving_.rpcs();
  result_.repeated_rpcs = serving_.repeated_rpcs();
  std::vector<Duration> repeated(serving_.hosts().size());
  for (const Server& server : serving_.servers()) {
    repeated[server.host().number()] += server.repeated();
    for (const Duration time : server.cpu_times()) result_.cpu_us += to_microseconds(time);
  }
  const auto left = [this](double load, double of_repeats, double of_all) {
    const double first = of_all > 0 ? load * std::max(0.0, 1 - of_repeats / of_all) : load;
    result_.first_attempt_load = std::max(result_.first_attempt_load, first);
    return first;
  };
  for (std::size_t i = 0; i < repeated.size(); ++i) {
    HostResult& host = result_.hosts[i];
    const double all = to_seconds(serving_.hosts()[i].cores().offered());
    host.first_attempt_load = left(host.offered_load, to_seconds(repeated[i]), all);
    if (host.memory_load) left(*host.memory_load, to_seconds(repeated[i]), all);  // repeated as the core time is
  }
  const auto asked = [this](const LinkResult& l) -> const LinkState& {
    return std::as_const(network_).links()[l.link];
  };
  const std::vector<Bytes>& bytes = serving_.repeated_bytes();
  for (LinkResult& l : result_.links)
    l.first_attempt_load = left(l.offered_load, bytes.empty() ? 0 : static_cast<double>(bytes[l.link].count),
                                static_cast<double>((asked(l).asked + asked(l).asked_by_background).count));
}

void Runner::collect_background() {
  for (const BackgroundTotals& t : background_.totals())
    result_.background.push_back({t.sent, t.delivered, t.lost, t.bytes, t.times_ps});
}

void Runner::collect_names() {
  PlaceNames& names = result_.names;
  for (const auto& [link, mean] : result_.recorder.mean_details(Detail::link_us, 0, 1))
    names.links[link] = network_.name_of(std::as_const(network_).links()[link]);
  for (const auto& [host, mean] : result_.recorder.mean_details(Detail::queue_us, 0, 1))
    names.hosts[host] = serving_.hosts()[host].name();
  for (const std::size_t net : evaluation_order(model_)) names.nets.push_back(model_.nets[net].name);
  for (const PlannedShard& shard : plan_.shards) names.shards.push_back(shard.name);
}

void Runner::note_conditions() {
  const auto note = [this](Condition condition, bool holds) {
    if (holds) result_.conditions.insert(condition);
  };
  note(Condition::overload, !loop_ && result_.bottleneck.offered_load >= 1);
  note(Condition::backlog, backlog_grows());
  note(Condition::overrun, overrun_);
  note(Condition::failures, result_.failed_share() > result_.most_failed);
  const RetryWatch::Findings retries = retries_.findings(result_);
  note(Condition::retry_storm, retries.storm);
  note(Condition::metastable, retries.metastable);
}

// Saturated is a system that its queries ask too much of; where the repetition of what failed does, it is failing.
Verdict Runner::verdict() {
  note_conditions();
  if (interrupted_) return Verdict::interrupted;
  const bool failing = result_.has(Condition::failures);
  if (result_.recorder.count() == 0 && !failing && !overrun_) return Verdict::empty;
  if (!loop_ && result_.first_attempt_load >= 1) return Verdict::saturated;
  if (failing) return Verdict::failing;
  const bool too_much =
      result_.has(Condition::overload) || result_.has(Condition::backlog) || result_.has(Condition::overrun);
  return too_much ? Verdict::saturated : Verdict::stable;
}

// Whether ever more queries were under way, as arrivals saw it: from quarter to quarter of the run, to twice as many in
// the last as in the second, and by more than chance explains in a stable system (ten standard deviations of a count).
bool Runner::backlog_grows() const {
  const std::vector<double> blocks = backlog_.means();
  constexpr std::size_t kQuarters = 4;
  if (loop_ || blocks.size() < 10 * kQuarters) return false;
  std::array<double, kQuarters> mean{};
  for (std::size_t i = 0; i < blocks.size(); ++i) mean[i * kQuarters / blocks.size()] += blocks[i];
  for (double& m : mean) m /= static_cast<double>(blocks.size()) / kQuarters;
  return mean[1] < mean[2] && mean[2] < mean[3] && mean[3] > 2 * mean[1] && mean[3] - mean[1] > 10 * std::sqrt(mean[3]);
}

}  // namespace

double RunResult::highest_stable_per_s() const {
  if (!(bottleneck.offered_load > 0) || closed_loop || verdict == Verdict::failing) return 0;
  const double load = has(Condition::failures) ? first_attempt_load : bottleneck.offered_load;
  const bool contradicts = verdict == Verdict::saturated && load < 1;
  return contradicts ? 0 : offered_per_s / load;
}

double RunResult::failed_share() const {
  return failed > 0 ? static_cast<double>(failed) / static_cast<double>(completed + failed) : 0;
}

double RunResult::latency_with_failed_us(double q) const {
  const auto answered_queries = static_cast<double>(recorder.count());
  const double rank = q * (answered_queries + static_cast<double>(counted_failed));
  if (rank > answered_queries) return std::numeric_limits<double>::infinity();
  return answered_queries > 0 ? recorder.latency_ps().quantile(rank / answered_queries) * 1e-6 : 0;
}

double RunResult::total_cpu_us_per_query() const {
  double total = 0;
  for (const double c : cpu_us_per_query) total += c;
  return total;
}

void attribute(RunResult& result) {
  result.slowest = slowest_of(result.recorder, result.names);
  const auto [low, high] = band_around(0.99);
  const auto spans = result.recorder.mean_spans_us(low, high);
  const double latency = std::accumulate(spans.begin(), spans.end(), 0.0);
  const std::map<std::uint64_t, double> p99_us = result.recorder.mean_details(Detail::link_us, low, high);
  for (LinkResult& r : result.links)
    if (const auto at = p99_us.find(r.link); at != p99_us.end() && latency > 0) {
      r.p99_us = at->second;
      r.p99_share = at->second / latency;
    }
}

void check_clock(Time time) {
  if (time > kLatest)
    throw ScenarioError("/traffic", "the run would simulate more than 53 days; ask for fewer queries or a higher rate");
}

RunResult run(const Scenario& scenario, const RunControl& control) { return Runner(scenario, control).run(); }

}  // namespace shardsim
