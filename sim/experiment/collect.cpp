// SPDX-License-Identifier: Apache-2.0
#include "experiment/runner.hpp"

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

double Runner::offered_load_of(const LinkState& link) const {
  const LinkAtLastArrival then = links_then_.empty()
                                     ? LinkAtLastArrival{link.asked_by_background, link.could_send_until(sim_.now())}
                                     : links_then_[link.number()];
  return then.could_send > 0 ? static_cast<double>((link.asked + then.background).count) / then.could_send : 0;
}

void Runner::collect() {
  counting_.settle();
  if (arrivals_ended_) result_.not_arrived = std::max<std::int64_t>(0, scenario_.traffic.queries - result_.offered);
  result_.warmup = counting_.warmup();
  result_.warmup_found = !scenario_.traffic.warmup.queries && scenario_.faults.empty();
  result_.steady = counting_.steady();
  result_.recorder = std::move(counting_.recorder());
  result_.sections = std::move(counting_.sections());
  result_.answered = std::move(counting_.answered());
  result_.counted_failed = counting_.failed();
  result_.objective = scenario_.traffic.objective;
  result_.most_failed = scenario_.traffic.most_failed.of_one;
  result_.confidence = scenario_.confidence();
  result_.closed_loop = loop_.has_value();
  collect_totals();
  collect_hosts();
  collect_shards();
  collect_links();
  for (const BackgroundTotals& totals : background_.totals())
    result_.background.push_back(FigureList<BackgroundResult>::all().collect(totals));
  for (std::size_t c = 0; c < scenario_.traffic.classes.size(); ++c)
    result_.classes.push_back(
        FigureList<ClassResult>::all().collect({scenario_.traffic.classes[c], result_.recorder.latency_of_kind(c)}));
  if (updater_) result_.updates = FigureList<UpdatesResult>::all().collect(updater_->totals());
  collect_names();
  attribute(result_);
  result_.verdict = verdict();
  estimate(result_);
  result_.precision_end = precision_end();
}

PrecisionEnd Runner::precision_end() const {
  if (!scenario_.precision || !scenario_.precision->asks_for_anything()) return PrecisionEnd::not_asked;
  if (excess_width(*scenario_.precision, result_.figures) <= 1) return PrecisionEnd::met;
  if (interrupted_) return PrecisionEnd::interrupted;
  return arrivals_ended_ ? PrecisionEnd::no_more_arrivals : PrecisionEnd::budget;
}

Elapsed Runner::elapsed() const {
  const double simulated_s = std::max(to_seconds(sim_.now().time_since_epoch()), 1e-12);
  return {simulated_s, links_then_.empty() ? simulated_s : to_seconds(last_arrival_.time_since_epoch())};
}

double Runner::share_of_query() const { return result_.completed > 0 ? 1 / static_cast<double>(result_.completed) : 0; }

void Runner::collect_totals() {
  result_.fingerprint = sim_.fingerprint();
  FigureList<RunResult>::all().collect(result_, {sim_, serving_, network_, elapsed(), share_of_query()});
  if (last_arrival_ > Time{})
    result_.offered_per_s = static_cast<double>(result_.offered) / to_seconds(last_arrival_.time_since_epoch());
  result_.completed_per_s = static_cast<double>(result_.completed) / elapsed().simulated_s;
  for (const Server& server : serving_.servers())
    for (std::size_t w = 0; w < kWorks; ++w)
      result_.cpu_us_per_query[w] += to_microseconds(server.cpu_times()[w]) * share_of_query();
}

// The highest load so far, and the highest without repeated attempts.
void Runner::note_load(const char* kind, const std::string& name, double load, double of_first_attempts) {
  if (load > result_.bottleneck.offered_load) result_.bottleneck = {kind, name, load};
  result_.first_attempt_load = std::max(result_.first_attempt_load, of_first_attempts);
}

void Runner::collect_hosts() {
  std::vector<std::vector<const Server*>> servers(serving_.hosts().size());
  for (const Server& server : serving_.servers()) servers[server.host().number()].push_back(&server);
  for (const Host& host : serving_.hosts()) {
    const HostSource source{host, std::move(servers[host.number()]), elapsed(), serving_.executor()};
    const HostResult& r = result_.hosts.emplace_back(FigureList<HostResult>::all().collect(source));
    note_load("cpu", r.name, r.offered_load, r.first_attempt_load);
    // Of memory, as much is repeated as of core time.
    for (const TierUse& tier : r.tiers.tiers)
      note_load("tier", r.name + "/" + tier.tier, tier.offered_load(), source.of_first_attempts(tier.offered_load()));
    for (const DeviceUse& use : r.devices.devices)
      if (use.streams) {
        note_load("accelerator", r.name + "/" + use.device, use.offered_load(), use.offered_load());
        note_load("accelerator", r.name + "/" + use.device + " host link", use.link_load(), use.link_load());
      }
    if (r.memory_load) note_load("memory", r.name, *r.memory_load, source.of_first_attempts(*r.memory_load));
  }
}

void Runner::collect_shards() {
  for (std::size_t s = 0; s < plan_.shards.size(); ++s) {
    std::vector<const Server*> servers;
    for (const Replica& replica : serving_.services()[s + 1].replicas()) servers.push_back(replica.server);
    result_.shards.push_back(
        FigureList<ShardResult>::all().collect({plan_.shards[s], model_, serving_.shard_totals()[s],
                                                serving_.services()[s + 1], std::move(servers), share_of_query()}));
  }
}

void Runner::collect_links() {
  network_.settle();
  const std::vector<Bytes>& repeated = serving_.repeated_bytes();
  for (const LinkState& link : std::as_const(network_).links()) {
    if (link.messages == 0) {
      ++result_.idle_links;
      continue;
    }
    const LinkResult& r = result_.links.emplace_back(
        FigureList<LinkResult>::all().collect({network_.graph(), link, elapsed().simulated_s, offered_load_of(link),
                                               repeated.empty() ? Bytes{} : repeated[link.number()]}));
    note_load("link", network_.name_of(link), r.offered_load, r.first_attempt_load);
  }
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

}  // namespace shardsim
