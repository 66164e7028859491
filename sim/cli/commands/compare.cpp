// SPDX-License-Identifier: Apache-2.0
#include "experiment/compare.hpp"
#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "experiment/output.hpp"
#include "experiment/replications.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

class Compare final : public Command {
 public:
  std::string usage() const override {
    return "A.json [B.json] [--set-a PATH=VALUE]... [--set-b PATH=VALUE]... [--out DIR]";
  }
  std::string example() const override {
    return "shardsim compare workloads/experiments/drm1.json --set-b sharding.shards=4 --set traffic.queries=5000";
  }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    add_set_option(options);
    const auto settings = [] { return po::value<std::vector<std::string>>()->value_name("PATH=VALUE"); };
    options.add_options()("A.json", po::value<std::string>(), "scenario or result.json")(
        "B.json", po::value<std::string>(), "the other; left out: A, changed by --set-b")(
        "set-a", settings(), "change a field of A only")("set-b", settings(), "change a field of B only")(
        "seed", po::value<std::uint64_t>(), "seed of all random numbers, of both")("replications", po::value<int>(),
                                                                                   "independent repetitions of each")(
        "jobs", po::value<unsigned>()->default_value(default_jobs()), "replications at a time")(
        "format", po::value<std::string>()->default_value("text"), "text or json")(
        "out", po::value<std::string>()->value_name("DIR"), "write DIR/compare.json")("force",
                                                                                      "replace files that exist");
    positional.add("A.json", 1).add("B.json", 1);
  }

  int run(const po::variables_map& given) const override {
    const bool json = wants_json(given);
    const std::filesystem::path out = given.count("out") > 0 ? given["out"].as<std::string>() : "";
    const std::filesystem::path file = out / "compare.json";
    if (!out.empty()) refuse_overwrite(file, given);
    const std::string first = required_argument(given, "A.json");
    if (given.count("B.json") == 0 && given.count("set-b") == 0)
      throw InputError("give a second scenario, or --set-b with what is to be different; see --help");
    const GivenScenario a = read_scenario(first, with_common(given, "set-a"), given);
    const GivenScenario b = read_scenario(given.count("B.json") > 0 ? given["B.json"].as<std::string>() : first,
                                          with_common(given, "set-b"), given);

    const Comparison comparison = simulate(a, b, given["jobs"].as<unsigned>());
    const std::string text = comparison_json(comparison).dump(2) + "\n";
    if (!out.empty()) write_file(file, text);
    fmt::print("{}", json ? text : comparison_text(comparison));
    if (!out.empty()) fmt::print(stderr, "wrote {}\n", file.string());
    return interrupted().load() ? kFailed : kOk;
  }

 private:
  static Assignments with_common(const po::variables_map& given, const char* option) {
    Assignments out = assignments(given);
    for (auto& setting : assignments(given, option)) out.push_back(std::move(setting));
    return out;
  }

  // An error in how the parts of a scenario fit each other is told by the file it is in.
  static Comparison simulate(const GivenScenario& a, const GivenScenario& b, unsigned jobs) {
    ProgressLine line("simulating");
    const auto side = [&](const GivenScenario& given, double before) {
      RunControl control;
      control.interrupt = &interrupted();
      control.progress = [&line, before](double share) { line.show((before + share) / 2, ""); };
      return given.with([&](const Scenario& s) { return run_replications(s, jobs, control); });
    };
    RunResult first = side(a, 0);
    RunResult second = side(b, 1);
    const bool paired = sees_same_queries(a.scenario, b.scenario, first, second);
    return shardsim::compare(std::move(first), std::move(second), paired);
  }
};

}  // namespace

template <>
void describe(Describe<Compare>& d) {
  d.object("compare", "two scenarios side by side, with intervals of the differences");
}

namespace commands {
Alternative<Command> compare() { return alternative<Compare, Command>(); }
}  // namespace commands

}  // namespace shardsim
