// SPDX-License-Identifier: Apache-2.0
#include "topology/format.hpp"

#include <boost/algorithm/string.hpp>
#include <unordered_set>

#include "topology/repair.hpp"

namespace shardsim {
namespace {

// Spellings met in real files, tried in this order, with the unit of a bare number where the format's documentation
// says it (Topology Zoo: LinkSpeedRaw in bit/s).
struct Spelling {
  const char* attribute;
  const char* unit = "";
};
using Spellings = std::vector<Spelling>;
const std::vector<std::pair<std::string, Spellings>>& known_spellings() {
  static const std::vector<std::pair<std::string, Spellings>> known{
      {"bandwidth", {{"bandwidth"}, {"capacity"}, {"bw"}, {"speed"}, {"rate"}, {"LinkSpeedRaw", "bps"}}},
      {"latency", {{"latency"}, {"delay"}, {"lat"}}},
      {"kind", {{"kind"}, {"type"}, {"role"}}},
      {"name", {{"name"}, {"label"}}},
      {"platform", {{"platform"}}},
      {"frontend", {{"frontend"}}},
  };
  return known;
}

// Spellings of units beside the project's own; sizes in bytes/s and picoseconds.
const std::vector<Unit>& bandwidth_units() {
  static const std::vector<Unit> units = [] {
    std::vector<Unit> all{{"k", 125},       {"kb/s", 125},    {"kbit/s", 125},    {"kbit", 125},       {"kBps", 1e3},
                          {"M", 1.25e5},    {"Mb/s", 1.25e5}, {"Mbit/s", 1.25e5}, {"Mbit", 1.25e5},    {"MBps", 1e6},
                          {"G", 1.25e8},    {"Gb/s", 1.25e8}, {"Gbit/s", 1.25e8}, {"Gbit", 1.25e8},    {"GBps", 1e9},
                          {"GbE", 1.25e8},  {"T", 1.25e11},   {"Tb/s", 1.25e11},  {"Tbit/s", 1.25e11}, {"b/s", 0.125},
                          {"bit/s", 0.125}, {"Bps", 1}};
    const std::vector<Unit>& own = QuantityTraits<Bandwidth>::units();
    all.insert(all.end(), own.begin(), own.end());  // "unlimited" stays last
    return all;
  }();
  return units;
}
const std::vector<Unit>& latency_units() {
  static const std::vector<Unit> units = [] {
    std::vector<Unit> all = QuantityTraits<Duration>::units();
    for (const Unit& u : {Unit{"usec", 1e6}, Unit{"µs", 1e6}, Unit{"msec", 1e9}, Unit{"sec", 1e12}}) all.push_back(u);
    return all;
  }();
  return units;
}

// One attribute of a node or link, and where it stands.
struct FoundAttribute {
  std::string name;
  std::string text;
  std::string unit;  // of a bare number; may be empty
};

class Interpreter {
 public:
  Interpreter(const RawTopology& raw, const Interpretation& how) : raw_(raw), how_(how) {
    for (const auto& [meaning, spellings] : known_spellings()) spellings_[meaning] = spellings_of(meaning, spellings);
    std::vector<std::string> meanings;
    for (const auto& [meaning, spellings] : known_spellings()) meanings.push_back(meaning);
    for (const auto& [meaning, text] : how.attributes)
      if (!spellings_.contains(meaning))
        throw ScenarioError("/topology/attributes/" + meaning,
                            fmt::format("nothing is read as {}{}", in_quotes(meaning), suggestion(meaning, meanings)));
  }

  LookedInto result() {
    LookedInto out;
    BuiltTopology& built = out.topology;
    for (const RawTopology::Node& node : raw_.nodes) {
      const NodeId id = boost::add_vertex(node_of(node), built.graph);
      const auto said = find(node.attributes, "frontend");
      if (built.graph[id].kind != NodeKind::frontend && (!said || said->text != "yes")) continue;
      if (built.frontend)
        settle("second frontend",
               place(node.line, "node " + in_quotes(built.graph[id].name)) +
                   fmt::format("is a second frontend beside {}", in_quotes(built.graph[*built.frontend].name)),
               "keep one");
      else
        built.frontend = id;
    }
    for (const RawTopology::Link& link : raw_.links) add(link, built.graph);
    if (const std::string note = note_of_defaults(); !note.empty()) out.notes.push_back(note);
    out.findings = std::move(findings_);
    if (how_.repair) repair(out);
    return out;
  }

 private:
  struct Looked {
    std::vector<std::pair<std::string, std::string>> for_;  // attribute, unit
  };

  Looked spellings_of(const std::string& meaning, const Spellings& known) const {
    Looked looked;
    const auto given = how_.attributes.find(meaning);
    if (given == how_.attributes.end()) {
      for (const Spelling& s : known) looked.for_.emplace_back(s.attribute, s.unit);
      return looked;
    }
    const std::size_t space = given->second.rfind(' ');
    if (space == std::string::npos)
      looked.for_.emplace_back(given->second, "");
    else
      looked.for_.emplace_back(given->second.substr(0, space), given->second.substr(space + 1));
    return looked;
  }

  std::optional<FoundAttribute> find(const Attributes& attributes, const std::string& meaning) const {
    for (const auto& [name, unit] : spellings_.at(meaning).for_)
      for (const auto& [key, text] : attributes)
        if (key == name && !text.empty()) return FoundAttribute{name, text, unit};
    return std::nullopt;
  }
  std::string looked_for(const std::string& meaning) const {
    std::vector<std::string> names;
    for (const auto& [name, unit] : spellings_.at(meaning).for_) names.push_back(name);
    return boost::algorithm::join(names, ", ");
  }

  void settle(const std::string& kind, const std::string& what, const std::string& by_key,
              const std::string& by_option) {
    const auto [known, is_new] = found_.try_emplace(kind, findings_.size());
    if (is_new)
      findings_.push_back({what, by_key, by_option});
    else
      ++findings_[known->second].others;
  }
  void settle(const std::string& kind, const std::string& what, const std::string& remedy = "") {
    settle(kind, what, remedy, remedy);
  }

  std::string note_of_defaults() {
    std::string note;
    const auto add = [&](std::size_t filled, std::size_t of, const char* what, const std::string& with) {
      if (filled > 0)
        note += fmt::format("{} {} of {} of {} {}", note.empty() ? "by default:" : ",", with, filled, of, what);
    };
    if (how_.defaults.bandwidth)
      add(filled_["bandwidth"], raw_.links.size(), "links", "the bandwidth " + to_text(*how_.defaults.bandwidth));
    if (how_.defaults.latency)
      add(filled_["latency"], raw_.links.size(), "links", "the latency " + to_text(*how_.defaults.latency));
    add(filled_["kind"], raw_.nodes.size(), "nodes", "the kind " + how_.defaults.kind);
    return note;
  }

  NetworkNode node_of(const RawTopology::Node& raw) {
    NetworkNode node;
    node.name = raw.id;
    if (const auto name = find(raw.attributes, "name")) node.name = name->text;
    const std::string here = place(raw.line, "node " + in_quotes(node.name));
    if (!names_.insert(node.name).second && !how_.repair)
      settle("name", here + "another node has that name",
             "use the file's own ids with \"attributes\": {\"name\": \"id\"}, or let \"repair\": true rename it",
             "use the file's own ids with --attribute name=id, or let --repair rename it");
    node.kind = kind_of(raw, here);
    if (const auto platform = find(raw.attributes, "platform")) node.platform = platform->text;
    return node;
  }

  NodeKind kind_of(const RawTopology::Node& raw, const std::string& here) {
    const auto found = find(raw.attributes, "kind");
    if (!found && how_.defaults.kind.empty()) {
      settle("kind",
             here + fmt::format("does not say whether it is a host or a switch (looked for {})", looked_for("kind")),
             "name the attribute with 'attributes', or give \"defaults\": {\"kind\": \"switch\"}",
             "name the attribute with --attribute kind=NAME, or give --default kind=switch");
      return NodeKind::switching;
    }
    if (!found) ++filled_["kind"];
    std::string text = found ? boost::algorithm::to_lower_copy(found->text) : how_.defaults.kind;
    if (found)
      if (const auto said = how_.kinds.find(found->text); said != how_.kinds.end()) text = said->second;
    for (const char* word : {"host", "server", "compute", "client", "terminal", "endpoint"})
      if (text == word) return NodeKind::host;
    for (const char* word : {"switch", "router", "leaf", "spine", "tor", "core", "aggregation", "edge", "hub"})
      if (text == word) return NodeKind::switching;
    if (text == "frontend") return NodeKind::frontend;
    if (!how_.defaults.kind.empty() && how_.kinds.empty()) {
      ++filled_["kind"];
      return how_.defaults.kind == "host" ? NodeKind::host : NodeKind::switching;
    }
    settle("kind " + found->text,
           here + fmt::format("{} {} is no known kind of node", found->name, in_quotes(found->text)),
           fmt::format("say what it is with \"kinds\": {{\"{}\": \"host\"}} or \"switch\"", shortened(found->text)),
           fmt::format("say what it is with --kind '{}=host' or switch", shortened(found->text)));
    return NodeKind::switching;
  }

  void add(const RawTopology::Link& raw, NetworkGraph& graph) {
    const std::string here =
        place(raw.line, fmt::format("link {} - {}", in_quotes(graph[raw.a].name), in_quotes(graph[raw.b].name)));
    if (raw.a == raw.b && !how_.repair)
      settle("loop", here + "joins a node to itself", "remove it, or let \"repair\": true drop it",
             "remove it, or let --repair drop it");
    Bandwidth bandwidth{
        figure(raw, "bandwidth", bandwidth_units(),
               how_.defaults.bandwidth ? std::optional(how_.defaults.bandwidth->bytes_per_second) : std::nullopt,
               "10 Gbps", here)
            .value_or(Bandwidth::unlimited().bytes_per_second)};
    if (!(bandwidth.bytes_per_second > 0)) {
      settle("no bandwidth", here + "has no bandwidth: found 0; expected more than 0");
      bandwidth = Bandwidth::unlimited();
    }
    if (!QuantityTraits<Bandwidth>::make(bandwidth.bytes_per_second)) {
      settle("large bandwidth", here + "has too large a bandwidth", "write \"unlimited\" where it is never the limit");
      bandwidth = Bandwidth::unlimited();
    }
    double latency = figure(raw, "latency", latency_units(),
                            how_.defaults.latency ? std::optional(static_cast<double>(how_.defaults.latency->count()))
                                                  : std::nullopt,
                            "10 us", here)
                         .value_or(0);
    if (!(latency >= 0) || latency > static_cast<double>(kLongestDuration.count())) {
      settle("latency", here + "has a latency that is negative or longer than a day");
      latency = 0;
    }
    boost::add_edge(raw.a, raw.b, {bandwidth, from_picoseconds(latency)}, graph);
    if (raw.a != raw.b && !how_.one_way.value_or(raw.one_way))
      boost::add_edge(raw.b, raw.a, {bandwidth, from_picoseconds(latency)}, graph);
  }

  // Nothing where it is to be settled.
  std::optional<double> figure(const RawTopology::Link& raw, const std::string& meaning, const std::vector<Unit>& units,
                               std::optional<double> otherwise, const char* example, const std::string& here) {
    const auto found = find(raw.attributes, meaning);
    if (!found) {
      if (otherwise) ++filled_[meaning];
      if (otherwise) return otherwise;
      settle("unsaid " + meaning, here + fmt::format("says no {} (looked for {})", meaning, looked_for(meaning)),
             fmt::format("name its attribute with 'attributes', or give \"defaults\": {{\"{}\": \"{}\"}}", meaning,
                         example),
             fmt::format("name its attribute with --attribute {}=NAME, or give --default '{}={}'", meaning, meaning,
                         example));
      return std::nullopt;
    }
    const std::string text = boost::algorithm::trim_copy(found->text);
    const bool is_bare = text.find_first_not_of("0123456789.eE+-") == std::string::npos;
    if (is_bare && found->unit.empty()) {
      const std::string unit = meaning == "latency" ? "ms" : "Mbps";
      settle("bare " + meaning, here + fmt::format("says {} {} without a unit", found->name, in_quotes(text)),
             fmt::format("give it with \"attributes\": {{\"{}\": \"{} {}\"}}", meaning, found->name, unit),
             fmt::format("give it with --attribute '{}={} {}'", meaning, found->name, unit));
      return std::nullopt;
    }
    const ParsedQuantity parsed = parse_quantity(is_bare ? text + " " + found->unit : text, units);
    if (!parsed.error.empty()) {
      settle("bad " + meaning, here + fmt::format("{}: {}", found->name, parsed.error));
      return std::nullopt;
    }
    return parsed.base;
  }

  std::string place(int line, const std::string& what) const {
    return line > 0 ? fmt::format("line {}: {} ", line, what) : what + " ";
  }

  const RawTopology& raw_;
  const Interpretation& how_;
  std::map<std::string, Looked> spellings_;
  std::unordered_set<std::string> names_;
  std::vector<TopologyFinding> findings_;
  std::map<std::string, std::size_t> found_;   // by kind of finding: its place
  std::map<std::string, std::size_t> filled_;  // by meaning: nodes or links that took the default
};

}  // namespace

std::shared_ptr<TopologyFormat> format_of(const std::filesystem::path& file, const std::string& name) {
  if (!name.empty()) {
    if (const auto* format = format_registry().find(name)) return format->make();
    throw InputError(
        fmt::format("there is no format {}{}", in_quotes(name), suggestion(name, format_registry().names())));
  }
  std::vector<std::string> known;
  for (const auto& alternative : format_registry().all()) {
    std::shared_ptr<TopologyFormat> format = alternative.make();
    for (const std::string& extension : format->extensions()) {
      if (file.extension() == extension) return format;
      known.push_back(extension);
    }
  }
  throw InputError(file.string(), "",
                   fmt::format("is of no format that is known by its name ({}); name it, or convert the file with "
                               "scripts/convert_topology.py",
                               boost::algorithm::join(known, ", ")));
}

LookedInto look_into(const RawTopology& raw, const Interpretation& how) { return Interpreter(raw, how).result(); }

BuiltTopology interpret(const RawTopology& raw, const Interpretation& how, const std::string& file) {
  return settled(file, look_into(raw, how));
}

template <>
void describe(Describe<TopologyDefaults>& d) {
  d.object("topology-defaults", "what holds where the file says nothing");
  d.optional("bandwidth", &TopologyDefaults::bandwidth, "of each direction of a link").more_than(Bandwidth{0});
  d.optional("latency", &TopologyDefaults::latency, "of each direction of a link");
  d.optional("kind", &TopologyDefaults::kind, "host or switch");
  d.check([](const TopologyDefaults& t) -> std::optional<Complaint> {
    if (!t.kind.empty() && t.kind != "host" && t.kind != "switch")
      return Complaint{"kind", fmt::format("found {}{}", in_quotes(t.kind), suggestion(t.kind, {"host", "switch"}))};
    return std::nullopt;
  });
}

}  // namespace shardsim
