// SPDX-License-Identifier: Apache-2.0
#include "experiment/explain.hpp"
#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "experiment/output.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

class Explain final : public Command {
 public:
  std::string usage() const override {
    return "RESULT.json|SCENARIO.json [--set PATH=VALUE]... [--max-queries N] [--out DIR]";
  }
  std::string example() const override {
    return "shardsim explain workloads/experiments/drm1-load.json --set traffic.queries=4000";
  }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    add_set_option(options);
    options.add_options()("SCENARIO.json", po::value<std::string>(), "a result.json, or a scenario")(
        "seed", po::value<std::uint64_t>(), "seed of all random numbers")("replications", po::value<int>(),
                                                                          "independent repetitions of each run")(
        "jobs", po::value<unsigned>()->default_value(default_jobs()), "replications at a time")(
        "max-queries", po::value<std::string>()->value_name("N"),
        "of one system, before a change that chance may explain is left undecided; default: sixteen times "
        "traffic.queries")("format", po::value<std::string>()->default_value("text"), "text or json")(
        "out", po::value<std::string>()->value_name("DIR"), "write DIR/explain.json")("force",
                                                                                      "replace files that exist");
    positional.add("SCENARIO.json", 1);
  }

  int run(const po::variables_map& given) const override {
    const bool json = wants_json(given);
    const std::filesystem::path out = given.count("out") > 0 ? given["out"].as<std::string>() : "";
    const std::filesystem::path file = out / "explain.json";
    if (!out.empty()) refuse_overwrite(file, given);
    const GivenScenario given_scenario = read_scenario(given);
    const Explanation explanation = [&] {
      ProgressLine line("trying changes");
      RunControl control;
      control.interrupt = &interrupted();
      control.progress = [&](double share) { line.show(share, ""); };
      return given_scenario.with([&](const Scenario& s) {
        constexpr std::int64_t kTimes = 16;
        const std::int64_t most = given.count("max-queries") > 0
                                      ? static_cast<std::int64_t>(whole_number(given, "max-queries"))
                                      : kTimes * s.traffic.queries;
        return explain(s, given["jobs"].as<unsigned>(), most, control);
      });
    }();
    const std::string text = explanation_json(explanation).dump(2) + "\n";
    if (!out.empty()) write_file(file, text);
    fmt::print("{}", json ? text : explanation_text(explanation));
    if (!out.empty()) fmt::print(stderr, "wrote {}\n", file.string());
    return interrupted().load() ? kFailed : kOk;
  }
};

}  // namespace

template <>
void describe(Describe<Explain>& d) {
  d.object("explain", "says where P99 comes from, and which single change would move it most");
}

namespace commands {
Alternative<Command> explain() { return alternative<Explain, Command>(); }
}  // namespace commands

}  // namespace shardsim
