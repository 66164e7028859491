// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cli/command.hpp"
#include "config/library.hpp"
#include "experiment/tuning/tune.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

template <class Base>
void print_registry(const Registry<Base>& registry) {
  for (const Alternative<Base>& a : registry.all()) fmt::print("{:<20}{}\n", a.name, a.doc);
}

// Name, path and description of everything of these kinds.
void print_shipped(const std::vector<std::string>& kinds) {
  for (const std::string& kind : kinds)
    for (const Shipped& s : shipped(kind)) {
      const Document document = Document::load(s.file);
      const std::string text = document.root.is_object() ? document.root.value("description", "") : "";
      fmt::print("{:<20}{}\n{:<20}{}\n", s.name, text, "", std::filesystem::proximate(s.file).string());
    }
}

// The rows of the table in docs/metrics.md.
void print_figures() {
  for (const FigureText& f : described_figures()) fmt::print("| `{}` | {} | {} |\n", f.name, f.unit, f.doc);
}

class List final : public Command {
 public:
  std::string usage() const override {
    return "models|topologies|platforms|nics|accelerators|experiments|workloads|strategies|executors|queues|balancers|"
           "transports|distributions|arrivals|methods|figures";
  }
  std::string example() const override { return "shardsim list strategies"; }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    options.add_options()("WHAT", po::value<std::string>(), "what to list");
    positional.add("WHAT", 1);
  }

  int run(const po::variables_map& given) const override {
    using Print = void (*)();
    static const std::vector<std::pair<std::string, Print>> lists{
        {"models", [] { print_shipped({"model"}); }},
        {"topologies", [] { print_registry(topology_registry()), print_shipped({"topology"}); }},
        {"platforms", [] { print_shipped({"platform"}); }},
        {"nics", [] { print_shipped({"nic"}); }},
        {"accelerators", [] { print_shipped({"accelerator"}); }},
        {"experiments", [] { print_shipped({"scenario"}); }},
        {"workloads",
         [] {
           print_shipped({"scenario", "serving", "distribution"});
         }},
        {"strategies", [] { print_registry(strategy_registry()); }},
        {"executors", [] { print_registry(executor_registry()); }},
        {"queues", [] { print_registry(queue_registry()); }},
        {"balancers", [] { print_registry(balancer_registry()); }},
        {"transports", [] { print_registry(transport_registry()); }},
        {"distributions", [] { print_registry(distribution_registry()); }},
        {"arrivals", [] { print_registry(arrivals_registry()); }},
        {"methods", [] { print_registry(tune_method_registry()); }},
        {"figures", print_figures},
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
  d.object("list", "lists what can be named in a scenario, what is shipped, and the figures of a result");
}

namespace commands {
Alternative<Command> list() { return alternative<List, Command>(); }
}  // namespace commands

}  // namespace shardsim
