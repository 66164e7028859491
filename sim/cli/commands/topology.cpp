// SPDX-License-Identifier: Apache-2.0
#include "cli/topology_action.hpp"
#include "config/library.hpp"
#include "topology/format.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

// What is read when the file is no scenario.
struct Networked {
  Choice<Topology> topology;
  Choice<TransportSpec> transport = Choice<TransportSpec>::of("port");
};

std::vector<std::string> texts(const po::variables_map& given, const char* option) {
  return given.count(option) > 0 ? given[option].as<std::vector<std::string>>() : std::vector<std::string>{};
}

// What an option of the form KEY=VALUE says of a file; an error then names that option.
void apply_keys(Document& document, const po::variables_map& given, const std::string& option,
                const std::string& field) {
  for (const std::string& text : texts(given, option.c_str())) {
    const auto [key, value] = split_assignment(text, "--" + option);
    document.set(fmt::format("topology.{}.{}", field, key), Json(value), fmt::format("--{} {}", option, key), {});
  }
}

// Keys that may hold dots, into an object.
void add_remarks(Document& document, const po::variables_map& given, const std::string& option,
                 const std::string& field) {
  const std::vector<std::string> assigned = texts(given, option.c_str());
  if (assigned.empty()) return;
  const Json& topology = document.root.at("topology");
  Json remarks = topology.is_object() && topology.contains(field) ? topology.at(field) : Json::object();
  for (const std::string& text : assigned) {
    const auto [key, value] = split_assignment(text, "--" + option);
    remarks[key] = value;
  }
  document.set("topology." + field, remarks, "--" + option, {});
}

bool yes_or_no(const po::variables_map& given, const std::string& option) {
  const std::string text = given[option].as<std::string>();
  if (text != "yes" && text != "no")
    throw InputError(fmt::format("--{}: found {}; expected yes or no", option, in_quotes(text)));
  return text == "yes";
}

// A generator's frontend is an object, a graph's the name of a node.
void set_frontend(Document& document, const std::string& node) {
  const Json& topology = document.root.at("topology");
  const std::string type = topology.is_object() ? topology.value("type", "") : "";
  const bool by_name = type == "file" || type == "graph";
  document.set("topology.frontend", by_name ? Json(node) : Json{{"host", node}}, "--frontend", {});
}

void apply_options(Document& document, const po::variables_map& given) {
  apply_keys(document, given, "default", "defaults");
  apply_keys(document, given, "attribute", "attributes");
  for (const char* option : {"host-link", "host-cable"}) apply_keys(document, given, option, "host_link");
  for (const std::string& text : texts(given, "routing")) {
    const auto [key, value] = split_assignment(text, "--routing");
    document.set("topology.routing." + key, value);
  }
  add_remarks(document, given, "kind", "kinds");
  add_remarks(document, given, "host-platform", "host_platforms");
  if (given.count("read-as") > 0)
    document.set("topology.format", Json(given["read-as"].as<std::string>()), "--read-as", {});
  if (given.count("one-way") > 0) document.set("topology.one_way", Json(yes_or_no(given, "one-way")), "--one-way", {});
  if (given.count("hosts-per-switch") > 0)
    document.set("topology.hosts_per_switch", Json(given["hosts-per-switch"].as<int>()), "--hosts-per-switch", {});
  if (given.count("repair") > 0) document.set("topology.repair", Json(true), "--repair", {});
  if (given.count("frontend") > 0) set_frontend(document, given["frontend"].as<std::string>());
  if (given.count("transport") > 0)
    document.set("transport", Json{{"type", given["transport"].as<std::string>()}}, "--transport", {});
  for (const auto& [path, value] : assignments(given)) document.set(path, value);
}

bool is_scenario(const std::filesystem::path& file) {
  if (file.extension() != ".json") return false;
  const Document document = load_scenario(file);
  return document.root.is_object() && document.root.contains("topology") && document.root.contains("cluster");
}

GivenTopology from_scenario(const std::filesystem::path& file, const po::variables_map& given) {
  Document document = load_scenario(file);
  include_files(document);
  apply_options(document, given);
  try {
    const Scenario scenario = read_document<Scenario>(document);
    print_notes(document.notes());
    const ShardingPlan plan = make_plan(scenario, served_model(scenario));
    return {file.string(),
            deploy(scenario.cluster, services_of(plan), *scenario.topology).topology,
            scenario.topology->routing,
            scenario.transport,
            Speech::keys,
            {},
            {}};
  } catch (const ScenarioError& e) {
    throw document.located(e);
  }
}

GivenTopology from_description(const std::filesystem::path& file, const po::variables_map& given,
                               bool takes_unsettled) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) throw InputError(file.string(), "", "cannot be opened");
  Document document = Document::wrap(Json{{"topology", file.string()}}, file.string(), "");
  value_type<Networked>().include_files(document.root, "", document);
  apply_options(document, given);
  try {
    const Networked read = read_document<Networked>(document);
    print_notes(document.notes());
    std::vector<std::string> wanted;
    if (read.topology->makes_hosts()) {
      if (given.count("hosts") == 0)
        throw ScenarioError("/topology",
                            "makes a host for each server of a run; say how many with --hosts N, or name a "
                            "scenario");
      for (int i = 0; i < given["hosts"].as<int>(); ++i) wanted.push_back(fmt::format("host{}", i));
    }
    GivenTopology out{file.string(), {}, read.topology->routing, read.transport, Speech::options, {}, {}};
    try {
      out.built = build_topology(*read.topology, wanted);
      if (const auto* own = dynamic_cast<const Inspectable*>(&*read.topology)) out.notes = own->look().notes;
    } catch (const UnsettledTopology& e) {
      if (!takes_unsettled) throw InputError(file.string(), "", text_of(e.looked().findings, Speech::options));
      out.built = e.looked().topology;
      out.notes = e.looked().notes;
      out.findings = e.looked().findings;
    }
    return out;
  } catch (const ScenarioError& e) {
    throw document.located(e);
  }
}

// A file, or what is shipped: a topology, else a scenario.
std::filesystem::path named(const std::string& name) {
  if (const auto topology = find_file({}, name, "topology")) return *topology;
  if (const auto scenario = find_file({}, name, "scenario")) return *scenario;
  return required_file({}, name, "topology");
}

class TopologyCommand final : public Command {
 public:
  std::string usage() const override {
    std::string out =
        "ACTION FILE ...\n\nFILE: a topology (JSON, GraphML, DOT) or a scenario (with its servers)\n\nactions:";
    for (const auto& action : topology_action_registry().all())
      out += fmt::format("\n  {}\n      {}", action.name + " " + action.make()->usage(), action.doc);
    return out;
  }
  std::string example() const override { return "shardsim topology info topologies/fat-tree-k8.json --format json"; }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    using Texts = std::vector<std::string>;
    add_set_option(options);
    options.add_options()("ARGUMENTS", po::value<Texts>(), "action, file, and the action's arguments")(
        "format", po::value<std::string>()->default_value("text"), "text or json")(
        "default", po::value<Texts>()->value_name("KEY=VALUE"),
        "what a GraphML or DOT file leaves unsaid: bandwidth='10 Gbps', latency='1 us', kind=switch")(
        "attribute", po::value<Texts>()->value_name("KEY=NAME"),
        "which attribute it has for bandwidth, latency, kind, name: bandwidth='speed Mbps'")(
        "kind", po::value<Texts>()->value_name("VALUE=KIND"),
        "what a value of the kind attribute stands for: PoP=host, or switch")(
        "read-as", po::value<std::string>()->value_name("FORMAT"), "graphml or dot, whatever the file's name says")(
        "one-way", po::value<std::string>()->value_name("yes|no"),
        "whether links go one way only, whatever the file says")(
        "repair",
        "rename doubled names, drop links of a node to itself and doubled links, keep the largest part, and say so")(
        "hosts-per-switch", po::value<int>()->value_name("N"), "hosts to add to every switch")(
        "host-link", po::value<Texts>()->value_name("KEY=VALUE"), "link of those: bandwidth='10 Gbps', latency='1 us'")(
        "host-cable", po::value<Texts>()->value_name("KEY=VALUE"), "former name of --host-link")(
        "frontend", po::value<std::string>()->value_name("NODE"), "node at which queries enter")(
        "host-platform", po::value<Texts>()->value_name("PATTERN=PLATFORM"), "kind of server that hosts are")(
        "routing", po::value<Texts>()->value_name("KEY=VALUE"), "metric=latency, multipath=single, hosts_forward=true")(
        "hosts", po::value<int>()->value_name("N"), "hosts to make where the description makes one for each server")(
        "transport", po::value<std::string>(), "flows: ideal, port, fluid or packet")(
        "flow", po::value<std::string>()->default_value("0")->value_name("N"),
        "route: number of the flow between the two")("pairs", po::value<std::string>()->value_name("N"),
                                                     "info: also route N random pairs of hosts")(
        "force", "replace files that exist");
    positional.add("ARGUMENTS", -1);
  }

  int run(const po::variables_map& given) const override {
    std::vector<std::string> words = texts(given, "ARGUMENTS");
    const std::vector<std::string> names = topology_action_registry().names();
    if (words.empty()) throw InputError("the argument ACTION is missing" + suggestion("", names));
    const auto* action = topology_action_registry().find(words[0]);
    if (action == nullptr)
      throw InputError(fmt::format("unknown action {}{}", in_quotes(words[0]), suggestion(words[0], names)));
    const std::shared_ptr<TopologyAction> made = action->make();
    if (words.size() - 1 != made->arguments())
      throw InputError(fmt::format("usage: shardsim topology {} {}", words[0], made->usage()));
    if (given.count("hosts") > 0 && (given["hosts"].as<int>() < 1 || given["hosts"].as<int>() > 100'000))
      throw InputError("--hosts: expected 1 to 100000");
    const std::filesystem::path file = named(words[1]);
    return made->run(
        is_scenario(file) ? from_scenario(file, given) : from_description(file, given, made->takes_unsettled()),
        {words.begin() + 2, words.end()}, given);
  }
};

}  // namespace

template <>
void describe(Describe<Networked>& d) {
  d.object("topology", "a network and how messages cross it");
  d.required("topology", &Networked::topology, "the network");
  d.optional("transport", &Networked::transport, "how faithfully messages cross it");
}

template <>
void describe(Describe<TopologyCommand>& d) {
  d.object("topology", "checks, describes, converts and draws networks");
}

namespace commands {
Alternative<Command> topology() { return alternative<TopologyCommand, Command>(); }
}  // namespace commands

}  // namespace shardsim
