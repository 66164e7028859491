// SPDX-License-Identifier: Apache-2.0
// Reading a sweep: axes to labelled settings, settings to points.
#include <algorithm>
#include <cmath>
#include <map>

#include "config/library.hpp"
#include "config/number_and_unit.hpp"
#include "experiment/identity.hpp"
#include "experiment/report.hpp"
#include "experiment/sweep.hpp"

namespace shardsim {
namespace {

constexpr std::size_t kMostPoints = 1'000'000;

// A label on an axis and the fields it sets.
struct Setting {
  std::string label;
  std::vector<std::pair<std::string, Json>> fields;
};

std::string label_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

std::vector<Setting> settings_of_values(const Axis& axis) {
  std::vector<Setting> out;
  if (axis.values.is_array())
    for (const Json& v : axis.values) out.push_back({label_of(v), {{axis.path, v}}});
  else
    for (const auto& [label, v] : axis.values.items()) out.push_back({label, {{axis.path, v}}});
  return out;
}

std::vector<Setting> settings_of_variants(const Axis& axis) {
  std::vector<Setting> out;
  for (const auto& [label, fields] : axis.variants.items()) {
    Setting setting{label, {}};
    for (const auto& [path, value] : fields.items()) setting.fields.emplace_back(path, value);
    out.push_back(std::move(setting));
  }
  return out;
}

// Precondition: the range has been read, so that its ends are numbers in one unit.
std::vector<Setting> settings_of_range(const std::string& path, const Range& range) {
  const auto [low, unit] = number_and_unit(range.from).value();
  const double high = number_and_unit(range.to).value().first;
  const bool whole = range.from.is_number_integer() && range.to.is_number_integer();
  std::vector<Setting> out;
  for (int i = 0; i < range.steps; ++i) {
    const double at = range.steps == 1 ? 0 : static_cast<double>(i) / (range.steps - 1);
    double number = range.logarithmic ? low * std::pow(high / low, at) : low + (high - low) * at;
    Json value = number;
    if (whole)
      value = std::llround(number);
    else if (!unit.empty())
      value = fmt::format("{:.6g} {}", number, unit);
    if (out.empty() || out.back().label != label_of(value)) out.push_back({label_of(value), {{path, value}}});
  }
  return out;
}

std::vector<Setting> settings_of(const Axis& axis) {
  if (!axis.variants.is_null()) return settings_of_variants(axis);
  return axis.range ? settings_of_range(axis.path, *axis.range) : settings_of_values(axis);
}

bool matches(const Json& pattern, const std::string& label) {
  if (pattern.is_array())
    return std::any_of(pattern.begin(), pattern.end(), [&](const Json& p) { return matches(p, label); });
  return label_of(pattern) == label;
}

// The axes of a sweep with what their labels set.
class Grid {
 public:
  Grid(const SweepSpec& spec, const At& at) : spec_(spec) {
    for (std::size_t a = 0; a < spec.axes.size(); ++a) {
      names_.push_back(spec.axes[a].name.empty() ? spec.axes[a].path : spec.axes[a].name);
      settings_.push_back(settings_of(spec.axes[a]));
      total_ *= settings_.back().size();
      if (total_ > kMostPoints) At(at, "axes").fail(fmt::format("more than {} points", kMostPoints));
    }
    for (const auto& [axis, label] : spec.baseline) check_label(axis, label, At(At(at, "baseline"), axis));
    for (std::size_t e = 0; e < spec.exclude.size(); ++e)
      check_exclude(spec.exclude[e], At(At(at, "exclude"), std::to_string(e)));
  }

  const std::vector<std::string>& names() const { return names_; }
  std::size_t total() const { return total_; }
  std::vector<std::vector<std::string>> labels() const {
    std::vector<std::vector<std::string>> out;
    for (const std::vector<Setting>& axis : settings_) {
      out.emplace_back();
      for (const Setting& s : axis) out.back().push_back(s.label);
    }
    return out;
  }

  // The settings of combination number i; the last axis changes fastest.
  std::vector<const Setting*> combination(std::size_t i) const {
    std::vector<const Setting*> out(settings_.size());
    for (std::size_t a = settings_.size(); a-- > 0; i /= settings_[a].size())
      out[a] = &settings_[a][i % settings_[a].size()];
    return out;
  }

  bool excluded(const std::vector<const Setting*>& combination) const {
    return std::any_of(spec_.exclude.begin(), spec_.exclude.end(), [&](const Json& rule) {
      for (const auto& [axis, pattern] : rule.items())
        if (!matches(pattern, combination[index_of(axis)]->label)) return false;
      return true;
    });
  }

 private:
  std::size_t index_of(const std::string& axis) const {
    return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), axis) - names_.begin());
  }
  void check_label(const std::string& axis, const std::string& label, const At& at) const {
    const std::size_t a = index_of(axis);
    if (a == names_.size()) at.fail(fmt::format("there is no axis {}{}", in_quotes(axis), suggestion(axis, names_)));
    std::vector<std::string> known;
    for (const Setting& s : settings_[a]) known.push_back(s.label);
    if (std::find(known.begin(), known.end(), label) == known.end())
      at.fail(fmt::format("axis {} has no {}{}", in_quotes(axis), in_quotes(label), suggestion(label, known)));
  }
  void check_exclude(const Json& rule, const At& at) const {
    if (!rule.is_object() || rule.empty()) at.fail(found(rule) + "; expected {\"axis\": label or [labels], ...}");
    for (const auto& [axis, pattern] : rule.items()) {
      const At here(at, axis);
      if (!pattern.is_array()) check_label(axis, label_of(pattern), here);
      for (std::size_t i = 0; pattern.is_array() && i < pattern.size(); ++i)
        check_label(axis, label_of(pattern[i]), here);
    }
  }

  const SweepSpec& spec_;
  std::vector<std::string> names_;
  std::vector<std::vector<Setting>> settings_;
  std::size_t total_ = 1;
};

Document base_document(const SweepSpec& spec, const Document& document) {
  const Document::Origin origin = document.origin("/base");
  if (spec.base.is_string())
    return load_scenario(required_file(origin.folder, spec.base.get<std::string>(), "scenario"));
  return Document::wrap(spec.base, origin.file + " (base)", origin.folder);
}

void find_baselines(Sweep& sweep) {
  std::map<std::vector<std::string>, std::size_t> index;
  for (std::size_t i = 0; i < sweep.points.size(); ++i) index[sweep.points[i].labels] = i;
  if (sweep.baseline.empty()) return;
  for (SweepPoint& point : sweep.points) {
    std::vector<std::string> labels = point.labels;
    for (std::size_t a = 0; a < sweep.axes.size(); ++a)
      if (const auto it = sweep.baseline.find(sweep.axes[a]); it != sweep.baseline.end()) labels[a] = it->second;
    if (const auto it = index.find(labels); it != index.end()) point.baseline = it->second;
  }
}

// Points of one sweep have the same things noted.
void add_notes(const Document& document, std::vector<Document::Note>& notes) {
  for (const Document::Note& note : document.notes())
    if (std::none_of(notes.begin(), notes.end(), [&](const Document::Note& n) { return n.text == note.text; }))
      notes.push_back(note);
}

// Makes the scenarios of a sweep's points, as often as they are asked for.
class Resolver {
 public:
  Resolver(const std::filesystem::path& file, const Assignments& assignments, std::optional<std::uint64_t> seed)
      : file_(required_file({}, file.string(), "scenario")),
        assignments_(assignments),
        seed_(seed),
        document_(Document::load(file_)),
        spec_(read_document<SweepSpec>(document_)),
        grid_(spec_, At(document_)),
        base_(base_document(spec_, document_)) {
    include_files(base_);  // before anything is set, so that settings reach into files
    for (std::size_t i = 0; i < grid_.total(); ++i)
      if (!grid_.excluded(grid_.combination(i))) combinations_.push_back(i);
    if (combinations_.empty()) At(At(document_), "exclude").fail("every combination is excluded");
  }

  const std::vector<std::string>& axes() const { return grid_.names(); }
  std::vector<std::vector<std::string>> axis_labels() const { return grid_.labels(); }
  const Remarks& baseline() const { return spec_.baseline; }
  std::size_t size() const { return combinations_.size(); }

  // All that was given, but for remarks.
  std::string id() const {
    Json given = document_.root;
    given.erase("description");
    given["base"] = base_.root;
    return content_id(Json{program_json(), given, assignments_, seed_ ? Json(*seed_) : Json()}.dump(
        -1, ' ', false, Json::error_handler_t::replace));
  }

  std::vector<std::string> labels(std::size_t i) const {
    std::vector<std::string> out;
    for (const Setting* setting : grid_.combination(combinations_[i])) out.push_back(setting->label);
    return out;
  }

  Scenario scenario(std::size_t i, std::vector<Document::Note>* notes = nullptr) const {
    Document scenario = base_;
    for (const Setting* setting : grid_.combination(combinations_[i]))
      for (const auto& [path, value] : setting->fields)
        scenario.set(path, value, fmt::format("{} ({} = {})", file_.string(), path, label_of(value).substr(0, 60)),
                     file_.parent_path());
    include_files(scenario);
    for (const auto& [path, text] : assignments_) scenario.set(path, text);
    if (seed_) scenario.set("seed", std::to_string(*seed_));
    Scenario read = read_document<Scenario>(scenario);
    if (notes != nullptr) add_notes(scenario, *notes);
    return read;
  }

  std::string scenario_id(std::size_t i, std::vector<Document::Note>& notes) { return ids_.of(scenario(i, &notes)); }
  std::string scenario_id(const Scenario& scenario) { return ids_.of(scenario); }

 private:
  std::filesystem::path file_;
  Assignments assignments_;
  std::optional<std::uint64_t> seed_;
  Document document_;
  SweepSpec spec_;
  Grid grid_;
  Document base_;
  std::vector<std::size_t> combinations_;  // those not excluded
  ScenarioIds ids_;
};

}  // namespace

// Each row of `of` points gives every shard one, and the next row starts one further on: an axis with `of` values
// would otherwise give a shard all of its slow ones.
bool Shard::holds(std::size_t index) const { return (index + index / of) % of == number - 1; }

Sweep load_sweep(const std::filesystem::path& file, const Assignments& assignments, std::optional<std::uint64_t> seed,
                 const Selection& selection) {
  const auto resolver = std::make_shared<Resolver>(file, assignments, seed);
  Sweep sweep{resolver->axes(), resolver->baseline(), {}, resolver->id(), {}, {}, resolver->axis_labels()};
  std::vector<std::string> ids(resolver->size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!selection || selection(i)) ids[i] = resolver->scenario_id(i, sweep.notes);
    sweep.points.push_back({resolver->labels(i), ids[i], {}});
  }
  find_baselines(sweep);
  sweep.scenario = [resolver, ids = std::move(ids)](std::size_t i) {
    Scenario scenario = resolver->scenario(i);
    if (resolver->scenario_id(scenario) != ids[i])
      throw InputError("a file that the point is made of changed while the sweep ran; start it again");
    return scenario;
  };
  return sweep;
}

template <>
void describe(Describe<Range>& d) {
  d.object("range", "evenly spaced values, ends included");
  d.required("from", &Range::from, "first value, with its unit where it has one");
  d.required("to", &Range::to, "last value, in the same unit");
  d.required("steps", &Range::steps, "number of values").at_least(1).at_most(100000);
  d.optional("logarithmic", &Range::logarithmic, "equal ratios instead of equal differences");
  d.check([](const Range& r) -> std::optional<Complaint> {
    const auto from = number_and_unit(r.from);
    const auto to = number_and_unit(r.to);
    if (!from) return Complaint{"from", found(r.from) + "; expected a number, or text such as \"5 /s\""};
    if (!to || to->second != from->second)
      return Complaint{"to", fmt::format("{}; expected the unit of 'from', {}", found(r.to), in_quotes(from->second))};
    if (r.logarithmic && (from->first <= 0 || to->first <= 0))
      return Complaint{"from", "a logarithmic range needs ends above 0"};
    return std::nullopt;
  });
}

template <>
void describe(Describe<Axis>& d) {
  d.object("axis", "one direction of a sweep");
  d.optional("name", &Axis::name, "column in sweep.csv; default: the path");
  d.optional("path", &Axis::path, "field of the scenario, such as traffic.arrivals.rate");
  d.optional("values", &Axis::values, "values of the field: a list, or an object that gives each a label");
  d.optional("range", &Axis::range, "evenly spaced values of the field");
  d.optional("variants", &Axis::variants, "instead of path and values: {label: {path: value, ...}, ...}");
  d.check([](const Axis& a) -> std::optional<Complaint> {
    const int ways = (a.values.is_null() ? 0 : 1) + (a.range ? 1 : 0) + (a.variants.is_null() ? 0 : 1);
    if (ways != 1) return Complaint{"", "expected exactly one of 'values', 'range' and 'variants'"};
    if (a.variants.is_null() == a.path.empty())
      return Complaint{"", "expected a 'path' with 'values' or 'range', and none with 'variants'"};
    if (a.name.empty() && a.path.empty()) return Complaint{"", "the key 'name' is missing: column in sweep.csv"};
    if (!a.values.is_null() && ((!a.values.is_array() && !a.values.is_object()) || a.values.empty()))
      return Complaint{"values", found(a.values) + "; expected a list of values, or an object of labelled values"};
    if (!a.variants.is_null()) {
      if (!a.variants.is_object() || a.variants.empty())
        return Complaint{"variants", found(a.variants) + "; expected {label: {path: value, ...}, ...}"};
      for (const auto& [label, fields] : a.variants.items())
        if (!fields.is_object()) return Complaint{"variants/" + label, found(fields) + "; expected {path: value, ...}"};
    }
    return std::nullopt;
  });
}

template <>
void describe(Describe<SweepSpec>& d) {
  d.object("sweep", "a parameter study");
  d.optional("description", &SweepSpec::description, "what it is for");
  d.required("base", &SweepSpec::base, "the scenario that the axes change, or the path of its file");
  d.required("axes", &SweepSpec::axes, "directions; all combinations run");
  d.optional("baseline", &SweepSpec::baseline,
             "axis: label; overheads are against the point with these and the same others");
  d.optional("exclude", &SweepSpec::exclude,
             "[{axis: label or [labels], ...}]: combinations that match all are dropped");
  d.check([](const SweepSpec& s) -> std::optional<Complaint> {
    std::map<std::string, std::size_t> seen;
    for (std::size_t a = 0; a < s.axes.size(); ++a) {
      const std::string& name = s.axes[a].name.empty() ? s.axes[a].path : s.axes[a].name;
      if (!seen.emplace(name, a).second)
        return Complaint{fmt::format("axes/{}/name", a), fmt::format("a second axis is called {}", in_quotes(name))};
    }
    return std::nullopt;
  });
}

}  // namespace shardsim
