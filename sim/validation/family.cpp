// SPDX-License-Identifier: Apache-2.0
#include "validation/family.hpp"

namespace shardsim {

Figure mean_latency(double us) {
  return {{"mean latency", "us", us}, [](const RunResult& r) { return r.recorder.latency_ps().mean() * 1e-6; }};
}

Figure latency_quantile(double q, double us) {
  return {{fmt::format("P{:g} latency", 100 * q), "us", us},
          [q](const RunResult& r) { return r.recorder.latency_ps().quantile(q) * 1e-6; }};
}

Figure throughput(double per_second) {
  return {{"throughput", "/s", per_second},
          [](const RunResult& r) { return static_cast<double>(r.completed) / r.simulated_s; }};
}

Figure utilisation(const std::string& host, double share) {
  return {{"utilisation of " + host, "", share}, [host](const RunResult& r) {
            for (const HostResult& h : r.hosts)
              if (h.name == host) return h.utilisation;
            throw ScenarioError("/cluster", fmt::format("there is no host {}", in_quotes(host)));
          }};
}

Case steady_state(std::string name, std::string file, Assignments changes, std::int64_t queries,
                  const std::vector<Figure>& figures) {
  constexpr std::size_t kRuns = 20;
  constexpr std::int64_t kWarmupShare = 20;
  Case c{std::move(name), std::move(file), std::move(changes), kRuns, {}, {}};
  c.changes.emplace_back("traffic.queries", std::to_string(queries));
  c.changes.emplace_back("traffic.warmup", std::to_string(queries / kWarmupShare));
  for (const Figure& f : figures) c.expected.push_back(f.expected);
  c.sample = [figures](const Scenario& scenario, const RunControl& control) {
    const RunResult result = run(scenario, control);
    Sample sample;
    for (const Figure& f : figures) sample.push_back(f.read(result));
    return sample;
  };
  return c;
}

std::string per_second(double rate) { return fmt::format("{} /s", rate); }

}  // namespace shardsim
