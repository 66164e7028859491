// SPDX-License-Identifier: Apache-2.0
#include "experiment/slo.hpp"

#include "config/text.hpp"
#include "experiment/run.hpp"

namespace shardsim {

Slo parse_slo(const std::string& text) {
  const std::size_t sign = text.find("<=");
  const std::string expected = "expected a figure and its limit, such as \"p99<=50 ms\"";
  if (sign == std::string::npos) throw InputError(fmt::format("--slo: found {}; {}", in_quotes(text), expected));
  const std::string figure(trimmed(std::string_view(text).substr(0, sign)));
  Slo slo;
  std::vector<std::string> known;
  for (const auto& [measure, name] : EnumNames<Measure>::names)
    if (measure != Measure::cpu) known.emplace_back(name);
  const auto at = std::find(known.begin(), known.end(), figure);
  if (at == known.end())
    throw InputError(fmt::format("--slo: unknown figure {}{}", in_quotes(figure), suggestion(figure, known)));
  slo.measure = static_cast<Measure>(at - known.begin());
  const ParsedQuantity limit =
      parse_quantity(trimmed(std::string_view(text).substr(sign + 2)), QuantityTraits<Duration>::units());
  if (!limit.error.empty()) throw InputError(fmt::format("--slo: {}; {}", limit.error, expected));
  slo.limit = QuantityTraits<Duration>::make(limit.base).value_or(kLongestDuration);
  return slo;
}

std::string to_text(const Slo& slo) { return fmt::format("{} <= {}", name_of(slo.measure), to_text(slo.limit)); }

SloAnswer answer(const Slo& slo, const RunResult& result) {
  if (result.verdict == Verdict::saturated) return SloAnswer::fails;
  const Estimate& e = result.figures[slo.measure];
  const double limit_us = to_microseconds(slo.limit);
  if (e.trust != Trust::good || result.failed > 0) return SloAnswer::undecided;
  if (e.high <= limit_us) return SloAnswer::meets;
  return e.low > limit_us ? SloAnswer::fails : SloAnswer::undecided;
}

}  // namespace shardsim
