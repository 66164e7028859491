// SPDX-License-Identifier: Apache-2.0
#include "experiment/calibration/result_figure.hpp"

#include "experiment/counting.hpp"
#include "experiment/interval_json.hpp"
#include "experiment/results/query_figures.hpp"

namespace shardsim {
namespace {

constexpr std::string_view kLatency = "latency_us.";
constexpr std::string_view kCpu = "cpu_us_per_query";

// The short names, and those of `intervals`, by the names of the same figures elsewhere.
std::string full_name(const std::string& name) {
  std::string_view word = name;
  for (const std::string_view prefix : {"intervals.", "latency."})
    if (word.starts_with(prefix)) word.remove_prefix(prefix.size());
  const std::optional<Measure> measure = value_named<Measure>(word);
  if (!measure) return name;
  return *measure == Measure::cpu ? std::string(kCpu) : fmt::format("{}{}", kLatency, word);
}

bool is_estimate(const Json& value) { return value.is_object() && value.contains("value") && value.contains("trust"); }

// The places of all numbers that are no element of a list.
void add_numbers(const Json& value, const std::string& place, std::vector<std::string>& out) {
  if (value.is_number() || is_estimate(value)) out.push_back(place);
  if (!value.is_object() || is_estimate(value)) return;
  for (const auto& [key, member] : value.items()) add_numbers(member, place.empty() ? key : place + "." + key, out);
}

// A result of nothing has all numbers that are not of a host, a shard or a kind of traffic. What a run need not have is
// null there.
const std::vector<std::string>& numbers_of_a_run() {
  static const std::vector<std::string> names = [] {
    RunResult nothing = FigureList<RunResult>::all().blank();
    nothing.query_means.resize(kQueryFigures.size());
    Json json = Json::object();
    FigureList<RunResult>::all().write(json, nothing);
    for (const char* other : {"intervals", "slowest", "latency_with_failed_us"}) json.erase(other);
    json["latency_us"].erase("count");
    std::vector<std::string> out;
    add_numbers(json, "", out);
    for (const char* rank : {"p50", "p90", "p95", "p99", "p999"})
      out.push_back(fmt::format("latency_with_failed_us.{}", rank));
    return out;
  }();
  return names;
}

struct ListedFigure {
  std::string list;  // "hosts"
  std::string name;  // of its element
  std::string figure;
  std::string unit;
};

// "hosts.main0.utilisation": an element by its name, which may hold dots.
std::optional<ListedFigure> find_listed(const std::string& name) {
  for (const FigureText& text : described_figures()) {
    const std::size_t bracket = text.name.find("[].");
    if (bracket == std::string::npos) continue;
    const std::string list = text.name.substr(0, bracket);
    const std::string figure = text.name.substr(bracket + 3);
    if (name.starts_with(list + ".") && name.ends_with("." + figure) && name.size() > list.size() + figure.size() + 2)
      return ListedFigure{list, name.substr(list.size() + 1, name.size() - list.size() - figure.size() - 2), figure,
                          text.unit};
  }
  return std::nullopt;
}

// That of the described figure which it is, or is a part of.
std::string unit_of(const std::string& name) {
  if (name.ends_with("_share")) return "fraction";
  std::string unit;
  std::size_t longest = 0;
  for (const FigureText& text : described_figures())
    if ((name == text.name || name.starts_with(text.name + ".")) && text.name.size() > longest)
      longest = text.name.size(), unit = text.unit;
  return unit;
}

// Of a plain number: without an interval.
Estimate read_estimate(const Json& value) {
  if (is_estimate(value)) return read_interval(value);
  Estimate e;
  e.value = read_number(value);
  return e;
}

// What stands in a result at a dotted name; null where nothing does.
Json value_at(const Json& result, const std::string& name) {
  std::string pointer = "/" + name;
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  const Json::json_pointer at(pointer);
  return result.contains(at) ? result.at(at) : Json();
}

// The element of a list of a result; null: there is none of that name.
const Json* element_of(const Json& result, const ListedFigure& listed) {
  for (const Json& item : result.at(listed.list))
    if (item.value("name", "") == listed.name) return &item;
  return nullptr;
}

template <class Q>
MeasuredValue in_unit_of(const Json& measured, double size) {
  using Traits = QuantityTraits<Q>;
  if (!measured.is_string())
    return {0, fmt::format("{}; expected {} with its unit, such as \"{}\"", found(measured), Traits::name,
                           Traits::example)};
  const ParsedQuantity parsed = parse_quantity(measured.get<std::string>(), Traits::units());
  return {parsed.base / size, parsed.error};
}

MeasuredValue read_measured(const Json& measured, const std::string& unit) {
  constexpr double kPsPerUs = 1e6;
  constexpr double kPsPerS = 1e12;
  if (unit == "us") return in_unit_of<Duration>(measured, kPsPerUs);
  if (unit == "s") return in_unit_of<Duration>(measured, kPsPerS);
  if (unit == "1/s") return in_unit_of<Rate>(measured, 1);
  if (unit == "bytes") return in_unit_of<Bytes>(measured, 1);
  if (unit == "fraction" && measured.is_string()) return in_unit_of<Share>(measured, 1);
  if (measured.is_number()) return {measured.get<double>(), ""};
  return {0, found(measured) + "; expected a number"};
}

}  // namespace

std::optional<ResultFigure> find_figure(const std::string& name) {
  const std::string full = full_name(name);
  const std::vector<std::string>& numbers = numbers_of_a_run();
  if (std::find(numbers.begin(), numbers.end(), full) != numbers.end()) return ResultFigure{full, unit_of(full)};
  if (const std::optional<ListedFigure> listed = find_listed(full)) return ResultFigure{full, listed->unit};
  return std::nullopt;
}

std::string no_such_figure(const std::string& name) {
  std::vector<std::string> known = numbers_of_a_run();
  // Those that are asked for most come first in the list of what is allowed.
  std::stable_partition(known.begin(), known.end(), [](const std::string& n) {
    return n.starts_with(kLatency) || n == kCpu || n.ends_with(".mean");
  });
  return fmt::format("there is no figure {} in a result{}", in_quotes(name), suggestion(name, known));
}

Estimate FigureReader::operator()(const ResultFigure& figure) {
  if (figure.name == kCpu) return result_.figures[Measure::cpu];
  if (figure.name.starts_with(kLatency))
    if (const auto measure = value_named<Measure>(std::string_view(figure.name).substr(kLatency.size())))
      return result_.figures[*measure];
  for (const auto& [span, name] : EnumNames<Span>::names)
    if (figure.name == fmt::format("spans_us.{}.mean", name))
      return estimate_quantity({result_.recorder.latency_ps(), result_.sections},
                               kFirstSpanQuantity + static_cast<std::size_t>(span), result_.confidence);
  if (const std::optional<ListedFigure> listed = find_listed(figure.name)) {
    const Json* element = element_of(written(), *listed);
    return read_estimate(element == nullptr ? Json() : element->at(listed->figure));
  }
  return read_estimate(value_at(written(), figure.name));
}

std::string FigureReader::complaint(const ResultFigure& figure) {
  const std::optional<ListedFigure> listed = find_listed(figure.name);
  if (!listed) return "";
  if (const Json* element = element_of(written(), *listed)) {
    const Json& value = element->at(listed->figure);
    return value.is_number() || value.is_null() ? "" : found(value) + ", which is no number";
  }
  std::vector<std::string> known;
  for (const Json& item : written().at(listed->list)) known.push_back(item.value("name", ""));
  return fmt::format("the run has no {} in '{}'{}", in_quotes(listed->name), listed->list,
                     suggestion(listed->name, known));
}

const Json& FigureReader::written() {
  if (written_.is_null()) {
    written_ = Json::object();
    FigureList<RunResult>::all().write(written_, result_);
  }
  return written_;
}

MeasuredValue measured_value(const Json& measured, const std::string& unit) {
  MeasuredValue out = read_measured(measured, unit);
  if (out.error.empty() && !(out.value > 0))
    out.error = found(measured) + "; expected more than 0, as figures are compared by their ratio";
  return out;
}

Estimate ratio_of(const Estimate& left, const Estimate& right, double confidence, bool paired) {
  Estimate out;
  out.value = right.value > 0 ? left.value / right.value : Estimate::kNone;
  if (!(out.value > 0) || !left.has_interval() || !right.has_interval()) return out;
  if (paired && !left.pulls.runs.empty() && !right.pulls.runs.empty()) {
    const Estimate e = relative_difference(left, right, confidence);
    out.low = 1 + e.low;
    out.high = 1 + e.high;
    out.trust = e.trust;
    return out;
  }
  const double half = out.value * std::hypot(left.half_width() / left.value, right.half_width() / right.value);
  out.low = out.value - half;
  out.high = out.value + half;
  out.trust = std::max(left.trust, right.trust);
  return out;
}

}  // namespace shardsim
