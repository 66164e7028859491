// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cli/command.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

template <class Base>
void print_registry(const Registry<Base>& registry) {
  for (const Alternative<Base>& a : registry.all()) fmt::print("{:<20}{}\n", a.name, a.doc);
}

// Name, path and description of every JSON file of a folder.
void print_files(const std::string& folder) {
  const std::filesystem::path data = data_folder();
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(data / folder))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& file : files) {
    const Document document = Document::load(file);
    const std::string text = document.root.is_object() ? document.root.value("description", "") : "";
    fmt::print("{:<20}{}\n{:<20}{}\n", file.stem().string(), text, "", std::filesystem::proximate(file).string());
  }
}

class List final : public Command {
 public:
  std::string usage() const override {
    return "models|topologies|platforms|workloads|strategies|balancers|transports|distributions|arrivals";
  }
  std::string example() const override { return "shardsim list strategies"; }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    options.add_options()("WHAT", po::value<std::string>(), "what to list");
    positional.add("WHAT", 1);
  }

  int run(const po::variables_map& given) const override {
    using Print = void (*)();
    static const std::vector<std::pair<std::string, Print>> lists{
        {"models", [] { print_files("models"); }},
        {"topologies", [] { print_registry(topology_registry()), print_files("topologies"); }},
        {"platforms", [] { print_files("topologies/platforms"); }},
        {"workloads", [] { print_files("workloads/experiments"); }},
        {"strategies", [] { print_registry(strategy_registry()); }},
        {"balancers", [] { print_registry(balancer_registry()); }},
        {"transports", [] { print_registry(transport_registry()); }},
        {"distributions", [] { print_registry(distribution_registry()); }},
        {"arrivals", [] { print_registry(arrivals_registry()); }},
    };
    const std::string what = required_argument(given, "WHAT");
    std::vector<std::string> known;
    for (const auto& [name, print] : lists) {
      if (name == what) return print(), kOk;
      known.push_back(name);
    }
    throw InputError(fmt::format("nothing is listed under {}{}", in_quotes(what), suggestion(what, known)));
  }
};

}  // namespace

template <>
void describe(Describe<List>& d) {
  d.object("list", "lists what can be named in a scenario, and what is shipped");
}

namespace commands {
Alternative<Command> list() { return alternative<List, Command>(); }
}  // namespace commands

}  // namespace shardsim
