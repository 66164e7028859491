// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"
#include "cli/trace_action.hpp"
#include "experiment/report.hpp"
#include "workload/query.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

// Writes the queries of a scenario as they are offered.
class Recorder {
 public:
  Recorder(const Scenario& scenario, const Model& model, TraceWriter& writer, TraceDetail detail)
      : stream_(model, scenario.traffic, scenario.seed, scenario.replication), writer_(writer), detail_(detail) {}

  void offer(std::uint64_t id, const Arrival& arrival) {
    Query query = stream_.make(id, arrival);
    record_.arrival = arrival.time;
    record_.items = query.items;
    if (detail_ != TraceDetail::none) record_.lookups = std::move(query.lookups);
    if (detail_ == TraceDetail::rows) record_.rows = std::move(query.rows);
    writer_.write(record_);
    ++count_;
  }
  std::int64_t count() const { return count_; }

 private:
  QueryStream stream_;
  TraceWriter& writer_;
  TraceDetail detail_;
  TraceRecord record_;
  std::int64_t count_ = 0;
};

class Record final : public TraceAction {
 public:
  std::string usage() const override {
    return "SCENARIO.json OUT [--queries N] [--seed N] [--set PATH=VALUE]... [--detail none|counts|rows] [--force]";
  }
  std::vector<std::string> options() const override { return {"queries", "seed", "set", "detail", "force"}; }
  std::size_t arguments() const override { return 2; }

  int run(const std::vector<std::string>& files, const Variables& given) const override {
    const std::filesystem::path out = files[1];
    refuse_overwrite(out, given);
    std::optional<TraceDetail> detail;
    if (given.count("detail") > 0) detail = trace_detail(given["detail"].as<std::string>());
    const GivenScenario scenario = read_scenario(with_scenario(files[0], given));
    const std::string source = std::filesystem::path(files[0]).filename().string();
    const std::optional<std::int64_t> count =
        scenario.with([&](const Scenario& s) { return record(s, source, detail, out); });
    if (!count) {
      fmt::print(stderr, "shardsim: interrupted; nothing was written\n");
      return kFailed;
    }
    fmt::print(stderr, "wrote {} ({} queries)\n", out.string(), *count);
    return kOk;
  }

 private:
  // What `run` would be given. Every query counts here, so a scenario's warm-up may not be in the way of --queries.
  static Variables with_scenario(const std::string& file, const Variables& given) {
    Variables out = given;
    out.insert({"SCENARIO.json", po::variable_value(boost::any(file), false)});
    if (given.count("queries") == 0) return out;
    const std::uint64_t queries = whole_number(given, "queries");
    if (queries == 0) throw InputError("--queries: found 0; expected at least 1");
    std::vector<std::string> settings;
    if (given.count("set") > 0) settings = given["set"].as<std::vector<std::string>>();
    settings.push_back(fmt::format("traffic.queries={}", queries));
    settings.emplace_back("traffic.warmup=0");
    out.erase("set");
    out.insert({"set", po::variable_value(boost::any(settings), false)});
    return out;
  }

  // How many queries; nothing when interrupted.
  static std::optional<std::int64_t> record(const Scenario& scenario, const std::string& source,
                                            std::optional<TraceDetail> wanted, const std::filesystem::path& out) {
    const Model model = served_model(scenario);
    const bool rows = QueryStream(model, scenario.traffic, scenario.seed, scenario.replication).has_rows();
    if (wanted == TraceDetail::rows && !rows)
      throw ScenarioError("/traffic",
                          "draws no rows, so none can be recorded; say which with \"rows\": {\"popularity\": "
                          "...}, or record --detail counts");
    const TraceDetail most = rows ? TraceDetail::rows : TraceDetail::counts;
    const TraceDetail detail = tables_of(model).empty() ? TraceDetail::none : wanted.value_or(most);
    TraceWriter writer(out, header_of(scenario, model, source, detail));
    Recorder recorder(scenario, model, writer, detail);
    const bool whole =
        scenario.traffic.arrivals->closed_loop() ? simulate(scenario, recorder) : draw(scenario, recorder);
    if (!whole) return std::nullopt;
    writer.close();
    return recorder.count();
  }

  static TraceHeader header_of(const Scenario& scenario, const Model& model, const std::string& source,
                               TraceDetail detail) {
    TraceHeader header;
    header.has_items = true;
    header.detail = detail;
    header.estimate = trace_estimate(scenario, model, detail != TraceDetail::none);
    if (detail != TraceDetail::none)
      for (const PlacedTable& t : tables_of(model)) header.tables.push_back({t.table->name, t.table->rows});
    header.provenance = {{"source", "recorded from the scenario " + source},
                         {"model", model.name},
                         {"arrivals", scenario.traffic.arrivals.name()},
                         {"seed", std::to_string(scenario.seed)},
                         {"replication", std::to_string(scenario.replication)},
                         {"program", "shardsim " + program_json()["version"].get<std::string>()}};
    return header;
  }

  // Arrivals that wait for no answer need no simulation.
  static bool draw(const Scenario& scenario, Recorder& recorder) {
    constexpr std::int64_t kLookUpEvery = 256;  // queries
    ProgressLine line("recording");
    const std::unique_ptr<ArrivalSource> source = scenario.traffic.arrivals->open(scenario.seed, scenario.replication);
    const std::int64_t queries = scenario.traffic.queries;
    while (recorder.count() < queries) {
      const std::optional<Arrival> arrival = source->next();
      if (!arrival) break;
      check_clock(arrival->time);
      recorder.offer(static_cast<std::uint64_t>(recorder.count()), *arrival);
      if (recorder.count() % kLookUpEvery != 0) continue;
      if (interrupted()) return false;
      line.show(static_cast<double>(recorder.count()) / static_cast<double>(queries), "");
    }
    return !interrupted();
  }

  static bool simulate(const Scenario& scenario, Recorder& recorder) {
    ProgressLine line("simulating");
    RunControl control;
    control.interrupt = &interrupted();
    control.progress = [&](double share) { line.show(share, ""); };
    // Made again there, as the run's own may lack rows that make no difference to it.
    control.on_offer = [&](const Query& query, Time now) { recorder.offer(query.id, {now}); };
    return shardsim::run(scenario, control).verdict != Verdict::interrupted;
  }
};

}  // namespace

template <>
void describe(Describe<Record>& d) {
  d.object("record", "writes the queries that a scenario offers; its replay is the same run");
}

namespace trace_actions {
Alternative<TraceAction> record() { return alternative<Record, TraceAction>(); }
}  // namespace trace_actions

}  // namespace shardsim
