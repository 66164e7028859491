// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <sstream>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "experiment/output.hpp"
#include "experiment/report.hpp"
#include "experiment/timeline_events.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

// More would make a file that no viewer opens.
constexpr std::uint64_t kMostQueries = 1000;

[[noreturn]] void refuse_numbers(const std::string& text, const std::string& why) {
  throw InputError(fmt::format("--query: found {}; {}, such as 12 or 3-7,12", in_quotes(text), why));
}

std::uint64_t query_number(const std::string& part, const std::string& text) {
  if (part.empty() || part.size() > 18 || part.find_first_not_of("0123456789") != std::string::npos)
    refuse_numbers(text, "expected whole numbers and ranges");
  return std::stoull(part);
}

// "3-7,12": 3, 4, 5, 6, 7 and 12. Ends as soon as there are too many, whatever was typed.
std::set<std::uint64_t> query_numbers(const std::string& text) {
  std::set<std::uint64_t> out;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    const std::size_t dash = part.find('-');
    const std::uint64_t first = query_number(part.substr(0, dash), text);
    const std::uint64_t last = dash == std::string::npos ? first : query_number(part.substr(dash + 1), text);
    if (last < first) refuse_numbers(text, "expected ranges that begin with their smallest number");
    for (std::uint64_t id = first; id <= last; ++id) {
      out.insert(id);
      if (out.size() > kMostQueries)
        throw InputError(fmt::format("--query: {} names more than {} queries; expected at most those", in_quotes(text),
                                     kMostQueries));
    }
  }
  if (out.empty()) throw InputError("--query: names no query");
  return out;
}

// Latencies of the queries that were answered; how long the warm-up is, is known only when all are in.
class SlowestQueries {
 public:
  void add(const Outcome& o) {
    if (!o.failed) queries_.emplace_back(o.latency, o.id);
  }
  std::set<std::uint64_t> take(std::uint64_t most, std::int64_t warmup) {
    std::erase_if(queries_, [&](const Entry& q) { return q.second < static_cast<std::uint64_t>(warmup); });
    const auto end = queries_.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(most, queries_.size()));
    std::partial_sort(queries_.begin(), end, queries_.end(), std::greater<>());
    std::set<std::uint64_t> ids;
    for (auto q = queries_.begin(); q != end; ++q) ids.insert(q->second);
    return ids;
  }

 private:
  using Entry = std::pair<Duration, std::uint64_t>;
  std::vector<Entry> queries_;
};

class TimelineCommand final : public Command {
 public:
  std::string usage() const override {
    return "SCENARIO.json --slowest N | --query IDS --out FILE.json [--set PATH=VALUE]... [--seed N]";
  }
  std::string example() const override {
    return "shardsim timeline workloads/experiments/drm1.json --slowest 3 --out out/slowest.json";
  }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    add_set_option(options);
    options.add_options()("SCENARIO.json", po::value<std::string>(), "scenario, or a result.json to look into")(
        "slowest", po::value<std::string>()->value_name("N"), "the N slowest queries after the warm-up")(
        "query", po::value<std::string>()->value_name("IDS"), "or: queries by their numbers, from 0: 12 or 3-7,12")(
        "seed", po::value<std::uint64_t>(), "seed of all random numbers")(
        "out", po::value<std::string>()->value_name("FILE.json"), "trace events; ui.perfetto.dev opens them")(
        "force", "replace a file that exists");
    positional.add("SCENARIO.json", 1);
  }

  int run(const po::variables_map& given) const override {
    const bool by_latency = given.count("slowest") > 0;
    if (by_latency == (given.count("query") > 0))
      throw InputError(fmt::format("expected either --slowest or --query; found {}", by_latency ? "both" : "neither"));
    if (given.count("out") == 0) throw InputError("--out is missing: name the file to write");
    const std::filesystem::path file = given["out"].as<std::string>();
    refuse_overwrite(file, given);
    const std::uint64_t most = by_latency ? whole_number(given, "slowest") : 0;
    if (by_latency && (most == 0 || most > kMostQueries))
      throw InputError(fmt::format("--slowest: found {}; expected 1 to {}", most, kMostQueries));
    std::set<std::uint64_t> ids =
        by_latency ? std::set<std::uint64_t>{} : query_numbers(given["query"].as<std::string>());

    const GivenScenario scenario = read_scenario(given);
    if (by_latency) {
      ids = slowest(scenario, most);
      if (interrupted()) return kFailed;
      if (ids.empty()) throw std::runtime_error("no query after the warm-up was answered, so there is none to show");
    }
    TimelineRecorder timeline(ids);
    const std::int64_t offered = record(scenario, timeline);
    if (!timeline.complete()) {
      if (interrupted()) return kFailed;
      throw InputError(fmt::format("--query: query {} {}", *timeline.missing().begin(),
                                   why_missing(*timeline.missing().begin(), offered)));
    }
    write_file(file, scenario.with([&](const Scenario& s) { return events(s, timeline); }));
    summarise(timeline);
    fmt::print(stderr, "wrote {}\n", file.string());
    return kOk;
  }

 private:
  static std::set<std::uint64_t> slowest(const GivenScenario& scenario, std::uint64_t most) {
    ProgressLine line("finding the slowest");
    SlowestQueries found;
    RunControl control;
    control.interrupt = &interrupted();
    control.progress = [&](double share) { line.show(share, ""); };
    control.on_outcome = [&](const Outcome& o) { found.add(o); };
    const RunResult result = scenario.with([&](const Scenario& s) { return shardsim::run(s, control); });
    return found.take(most, result.warmup);
  }

  // The same run, as far as the queries go. Returns how many queries were offered until then.
  static std::int64_t record(const GivenScenario& scenario, TimelineRecorder& timeline) {
    ProgressLine line("recording");
    Interrupt stop;
    RunControl control;
    control.interrupt = &stop;
    control.progress = [&](double share) {
      if (interrupted() || timeline.complete()) stop.raise();
      line.show(share, "");
    };
    control.on_outcome = [&](const Outcome& o) { timeline.on_outcome(o); };
    control.timeline = &timeline;
    return scenario.with([&](const Scenario& s) { return shardsim::run(s, control); }).offered;
  }

  static std::string why_missing(std::uint64_t id, std::int64_t offered) {
    if (id < static_cast<std::uint64_t>(offered)) return "had no answer when the run ended; it does not keep up";
    return offered == 0 ? "does not exist: no query arrives"
                        : fmt::format("does not exist; queries have the numbers 0 to {}", offered - 1);
  }

  static std::string events(const Scenario& s, const TimelineRecorder& timeline) {
    const Model model = served_model(s);
    TimelineNames names;
    for (const Net& net : model.nets) names.nets.push_back(net.name);
    for (const PlannedShard& shard : make_plan(s, model).shards) names.shards.push_back(shard.name);
    names.net_order = evaluation_order(model);
    return trace_events(timeline.queries(), names, {{"program", program_json()}, {"seed", s.seed}});
  }

  static void summarise(const TimelineRecorder& timeline) {
    for (const auto& [id, query] : timeline.queries()) {
      const Outcome& o = query.outcome;
      fmt::print("query {}: {} items, {} batches, {}{:.1f} us\n", id, o.items, o.batches,
                 o.failed ? "given up after " : "", to_microseconds(o.latency));
    }
  }
};

}  // namespace

template <>
void describe(Describe<TimelineCommand>& d) {
  d.object("timeline", "shows where the time of some queries went, as trace events");
}

namespace commands {
Alternative<Command> timeline() { return alternative<TimelineCommand, Command>(); }
}  // namespace commands

}  // namespace shardsim
