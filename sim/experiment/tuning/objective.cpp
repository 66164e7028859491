// SPDX-License-Identifier: Apache-2.0
#include "experiment/tuning/objective.hpp"

#include "config/quantity.hpp"
#include "config/suggest.hpp"
#include "config/text.hpp"

namespace shardsim {
namespace {

constexpr const char* kForms =
    "expected \"max rate at p95<=25 ms\", \"min p99\", \"min p99 at 500 /s\", \"min cost at 500 /s with p99<=30 ms\" "
    "or \"min p99, min cost\"";

[[noreturn]] void refuse(const std::string& why) { throw InputError("--objective: " + why); }

std::vector<std::string> latencies() {
  std::vector<std::string> out;
  for (const auto& [measure, name] : EnumNames<Measure>::names)
    if (measure != Measure::cpu) out.emplace_back(name);
  return out;
}

// One of the two or one things asked for, word by word.
class Part {
 public:
  explicit Part(std::string_view text) : rest_(trimmed(text)) {}

  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  std::string word() {
    const std::size_t end = std::min(rest_.find_first_of(" \t"), rest_.size());
    const std::string word(rest_.substr(0, end));
    rest_ = trimmed(rest_.substr(end));
    return word;
  }

  std::string one_of(const std::vector<std::string>& known) {
    const std::string given = word();
    if (std::find(known.begin(), known.end(), given) == known.end())
      refuse(fmt::format("found {}{}; {}", in_quotes(given), suggestion(given, known), kForms));
    return given;
  }

  // What is left up to a word, which is taken too where it is there.
  std::string up_to(const std::string& end) {
    const std::size_t at = rest_.find(" " + end + " ");
    const std::string before(trimmed(rest_.substr(0, at)));
    rest_ = at == std::string_view::npos ? std::string_view() : trimmed(rest_.substr(at + end.size() + 2));
    return before;
  }

 private:
  std::string_view rest_;
};

double rate_of(const std::string& text) {
  const ParsedQuantity parsed = parse_quantity(text, QuantityTraits<Rate>::units());
  if (!parsed.error.empty()) refuse(fmt::format("{}; expected a rate such as \"500 /s\"", parsed.error));
  if (!(parsed.base > 0)) refuse(fmt::format("found {}; expected a rate above 0", in_quotes(text)));
  return parsed.base;
}

TuneObjective capacity(Part part) {
  part.one_of({"rate"});
  if (part.empty()) refuse("names no limit that the highest rate is to keep; expected \"max rate at p95<=25 ms\"");
  part.one_of({"at"});
  return {TuneGoal::capacity, parse_slo(std::string(part.rest()), "--objective"), {}};
}

TuneObjective cost(Part part) {
  TuneObjective out;
  out.goal = TuneGoal::cost;
  if (part.empty()) return out;
  if (part.one_of({"at", "with"}) == "at") out.rate = rate_of(part.up_to("with"));
  if (!part.empty()) out.slo = parse_slo(std::string(part.rest()), "--objective");
  return out;
}

TuneObjective latency(const std::string& figure, Part part) {
  TuneObjective out;
  const std::vector<std::string> known = latencies();
  out.slo.measure = static_cast<Measure>(std::find(known.begin(), known.end(), figure) - known.begin());
  if (part.empty()) return out;
  part.one_of({"at"});
  out.rate = rate_of(std::string(part.rest()));
  return out;
}

TuneObjective read(std::string_view text) {
  Part part(text);
  if (part.empty()) refuse(fmt::format("found nothing; {}", kForms));
  if (part.one_of({"max", "min"}) == "max") return capacity(part);
  std::vector<std::string> known = latencies();
  known.emplace_back("cost");
  const std::string figure = part.one_of(known);
  return figure == "cost" ? cost(part) : latency(figure, part);
}

TuneObjective both(TuneObjective first, TuneObjective second) {
  if (first.goal == TuneGoal::cost) std::swap(first, second);
  if (first.goal != TuneGoal::latency || second.goal != TuneGoal::cost || second.slo.limit != Duration{})
    refuse(std::string("two at once are a latency and the cost; expected \"min p99, min cost\""));
  if (first.rate && second.rate && *first.rate != *second.rate) refuse("names two rates; both are found in one run");
  first.goal = TuneGoal::front;
  if (!first.rate) first.rate = second.rate;
  return first;
}

}  // namespace

TuneObjective parse_objective(const std::string& text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos) {
    TuneObjective one = read(text);
    if (one.goal == TuneGoal::cost && !one.rate)
      refuse("names no rate that is to be served; expected \"min cost at 500 /s with p99<=30 ms\"");
    if (one.goal == TuneGoal::cost && one.slo.limit == Duration{})
      refuse("names no limit that is to be kept; expected \"min cost at 500 /s with p99<=30 ms\"");
    return one;
  }
  if (text.find(',', comma + 1) != std::string::npos) refuse(fmt::format("names more than two figures; {}", kForms));
  return both(read(std::string_view(text).substr(0, comma)), read(std::string_view(text).substr(comma + 1)));
}

std::string to_text(const TuneObjective& o) {
  const std::string at = o.rate ? " at " + to_text(Rate{*o.rate}) : "";
  switch (o.goal) {
    case TuneGoal::capacity:
      return "max rate at " + to_text(o.slo);
    case TuneGoal::latency:
      return fmt::format("min {}{}", name_of(o.slo.measure), at);
    case TuneGoal::cost:
      return fmt::format("min cost{} with {}", at, to_text(o.slo));
    case TuneGoal::front:
      return fmt::format("min {}{}, min cost", name_of(o.slo.measure), at);
  }
  return {};
}

}  // namespace shardsim
