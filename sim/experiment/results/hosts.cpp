// SPDX-License-Identifier: Apache-2.0
#include "experiment/results/hosts.hpp"

#include "experiment/results/first_attempts.hpp"

namespace shardsim {
namespace {

std::optional<double> memory_load(const HostSource& s) {
  if (!s.host.memory().can_run_out()) return std::nullopt;
  return s.host.memory().offered_load(s.elapsed.load_s);
}

}  // namespace

CpuTimes HostSource::cpu() const {
  CpuTimes out{};
  for (const Server* server : servers) detail::add_up(out, server->cpu_times());
  return out;
}

std::string HostSource::services() const {
  std::string out;
  for (const Server* server : servers)
    if (out.find(server->service()) == std::string::npos) out += (out.empty() ? "" : "+") + server->service();
  return out;
}

TierUses HostSource::tiers() const {
  TierUses out;
  for (std::size_t t = 0; t < host.tiers().size(); ++t)
    out.tiers.push_back(
        {host.platform().tiers[t]->name, host.tiers()[t]->totals(), elapsed.simulated_s, elapsed.load_s});
  return out;
}

double HostSource::of_first_attempts(double load) const {
  Duration repeated{};
  for (const Server* server : servers) repeated += server->repeated();
  return without_repeats(load, to_seconds(repeated), to_seconds(cores().offered()));
}

template <>
void describe(FigureList<HostResult>& f) {
  using R = HostResult;
  using S = HostSource;
  f.of("hosts[]");
  f.add("name", "", "name of the machine", &R::name, Merge::same, [](const S& s) { return s.host.name(); });
  f.add("service", "", "services with a server there, joined by `+`", &R::service, Merge::same, &S::services);
  f.add("platform", "", "name of its platform", &R::platform, Merge::same,
        [](const S& s) { return s.host.platform().name; });
  f.add("cores", "", "cores of the machine", &R::cores, Merge::same, [](const S& s) { return s.cores().servers(); });
  f.add("utilisation", "fraction", "core time used / (cores x simulated time)", &R::utilisation, Merge::mean_over_time,
        [](const S& s) { return s.cores().utilisation(s.elapsed.simulated_s); });
  f.add("offered_load", "fraction",
        "core time that all queries need, whenever they get it / (cores x time of the last arrival): rate x work. In a "
        "closed loop, over the simulated time",
        &R::offered_load, Merge::mean_over_time, &S::offered_load);
  f.add("memory_load", "fraction",
        "offered load of the memory bandwidth: bytes that gathers move / (`memory_bandwidth` x time). Null where all "
        "cores together cannot use up the bandwidth",
        &R::memory_load, Merge::mean_over_time, memory_load);
  f.add("first_attempt_load", "fraction", "`offered_load` without the core time of repeated attempts",
        &R::first_attempt_load, Merge::mean_over_time,
        [](const S& s) { return s.of_first_attempts(s.offered_load()); });
  f.add("memory_bytes", "bytes", "DRAM of the machine", &R::memory, Merge::same,
        [](const S& s) { return s.host.platform().memory; });
  f.add("memory_used_bytes", "bytes",
        "memory taken by tables, weights and caches; with `updates.refresh`, also by the new version of a server",
        &R::memory_used, Merge::same, [](const S& s) { return s.host.memory().used(); });
  f.add("cpu_us", "us", "core time used, by class of work", &R::cpu, Merge::sum, &S::cpu);
  f.add(
      "tiers", "",
      "what each of its tiers beside memory did: `reads` (rows) and `read_bytes`, reads that it had no room for "
      "(`refused`), `reads_per_s`, `offered_load` (time that its busiest part needs for all reads and writes / time of "
      "the last arrival), `mean_wait_us` of a read before the tier begins with it; with `updates`, `writes` and "
      "`written_bytes`",
      &R::tiers, Merge::sum, &S::tiers);
  f.add(
      "devices", "",
      "its accelerators, or `cores` where a `batching` executor works there: `batches`, parts of queries that were "
      "`put_together` in them, their `items`, `items_a_batch`, `batch_sizes` (how many batches had up to 1, 2, 4, ... "
      "items), `mean_batching_us` that a part waited beside an idle stream for others, `mean_wait_us` that it waited "
      "for a stream, and parts that found no room (`turned_away`). Of accelerators also `streams`, `utilisation` and "
      "`offered_load` of all streams, bytes that went from the host and back (`bytes_in`, `bytes_out`), "
      "`link_load` of the busier way, and with a cache `hit_ratio`",
      &R::devices, Merge::sum,
      [](const S& s) { return device_uses(s.host, s.executor, s.elapsed.simulated_s, s.elapsed.load_s); });
  f.hidden(&R::visits, Merge::sum, [](const S& s) { return s.cores().visits(); });
  f.add("mean_wait_us", "us", "mean wait for a core over all pieces of work", &R::mean_wait_us, Merge::mean_over_count,
        [](const S& s) {
          return to_microseconds(s.cores().waited()) / std::max<double>(1, static_cast<double>(s.cores().visits()));
        });
  f.add("mean_queue", "", "mean number of pieces of work that wait for a core: time waited / simulated time",
        Merge::mean_over_time, [](const S& s) { return to_seconds(s.cores().waited()) / s.elapsed.simulated_s; });
}

}  // namespace shardsim
