// SPDX-License-Identifier: Apache-2.0
#include "experiment/runner.hpp"
#include "stats/share.hpp"

namespace shardsim {

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
    const Cores& cores = h.cores();
    HostResult r;
    r.name = h.name();
    r.platform = h.platform().name;
    r.cores = cores.servers();
    r.utilisation = cores.utilisation(simulated_s);
    r.offered_load = cores.offered_load(seconds_of_load());
    if (h.memory().can_run_out()) r.memory_load = h.memory().offered_load(seconds_of_load());
    r.memory = h.platform().memory;
    r.memory_used = h.memory().used();
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

}  // namespace shardsim
