// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"
#include "experiment/calibration/spec.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

class Schema final : public Command {
 public:
  std::string usage() const override { return "scenario|sweep|calibration|model|topology|platform|plan|..."; }
  std::string example() const override { return "shardsim schema scenario > scenario.schema.json"; }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    options.add_options()("WHAT", po::value<std::string>(), "kind of file");
    positional.add("WHAT", 1);
  }

  int run(const po::variables_map& given) const override {
    static const std::vector<std::pair<std::string, const ValueType*>> kinds{
        {"scenario", &value_type<Scenario>()},
        {"sweep", &value_type<SweepSpec>()},
        {"calibration", &value_type<CalibrationSpec>()},
        {"model", &value_type<Model>()},
        {"topology", &value_type<Choice<Topology>>()},
        {"platform", &value_type<Platform>()},
        {"plan", &value_type<ShardingPlan>()},
        {"cluster", &value_type<Cluster>()},
        {"traffic", &value_type<Traffic>()},
        {"serving", &value_type<ServingSpec>()},
        {"sharding", &value_type<Choice<Strategy>>()},
        {"transport", &value_type<Choice<TransportSpec>>()},
        {"distribution", &value_type<Choice<Distribution>>()},
    };
    const std::string what = required_argument(given, "WHAT");
    std::vector<std::string> known;
    for (const auto& [name, type] : kinds) {
      if (name == what) {
        fmt::print("{}\n", schema_document(*type, "shardsim " + name).dump(2));
        return kOk;
      }
      known.push_back(name);
    }
    throw InputError(fmt::format("there is no schema of {}{}", in_quotes(what), suggestion(what, known)));
  }
};

}  // namespace

template <>
void describe(Describe<Schema>& d) {
  d.object("schema", "prints the JSON Schema of a kind of file, for editors and checks");
}

namespace commands {
Alternative<Command> schema() { return alternative<Schema, Command>(); }
}  // namespace commands

}  // namespace shardsim
