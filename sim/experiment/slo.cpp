// SPDX-License-Identifier: Apache-2.0
#include "experiment/slo.hpp"

#include "config/text.hpp"
#include "experiment/relaxation.hpp"
#include "experiment/report.hpp"
#include "experiment/run.hpp"
#include "stats/share.hpp"

namespace shardsim {

Slo parse_slo(const std::string& text, const std::string& option) {
  const std::size_t sign = text.find("<=");
  const std::string expected = "expected a figure and its limit, such as \"p99<=50 ms\"";
  if (sign == std::string::npos) throw InputError(fmt::format("{}: found {}; {}", option, in_quotes(text), expected));
  const std::string figure(trimmed(std::string_view(text).substr(0, sign)));
  Slo slo;
  std::vector<std::string> known;
  for (const auto& [measure, name] : EnumNames<Measure>::names)
    if (measure != Measure::cpu) known.emplace_back(name);
  const auto at = std::find(known.begin(), known.end(), figure);
  if (at == known.end())
    throw InputError(fmt::format("{}: unknown figure {}{}", option, in_quotes(figure), suggestion(figure, known)));
  slo.measure = static_cast<Measure>(at - known.begin());
  const ParsedQuantity limit =
      parse_quantity(trimmed(std::string_view(text).substr(sign + 2)), QuantityTraits<Duration>::units());
  if (!limit.error.empty()) throw InputError(fmt::format("{}: {}; {}", option, limit.error, expected));
  slo.limit = QuantityTraits<Duration>::make(limit.base).value_or(kLongestDuration);
  return slo;
}

std::string to_text(const Slo& slo) { return fmt::format("{} <= {}", name_of(slo.measure), to_text(slo.limit)); }

namespace {

double quantile_of(Measure measure) {
  switch (measure) {
    case Measure::p50:
      return 0.5;
    case Measure::p90:
      return 0.9;
    case Measure::p95:
      return 0.95;
    case Measure::p999:
      return 0.999;
    default:
      return 0.99;
  }
}

// Below this length, in relaxation times, nothing is believed: a system near saturation that starts empty is fast. Nor
// where fewer than 16 bursts are to be expected beyond the figure, 4 for its share in a relaxation time: that none or
// few were seen says little.
constexpr double kShortest = 100;
double shortest(double late) { return std::max(kShortest, 4 / late); }

SloAnswer answer(bool trusted, double low, double high, double limit) {
  if (low > limit) return SloAnswer::fails;
  return trusted && high <= limit ? SloAnswer::meets : SloAnswer::undecided;
}

}  // namespace

double wanted_share(Measure measure) { return measure == Measure::mean ? 0 : quantile_of(measure); }

SloFinding judge(const Slo& slo, const RunResult& result) {
  SloFinding finding;
  const Length length = length_of(result);
  if (slo.measure == Measure::mean) {
    finding.within = estimate_share(result.answered, result.confidence, length);
    const Estimate& mean = result.figures[Measure::mean];
    const double limit_us = to_microseconds(slo.limit);
    const bool all_answered = result.counted_failed == 0;
    finding.leans_to_meet = all_answered && mean.value <= limit_us;
    finding.answer =
        all_answered ? answer(length.counted >= kShortest && mean.trust == Trust::good, mean.low, mean.high, limit_us)
                     : SloAnswer::fails;
  } else {
    // The share that was late is at most what the figure leaves.
    const double late = 1 - quantile_of(slo.measure);
    finding.within = estimate_share(result.answered, result.confidence, length, late);
    const Estimate& within = finding.within;
    finding.leans_to_meet = 1 - within.value <= late;
    finding.answer =
        answer(length.counted >= shortest(late) && within.trust == Trust::good, 1 - within.high, 1 - within.low, late);
  }
  if (result.verdict == Verdict::saturated) finding.answer = SloAnswer::fails;
  if (finding.answer == SloAnswer::fails) finding.leans_to_meet = false;
  return finding;
}

std::string reason(const Slo& slo, const SloFinding& finding, const RunResult& result) {
  if (result.verdict == Verdict::saturated) return fmt::format("saturated ({})", result.bottleneck.name);
  Estimate ms = result.figures[slo.measure];
  ms.value /= 1000;
  ms.low /= 1000;
  ms.high /= 1000;
  std::string out = fmt::format("{} {} ms, {:.3g} % within the limit", name_of(slo.measure), interval_text(ms, 2),
                                100 * finding.within.value);
  if (result.counted_failed > 0) out += fmt::format(", {} failed", result.counted_failed);
  if (finding.within.trust != Trust::good) out += fmt::format(", {}", name_of(finding.within.trust));
  return out;
}

}  // namespace shardsim
