// SPDX-License-Identifier: Apache-2.0
#include "experiment/explain.hpp"

#include "experiment/replications.hpp"
#include "experiment/report.hpp"

namespace shardsim {
namespace {

// Shares smaller than this are not worth a sentence.
constexpr double kWorthTelling = 0.01;
constexpr std::size_t kMostListed = 4;

const Estimate& p99_change(const TriedChange& t) { return (*t.comparison)[Measure::p99]; }

std::string ms(double us) { return fmt::format("{:.2f} ms", us / 1000); }

std::string change_text(const Estimate& e) {
  if (!e.has_interval()) return fmt::format("~{:+.1f} %", 100 * e.value);
  return fmt::format("{:+.1f} % ({:+.1f} .. {:+.1f})", 100 * e.value, 100 * e.low, 100 * e.high);
}

// "a, b and c"
std::string enumeration(const std::vector<std::string>& parts) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i)
    out += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return out;
}

std::string headline(const RunResult& r) {
  const Estimate& p99 = r.figures[Measure::p99];
  std::string out = fmt::format("P99 is {}", ms(p99.value));
  if (p99.has_interval())
    out += fmt::format(" ({:g} % interval {} to {})", 100 * r.confidence, ms(p99.low), ms(p99.high));
  if (p99.trust != Trust::good)
    out += fmt::format(", which {} queries do not support ({})", r.recorder.count(), name_of(p99.trust));
  out += fmt::format("; P50 is {}.\n", ms(r.figures[Measure::p50].value));
  if (r.verdict == Verdict::failing)
    out += fmt::format("The run is failing: {} of the queries failed, and latencies are those of the others.\n",
                       percent_text(r.failed_share()));
  else if (r.verdict != Verdict::stable)
    out += fmt::format("The run is {}: latencies depend on how long it lasts.\n", name_of(r.verdict));
  return out;
}

std::string spans_sentence(const Slowest& s) {
  std::vector<std::pair<double, std::string>> parts;
  for (std::size_t i = 0; i < kSpans; ++i)
    if (const double share = s.spans_us[i] / s.latency_us; share >= kWorthTelling)
      parts.emplace_back(-share, fmt::format("{} {}", name_of(static_cast<Span>(i)), percent_text(share)));
  std::sort(parts.begin(), parts.end());
  std::vector<std::string> names;
  for (const auto& [order, text] : parts) names.push_back(text);
  return fmt::format("The slowest 1 % ({} queries) take {} on average: {}.\n", s.queries, ms(s.latency_us),
                     enumeration(names));
}

std::string size_sentence(const Slowest& s) {
  constexpr double kLarger = 1.2;
  const double items = s.items_ratio();
  const double lookups = s.lookups_ratio();
  if (items < kLarger && lookups < kLarger)
    return "They are no larger than others: what makes them slow is waiting, or chance.\n";
  return fmt::format("They are large: {:.1f} times the items and {:.1f} times the lookups of all queries.\n", items,
                     lookups);
}

std::string places_sentence(const Slowest& s) {
  std::vector<std::string> parts;
  for (const Slowest::Place& p : s.places)
    if (p.share >= kWorthTelling && parts.size() < kMostListed)
      parts.push_back(
          fmt::format("{} {} ({})", p.is_link ? "on link" : "waiting for a core of", p.name, percent_text(p.share)));
  return parts.empty() ? "" : fmt::format("Outside of cores, time goes {}.\n", enumeration(parts));
}

std::string net_sentence(const Slowest::Net& net) {
  std::vector<std::string> parts;
  for (const Slowest::Share& last : net.last)
    if (last.share >= kWorthTelling && parts.size() < kMostListed)
      parts.push_back(fmt::format("{} in {}", last.name, percent_text(last.share)));
  return parts.empty() ? "" : fmt::format("Net {} waited last for {}.\n", net.name, enumeration(parts));
}

std::string batch_sentence(const Slowest& s) {
  if (s.last_batch.size() < 2) return "";
  return fmt::format("Of {:.1f} batches a query, number {} ended last in {}.\n", s.size.batches,
                     s.last_batch.front().number + 1, percent_text(s.last_batch.front().share));
}

std::string changes_table(const Explanation& e) {
  std::size_t width = 0;
  for (const TriedChange& t : e.tried) width = std::max(width, t.what_if.name.size());
  std::string out = fmt::format("\nWhat a single change does, tried with the same queries:\n  {:<{}}  {:<28}{}\n", "",
                                width, "P99", "compute");
  for (const TriedChange& t : e.tried)
    out += t.comparison ? fmt::format("  {:<{}}  {:<28}{}{}\n", t.what_if.name, width, change_text(p99_change(t)),
                                      change_text((*t.comparison)[Measure::cpu]),
                                      t.comparison->second.verdict == Verdict::stable
                                          ? ""
                                          : fmt::format("  {}", name_of(t.comparison->second.verdict)))
                        : fmt::format("  {:<{}}  not possible: {}\n", t.what_if.name, width, t.error);
  return out;
}

bool is_candidate(const TriedChange& t) { return t.comparison && t.comparison->second.verdict == Verdict::stable; }

bool is_gain(const TriedChange& t) {
  return is_candidate(t) && t.decided() && p99_change(t).excludes_zero() && p99_change(t).value < 0;
}

std::string effect_sentence(const TriedChange& best, const char* how) {
  const Comparison& c = *best.comparison;
  std::size_t most = 0;
  for (std::size_t s = 1; s < kSpans; ++s)
    if (c.p99_span_difference[s] < c.p99_span_difference[most]) most = s;
  return fmt::format("{}: {}, P99 {}, mainly less {} ({:+.2f} ms).", how, best.what_if.name,
                     change_text(p99_change(best)), name_of(static_cast<Span>(most)),
                     c.p99_span_difference[most] / 1000);
}

std::string undecided_sentence(const TriedChange& t, const char* how) {
  return fmt::format("{}: {}, P99 {}, which {} queries do not tell from chance; --max-queries allows for more.", how,
                     t.what_if.name, change_text(p99_change(t)), t.comparison->second.recorder.count());
}

// Of the table's first line that is decided, and of a line above it that is not.
std::string advice(const Explanation& e) {
  const auto best = std::find_if(e.tried.begin(), e.tried.end(), is_gain);
  const auto open = std::find_if(e.tried.begin(), e.tried.end(),
                                 [](const TriedChange& t) { return is_candidate(t) && !t.decided(); });
  if (best != e.tried.end() && best < open) return "\n" + effect_sentence(*best, "Most effective") + "\n";
  if (best != e.tried.end())
    return "\n" + effect_sentence(*best, "Most effective of those decided") + "\n" +
           undecided_sentence(*open, "Perhaps more so") + "\n";
  if (open != e.tried.end()) return "\n" + undecided_sentence(*open, "Undecided") + "\n";
  return "\nNone of these lowers P99 by more than chance.\n";
}

Json change_json(const Estimate& e) {
  return {{"value", e.value}, {"low", e.low}, {"high", e.high}, {"trust", std::string(name_of(e.trust))}};
}

// A scenario and its replications so far.
class System {
 public:
  System(Scenario scenario, unsigned jobs, const RunControl& control)
      : scenario_(std::move(scenario)), jobs_(jobs), control_(control), study_(scenario_, jobs, control) {}
  System(const System&) = delete;
  System& operator=(const System&) = delete;

  /// The result of so many replications, or of as many as its own precision takes.
  RunResult run(std::int64_t replications) {
    if (asks_for_precision()) return run_replications(scenario_, jobs_, control_);
    return study_.add(replications - study_.replications());
  }
  bool asks_for_precision() const { return scenario_.precision && scenario_.precision->asks_for_anything(); }

 private:
  Scenario scenario_;
  unsigned jobs_;
  const RunControl& control_;
  Study study_;
};

// Tries changes in rounds, each with twice as many replications as the one before, and only those that are undecided.
class Explainer {
 public:
  Explainer(const Scenario& scenario, unsigned jobs, const RunControl& control)
      : scenario_(scenario), jobs_(jobs), control_(control), as_it_is_(scenario, jobs, part_) {
    part_.interrupt = control.interrupt;
    if (control.progress)
      part_.progress = [this](double share) { control_.progress((done_ + share) / static_cast<double>(1 + open_)); };
    for (WhatIf& what_if : what_ifs(scenario)) trials_.push_back({{std::move(what_if), {}, {}}, nullptr});
  }
  Explainer(const Explainer&) = delete;
  Explainer& operator=(const Explainer&) = delete;

  Explanation explain(std::int64_t max_queries) {
    const std::int64_t most = std::max<std::int64_t>(scenario_.replications, max_queries / scenario_.traffic.queries);
    std::int64_t replications = scenario_.replications;
    round(replications);
    while (is_open() && replications < most && !interrupted()) {
      replications = std::min(2 * replications, most);
      round(replications);
    }
    Explanation e{std::move(result_), {}};
    for (Trial& trial : trials_) e.tried.push_back(std::move(trial.tried));
    return e;
  }

 private:
  struct Trial {
    TriedChange tried;
    std::unique_ptr<System> system;
  };

  void round(std::int64_t replications) {
    const auto undecided = [](const Trial& t) { return t.tried.error.empty() && !t.tried.decided(); };
    open_ = std::count_if(trials_.begin(), trials_.end(), undecided);
    done_ = 0;
    result_ = as_it_is_.run(replications);
    for (Trial& trial : trials_) {
      if (!undecided(trial)) continue;
      ++done_;
      try_once(trial, replications);
    }
    std::stable_sort(trials_.begin(), trials_.end(), [](const Trial& x, const Trial& y) {
      const TriedChange& a = x.tried;
      const TriedChange& b = y.tried;
      if (!a.comparison || !b.comparison) return a.comparison.has_value() && !b.comparison.has_value();
      return p99_change(a).value < p99_change(b).value;
    });
  }

  void try_once(Trial& trial, std::int64_t replications) {
    try {
      if (!trial.system)
        trial.system = std::make_unique<System>(changed(scenario_, trial.tried.what_if.settings), jobs_, part_);
      trial.tried.comparison = compare(result_, trial.system->run(replications), true);
    } catch (const ScenarioError& error) {
      trial.tried.error = error.message();
    }
  }

  bool interrupted() const { return control_.interrupt != nullptr && control_.interrupt->load(); }

  // Whether more queries could change what is advised.
  bool is_open() const {
    if (as_it_is_.asks_for_precision() || result_.verdict != Verdict::stable) return false;
    for (const Trial& trial : trials_) {
      if (!is_candidate(trial.tried)) continue;
      if (!trial.tried.decided()) return true;
      if (is_gain(trial.tried)) return false;
    }
    return false;
  }

  const Scenario& scenario_;
  unsigned jobs_;
  const RunControl& control_;
  RunControl part_;
  System as_it_is_;
  RunResult result_;
  std::vector<Trial> trials_;
  std::ptrdiff_t open_ = 0;
  double done_ = 0;
};

}  // namespace

bool TriedChange::decided() const {
  constexpr double kMatters = 0.01;  // of P99
  if (!comparison) return false;
  if (comparison->second.verdict != Verdict::stable) return true;
  const Estimate& e = (*comparison)[Measure::p99];
  if (!e.has_interval() || e.trust != Trust::good) return false;
  return e.excludes_zero() || e.low > -kMatters;
}

Explanation explain(const Scenario& scenario, unsigned jobs, std::int64_t max_queries, const RunControl& control) {
  return Explainer(scenario, jobs, control).explain(max_queries);
}

std::string explanation_text(const Explanation& e) {
  std::string out = headline(e.result);
  if (const Slowest& s = e.result.slowest; s.queries > 0) {
    out += spans_sentence(s) + size_sentence(s) + places_sentence(s);
    for (const Slowest::Net& net : s.nets) out += net_sentence(net);
    out += batch_sentence(s);
  }
  return out + changes_table(e) + advice(e);
}

Json explanation_json(const Explanation& e) {
  Json changes = Json::array();
  for (const TriedChange& t : e.tried) {
    Json change = {{"name", t.what_if.name}, {"settings", Json::object()}};
    for (const auto& [path, value] : t.what_if.settings) change["settings"][path] = value;
    if (t.comparison) {
      change["p99"] = change_json(p99_change(t));
      change["cpu"] = change_json((*t.comparison)[Measure::cpu]);
      change["decided"] = t.decided();
      change["queries"] = t.comparison->second.recorder.count();
      change["verdict"] = std::string(name_of(t.comparison->second.verdict));
    } else {
      change["error"] = t.error;
    }
    changes.push_back(std::move(change));
  }
  return {{"schema_version", kSchemaVersion},
          {"program", program_json()},
          {"p99_us", change_json(e.result.figures[Measure::p99])},
          {"slowest", slowest_json(e.result.slowest)},
          {"changes", changes}};
}

}  // namespace shardsim
