// SPDX-License-Identifier: Apache-2.0
#include "experiment/report.hpp"

namespace shardsim {

Json program_json() { return {{"name", "shardsim"}, {"version", SHARDSIM_VERSION}}; }

Json result_json(const Scenario& scenario, const RunResult& r, const std::filesystem::path& folder) {
  Json out = Json::object();
  out["schema_version"] = kSchemaVersion;
  out["program"] = program_json();
  out["scenario"] = value_type<Scenario>().write(&scenario, folder);
  out["seed"] = scenario.seed;
  FigureList<RunResult>::all().write(out, r);
  if (r.updates) out["updates"] = FigureList<UpdatesResult>::all().json(*r.updates);
  return out;
}

std::string percent_text(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::string interval_text(const Estimate& e, int decimals) {
  if (!e.has_interval()) return fmt::format("~{:.{}f}", e.value, decimals);
  return fmt::format("{:.{}f} ({:.{}f} .. {:.{}f})", e.value, decimals, e.low, decimals, e.high, decimals);
}

std::string doubts(const Figures& figures) {
  std::string out;
  for (std::size_t m = 0; m < kMeasures; ++m) {
    const auto measure = static_cast<Measure>(m);
    if (measure == Measure::p999 || figures[measure].trust == Trust::good) continue;
    out += fmt::format("{}{}:{}", out.empty() ? "" : " ", name_of(measure), name_of(figures[measure].trust));
  }
  return out;
}

}  // namespace shardsim
