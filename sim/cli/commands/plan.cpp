// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"
#include "experiment/report.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

class Plan final : public Command {
 public:
  std::string usage() const override { return "SCENARIO.json [--format table|json] [--set PATH=VALUE]... [--seed N]"; }
  std::string example() const override {
    return "shardsim plan workloads/experiments/drm1.json --format json > my-plan.json";
  }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    add_set_option(options);
    options.add_options()("SCENARIO.json", po::value<std::string>(), "scenario")("seed", po::value<std::uint64_t>(),
                                                                                 "seed of all random numbers")(
        "format", po::value<std::string>()->default_value("table"),
        "table: bytes and lookups of each shard; json: a plan to edit and give back");
    positional.add("SCENARIO.json", 1);
  }

  int run(const po::variables_map& given) const override {
    const std::string format = given["format"].as<std::string>();
    const std::vector<std::string> formats{"table", "json"};
    if (std::find(formats.begin(), formats.end(), format) == formats.end())
      throw InputError(fmt::format("--format: unknown format {}{}", in_quotes(format), suggestion(format, formats)));
    return read_scenario(given).with([&](const Scenario& scenario) {
      const Model model = served_model(scenario);
      const ShardingPlan plan = make_plan(scenario, model);
      fmt::print("{}", format == "json" ? plan_json(plan).dump(2) + "\n" : plan_text(scenario, model, plan));
      return kOk;
    });
  }
};

}  // namespace

template <>
void describe(Describe<Plan>& d) {
  d.object("plan", "shows which tables go where, without simulating");
}

namespace commands {
Alternative<Command> plan() { return alternative<Plan, Command>(); }
}  // namespace commands

}  // namespace shardsim
