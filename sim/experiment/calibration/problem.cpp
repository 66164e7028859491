// SPDX-License-Identifier: Apache-2.0
#include "experiment/calibration/problem.hpp"

#include <algorithm>
#include <sstream>

#include "config/library.hpp"
#include "config/missing_keys.hpp"
#include "experiment/identity.hpp"
#include "experiment/report.hpp"

namespace shardsim {
namespace {

// The element of a list that a part of a path names: by its name, or its number, which the part is from then on.
const Json* element_called(const Json& list, std::string& part) {
  for (std::size_t i = 0; i < list.size(); ++i)
    if (list[i].is_object() && list[i].value("name", Json()) == Json(part)) {
      part = std::to_string(i);
      return &list[i];
    }
  const bool number = !part.empty() && part.size() < 10 && part.find_first_not_of("0123456789") == std::string::npos;
  return number && std::stoul(part) < list.size() ? &list[std::stoul(part)] : nullptr;
}

// The pointer of a dotted path in a scenario as it is written; empty: there is no such place.
std::string place_of(const Json& scenario, const std::string& path) {
  const Json* at = &scenario;
  Json::json_pointer place;
  std::stringstream parts(path);
  for (std::string part; std::getline(parts, part, '.');) {
    if (at->is_array())
      at = element_called(*at, part);
    else
      at = at->is_object() && at->contains(part) ? &at->at(part) : nullptr;
    if (at == nullptr) return "";
    place.push_back(part);
  }
  return place.to_string();
}

// Whether a scenario may hold a value there: where a key is not known, reading says so even of null, which leaves it
// out.
bool may_hold(const Document& base, const Json& written, const std::string& path) {
  if (!place_of(written, path).empty()) return true;
  try {
    Document document = base;
    document.set(path, Json(), "", {});
    include_files(document);
    read_document<Scenario>(document);
    return true;
  } catch (const MissingKeys&) {
    return true;
  } catch (const InputError&) {
    return false;
  }
}

}  // namespace

CalibrationProblem::CalibrationProblem(const std::filesystem::path& file, std::optional<std::uint64_t> seed)
    : file_(file), document_(Document::load(file)), spec_(read_document<CalibrationSpec>(document_)) {
  seed_ = seed ? seed : spec_.seed;
  for (const FreeField& field : spec_.free) values_.emplace_back(field);
  for (std::size_t c = 0; c < configurations(); ++c) {
    bases_.push_back(base_document(c));
    Document whole = bases_[c];
    read_document<Scenario>(whole);
    for (const Document::Note& note : whole.notes())
      if (std::none_of(notes_.begin(), notes_.end(), [&](const Document::Note& n) { return n.text == note.text; }))
        notes_.push_back(note);
  }
  find_paths();
  check_ends();
  resolve_targets();
  for (std::size_t c = 0; c < configurations(); ++c) trial(c, values_at(middle()));
  id_ = content();
}

std::string CalibrationProblem::place_in_file(const std::string& pointer) const {
  return fmt::format("{}: {}", document_.origin("").file, pointer);
}

Document CalibrationProblem::base_document(std::size_t configuration) const {
  const auto& [name, system] = spec_.configurations[configuration];
  const std::filesystem::path folder = file_.parent_path();
  const std::string here = (Json::json_pointer("/configurations") / name).to_string();
  Document scenario;
  if (system.base.is_string()) {
    const auto base = find_file(folder, system.base.get<std::string>(), "scenario");
    if (!base)
      At(At(At(At(document_), "configurations"), name), "base")
          .fail(found(system.base) + "; there is no such file, nor a shipped scenario of that name");
    scenario = load_scenario(*base);
  } else {
    scenario = Document::wrap(system.base, place_in_file(here + "/base"), folder);
  }
  include_files(scenario);  // before anything is set, so that settings reach into files
  if (system.set.is_object())
    for (const auto& [path, value] : system.set.items())
      scenario.set(path, value, place_in_file(here + "/set"), folder);
  if (seed_) scenario.set("seed", Json(*seed_), place_in_file("/seed"), folder);
  include_files(scenario);
  return scenario;
}

// The paths of a field, each with the key that holds it: its own, then those that always have its value.
std::vector<std::pair<std::string, std::string>> CalibrationProblem::wanted_paths(std::size_t field) const {
  const FreeField& f = spec_.free[field];
  std::vector<std::pair<std::string, std::string>> out{{"path", f.path}};
  for (std::size_t i = 0; i < f.also.size(); ++i) out.emplace_back(fmt::format("also/{}", i), f.also[i]);
  return out;
}

// The configurations that a field may be set in.
std::vector<std::size_t> CalibrationProblem::asked_for(std::size_t field) const {
  const std::vector<std::string>& in = spec_.free[field].in;
  std::vector<std::size_t> out;
  for (std::size_t c = 0; c < configurations(); ++c)
    if (in.empty() || std::find(in.begin(), in.end(), name_of_configuration(c)) != in.end()) out.push_back(c);
  return out;
}

void CalibrationProblem::find_paths() {
  std::vector<Json> written;
  for (const Document& base : bases_) {
    Document document = base;
    const auto scenario = read_document<Scenario>(document);
    written.push_back(value_type<Scenario>().write(&scenario, file_.parent_path()));
  }
  for (std::size_t j = 0; j < fields(); ++j) {
    paths_.emplace_back(configurations());
    for (const auto& [key, path] : wanted_paths(j)) {
      const std::vector<std::size_t> asked = asked_for(j);
      std::vector<std::size_t> having;
      for (const std::size_t c : asked)
        if (may_hold(bases_[c], written[c], path)) having.push_back(c);
      // One that is asked for by name has to have it, and else any.
      if (having.empty() || (!spec_.free[j].in.empty() && having != asked)) {
        for (const std::size_t c : asked) check_path(j, c, key, path);
        having = asked;
      }
      for (const std::size_t c : having) paths_[j][c].push_back(path);
    }
    refuse_set_twice(j);
  }
}

// Reading says why a configuration does not have a field.
void CalibrationProblem::check_path(std::size_t field, std::size_t configuration, const std::string& key,
                                    const std::string& path) const {
  Document document = bases_[configuration];
  document.set(path, spec_.free[field].from, place_in_file(fmt::format("/free/{}/{}", field, key)),
               file_.parent_path());
  include_files(document);
  read_document<Scenario>(document);
}

void CalibrationProblem::refuse_set_twice(std::size_t field) const {
  for (std::size_t before = 0; before < field; ++before)
    for (std::size_t c = 0; c < configurations(); ++c)
      for (const std::string& path : paths_[field][c])
        if (const auto& theirs = paths_[before][c]; std::find(theirs.begin(), theirs.end(), path) != theirs.end())
          throw InputError(place_in_file(fmt::format("/free/{}/path", field)), "",
                           fmt::format("{} is set by field {} too, in {}", in_quotes(path), before,
                                       in_quotes(name_of_configuration(c))));
}

// Both ends of every range can be read, so that what is between them can.
void CalibrationProblem::check_ends() const {
  for (std::size_t j = 0; j < fields(); ++j)
    for (std::size_t c = 0; c < configurations(); ++c)
      for (const auto& [key, share] : {std::pair("from", 0.0), {"to", 1.0}}) {
        if (!sets(j, c)) continue;
        Document document = bases_[c];
        set_field(document, j, c, values_[j].at(share), key);
        read_document<Scenario>(document);
      }
}

void CalibrationProblem::set_field(Document& scenario, std::size_t field, std::size_t configuration, const Json& value,
                                   const std::string& key) const {
  for (const std::string& path : paths_[field][configuration])
    scenario.set(path, value, place_in_file(fmt::format("/free/{}/{}", field, key)), file_.parent_path());
  include_files(scenario);
}

void CalibrationProblem::resolve_targets() {
  const auto index = [this](const std::string& name) {
    std::size_t c = 0;
    while (name_of_configuration(c) != name) ++c;
    return c;
  };
  const auto resolved = [&](const FigureOf& of, const std::string& key) {
    FigureParts parts{index(of.configuration), find_figure(of.figure).value(), std::nullopt, key};
    if (!of.over.empty()) parts.over = index(of.over);
    return parts;
  };
  for (const CalibrationTarget& t : spec_.targets) {
    TargetParts parts;
    parts.spread = std::max(spec_.least_spread.of_one, t.spread.value_or(spec_.least_spread).of_one);
    if (t.is_order()) {
      parts.left = resolved(*t.left, "left/");
      parts.right = resolved(*t.right, "right/");
      parts.wanted = ratio_wanted(t).value();
    } else {
      parts.left = resolved(t.measured_figure(), "");
      parts.wanted = measured_value(t.measured, parts.left.unit()).value;
    }
    targets_.push_back(std::move(parts));
  }
}

std::vector<double> CalibrationProblem::weights() const {
  std::vector<double> out;
  for (const CalibrationTarget& t : spec_.targets) out.push_back(t.weight);
  return out;
}

std::string CalibrationProblem::content() const {
  Json given = document_.root;
  given.erase("description");
  Json scenarios = Json::array();
  ScenarioIds ids;
  for (std::size_t c = 0; c < configurations(); ++c) scenarios.push_back(ids.of(fitted(c, values_at(middle()))));
  return content_id(Json{program_json(), given, scenarios}.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::vector<Json> CalibrationProblem::values_at(const CubePoint& point) const {
  std::vector<Json> out;
  for (std::size_t j = 0; j < fields(); ++j) out.push_back(values_[j].at(point[j]));
  return out;
}

Document CalibrationProblem::changed_document(std::size_t configuration, const std::vector<Json>& values) const {
  Document document = bases_[configuration];
  for (std::size_t j = 0; j < fields(); ++j) set_field(document, j, configuration, values[j], "path");
  return document;
}

Scenario CalibrationProblem::fitted(std::size_t configuration, const std::vector<Json>& values) const {
  Document document = changed_document(configuration, values);
  return read_document<Scenario>(document);
}

Scenario CalibrationProblem::trial(std::size_t configuration, const std::vector<Json>& values) const {
  Document document = changed_document(configuration, values);
  if (document.root.contains("precision") && document.root["precision"].is_object()) {
    Json kept = Json::object();
    if (const Json& given = document.root["precision"]; given.contains("confidence"))
      kept["confidence"] = given["confidence"];
    document.set("precision", kept, place_in_file("/budget"), file_.parent_path());
  }
  if (spec_.budget.queries)
    document.set("traffic.queries", Json(*spec_.budget.queries), place_in_file("/budget/queries"), file_.parent_path());
  return read_document<Scenario>(document);
}

std::vector<std::string> CalibrationProblem::places_of(std::size_t field, std::size_t configuration,
                                                       const Json& scenario) const {
  std::vector<std::string> out;
  for (const std::string& path : paths_[field][configuration])
    if (std::string place = place_of(scenario, path); !place.empty()) out.push_back(std::move(place));
  return out;
}

InputError CalibrationProblem::located(std::size_t configuration, const std::vector<Json>& values,
                                       const ScenarioError& error) const {
  return changed_document(configuration, values).located(error);
}

}  // namespace shardsim
