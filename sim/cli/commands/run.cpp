// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/query_table.hpp"
#include "experiment/output.hpp"
#include "experiment/replications.hpp"
#include "experiment/report.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

class Run final : public Command {
 public:
  std::string usage() const override { return "SCENARIO.json [--set PATH=VALUE]... [--seed N] [--out DIR] [--json]"; }
  std::string example() const override {
    return "shardsim run workloads/experiments/drm1.json --set sharding.shards=4 --out out/drm1";
  }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    add_set_option(options);
    options.add_options()("SCENARIO.json", po::value<std::string>(), "scenario, or a result.json to run again")(
        "seed", po::value<std::uint64_t>(), "seed of all random numbers")(
        "out", po::value<std::string>()->value_name("DIR"), "write DIR/result.json")(
        "replications", po::value<int>(), "how many independent repetitions to run")(
        "jobs", po::value<unsigned>()->default_value(default_jobs()), "replications at a time")(
        "queries", po::value<std::string>()->value_name("FILE"), "write a CSV file with a line for each query too")(
        "force", "replace files that exist")("json", "print the result as JSON instead of a summary");
    positional.add("SCENARIO.json", 1);
  }

  int run(const po::variables_map& given) const override {
    const std::filesystem::path out = given.count("out") > 0 ? given["out"].as<std::string>() : "";
    const std::filesystem::path file = out / "result.json";
    if (!out.empty()) refuse_overwrite(file, given);
    const GivenScenario given_scenario = read_scenario(given);
    const Scenario& scenario = given_scenario.scenario;
    std::optional<QueryTable> table;
    if (given.count("queries") > 0) {
      const std::filesystem::path queries = given["queries"].as<std::string>();
      if (scenario.replications > 1)
        throw InputError("--queries: tells of one run, and there are replications; expected --replications 1");
      refuse_overwrite(queries, given);
      table.emplace(queries, scenario.traffic.classes);
    }

    const RunResult result = [&] {
      ProgressLine line("simulating");
      RunControl control;
      control.interrupt = &interrupted();
      control.progress = [&](double share) { line.show(share, ""); };
      if (table) control.on_outcome = [&](const Outcome& o) { table->add(o); };
      return given_scenario.with([&](const Scenario& s) {
        return table ? shardsim::run(s, control) : run_replications(s, given["jobs"].as<unsigned>(), control);
      });
    }();
    if (table && result.verdict != Verdict::interrupted) table->close();

    const std::filesystem::path folder = std::filesystem::absolute(out.empty() ? "." : out);
    const std::string json = result_json(given_scenario.scenario, result, folder).dump(2) + "\n";
    if (!out.empty()) write_file(file, json);
    fmt::print("{}", given.count("json") > 0 ? json : summary_text(result));
    if (!out.empty()) fmt::print(stderr, "wrote {}\n", file.string());
    return result.verdict == Verdict::interrupted ? kFailed : kOk;
  }
};

}  // namespace

template <>
void describe(Describe<Run>& d) {
  d.object("run", "simulates one scenario");
}

namespace commands {
Alternative<Command> run() { return alternative<Run, Command>(); }
}  // namespace commands

}  // namespace shardsim
