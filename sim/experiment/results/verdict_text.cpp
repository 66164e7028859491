// SPDX-License-Identifier: Apache-2.0
#include "experiment/results/verdict_text.hpp"

#include "experiment/report.hpp"

namespace shardsim {
namespace {

// Why, where the offered load on the line of the busiest part does not say it.
std::string reason_text(const RunResult& r) {
  if (r.has(Condition::failures))
    return fmt::format("{} of the queries failed, more than {}", percent_text(r.failed_share()),
                       percent_text(r.most_failed));
  if (r.verdict != Verdict::saturated || r.bottleneck.offered_load >= 1) return "";
  return fmt::format(
      "ever more queries were under way{}, though the mean load is {:.3f}: a burst or a rise in arrivals",
      r.has(Condition::overrun) ? ", until they were too many to go on" : "", r.bottleneck.offered_load);
}

std::string retries_text(const RunResult& r) {
  if (!r.has(Condition::retry_storm)) return "";
  const auto first = static_cast<double>(r.rpcs - r.repeated_rpcs);
  std::string out = fmt::format(
      "            retry storm: {:.2f} attempts an RPC; offered load {:.3f}, of which first attempts alone are "
      "{:.3f}\n",
      static_cast<double>(r.rpcs) / std::max(1.0, first), r.bottleneck.offered_load, r.first_attempt_load);
  if (r.has(Condition::metastable))
    out += "            metastable: it outlived what set it off; no fault was active any more when the run ended\n";
  return out;
}

}  // namespace

std::string verdict_text(const RunResult& r) {
  std::string out = fmt::format("verdict     {}", name_of(r.verdict));
  if (const std::string reason = reason_text(r); !reason.empty()) out += ": " + reason;
  if (r.offered_per_s > 0 && !r.closed_loop) out += fmt::format("; offered {:.4g} /s", r.offered_per_s);
  if (r.saturation_throughput_per_s() > 0)
    out += fmt::format(", stable up to about {:.4g} /s", r.saturation_throughput_per_s());
  if (r.closed_loop) out += fmt::format("; completed {:.4g} /s in a closed loop", r.completed_per_s);
  return out + "\n" + retries_text(r);
}

}  // namespace shardsim
