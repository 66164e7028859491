// SPDX-License-Identifier: Apache-2.0
#include "experiment/results/updates.hpp"

#include <algorithm>

namespace shardsim {

UpdatedServers& UpdatedServers::operator+=(const UpdatedServers& other) {
  for (std::size_t i = 0; i < servers.size(); ++i) servers[i].rows += other.servers[i].rows;
  return *this;
}

Json figure_json(const UpdatedServers& servers) {
  Json out = Json::array();
  for (const UpdatedServer& s : servers.servers)
    out.push_back({{"service", s.service},
                   {"host", s.host},
                   {"rows", s.rows},
                   {"refresh_s", s.loaded ? Json(to_seconds(*s.loaded)) : Json()}});
  return out;
}

std::size_t UpdatesResult::refreshed() const {
  return static_cast<std::size_t>(std::count_if(servers.servers.begin(), servers.servers.end(),
                                                [](const auto& s) { return s.loaded.has_value(); }));
}

double UpdatesResult::time_us(double quantile) const { return times_ps.quantile(quantile) * 1e-6; }

template <>
void describe(FigureList<UpdatesResult>& f) {
  using R = UpdatesResult;
  using S = UpdateTotals;
  f.of("updates");
  f.add("batches", "", "batches of rows that came. `updates` is there only where the scenario has some", &R::batches,
        Merge::sum, &S::batches);
  f.add("rows", "", "rows of these batches", &R::rows, Merge::sum, &S::rows);
  f.add("messages", "", "messages with rows, one to each server that holds some of a batch", &R::messages, Merge::sum,
        &S::messages);
  f.add("lost", "", "of them, those lost on the way", &R::lost, Merge::sum, &S::lost);
  f.add("rows_sent", "", "rows in these messages: each to every replica that holds it, or a slice of it", &R::sent,
        Merge::sum, &S::sent);
  f.add("rows_written", "", "of them, those written by the end of the run", &R::written, Merge::sum, &S::written);
  f.add("bytes", "bytes", "of the messages", &R::bytes, Merge::sum, &S::bytes);
  f.add("dropped", "", "copies dropped from caches, where `cache_mode` is `exact`", &R::dropped, Merge::sum,
        &S::dropped);
  f.hidden(&R::times_ps, Merge::sum, &S::times_ps);
  f.derived("mean_us", "us", "mean time from sending a message until all its rows are written",
            [](const R& r) { return r.times_ps.mean() * 1e-6; });
  f.derived("p50_us", "us", "median of these times", [](const R& r) { return r.time_us(0.5); });
  f.derived("p99_us", "us", "99th percentile of these times", [](const R& r) { return r.time_us(0.99); });
  f.add("cpu_us", "us", "core time that updates used; it is in that of the hosts too", &R::cpu_us, Merge::sum,
        [](const S& s) { return to_microseconds(s.cpu); });
  f.add("loaded_bytes", "bytes", "of a new version, by all servers", &R::loaded, Merge::sum, &S::loaded);
  f.derived("refreshed", "", "servers that a new version was loaded on (of the first replication)", &R::refreshed);
  f.add("refresh_s", "s", "time from the start of the first server's refresh to the end of the last's; null: not ended",
        &R::refresh_s, Merge::same,
        [](const S& s) { return s.refreshed ? std::optional(to_seconds(*s.refreshed)) : std::nullopt; });
  f.add("servers", "",
        "each server: `service`, `host`, `rows` written there, `refresh_s`: time that its refresh took, or null",
        &R::servers, Merge::sum, [](const S& s) { return UpdatedServers{s.servers}; });
}

std::string updates_text(const UpdatesResult& r) {
  constexpr double kMs = 1e-3;
  std::string out;
  if (r.batches > 0)
    out += fmt::format(
        "updates     {} batches of rows: {} rows written on servers, {:.1f} MB sent; until written: P50 {:.2f} ms, "
        "P99 {:.2f} ms{}\n",
        r.batches, r.written, static_cast<double>(r.bytes.count) * 1e-6, r.time_us(0.5) * kMs, r.time_us(0.99) * kMs,
        r.lost > 0 ? fmt::format("; {} messages lost", r.lost) : "");
  if (r.loaded.count > 0)
    out += fmt::format("refresh     {} of {} servers have the new version, {:.2f} GB loaded{}\n", r.refreshed(),
                       r.servers.servers.size(), static_cast<double>(r.loaded.count) * 1e-9,
                       r.refresh_s ? fmt::format(" in {:.3f} s", *r.refresh_s) : "; not ended");
  return out;
}

}  // namespace shardsim
