// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <thread>

#include "cli/command.hpp"

namespace shardsim {

namespace po = boost::program_options;

std::string required_argument(const po::variables_map& given, const std::string& name) {
  if (given.count(name) == 0) throw InputError(fmt::format("the argument {} is missing; see --help", name));
  return given[name].as<std::string>();
}

void add_set_option(po::options_description& options) {
  options.add_options()("set", po::value<std::vector<std::string>>()->value_name("PATH=VALUE"),
                        "change a field, such as traffic.queries=1000; null takes it away; may be repeated");
}

Assignments assignments(const po::variables_map& given, const char* option) {
  Assignments out;
  if (given.count(option) > 0)
    for (const std::string& text : given[option].as<std::vector<std::string>>())
      out.push_back(split_assignment(text, fmt::format("--{}", option)));
  return out;
}

std::uint64_t whole_number(const po::variables_map& given, const char* option) {
  const std::string text = given[option].as<std::string>();
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
    throw InputError(fmt::format("{}{}: found {}; expected a whole number, at least 0", *option == '-' ? "" : "--",
                                 option, in_quotes(text)));
  return std::stoull(text);
}

bool wants_json(const po::variables_map& given) {
  const std::string format = given["format"].as<std::string>();
  const std::vector<std::string> formats{"text", "json"};
  if (std::find(formats.begin(), formats.end(), format) == formats.end())
    throw InputError(fmt::format("--format: unknown format {}{}", in_quotes(format), suggestion(format, formats)));
  return format == "json";
}

void print_notes(const std::vector<Document::Note>& notes) {
  for (const auto& [place, text, detail] : notes)
    fmt::print(stderr, "note: {}: {}{}\n", place, text, detail.empty() ? "" : ": " + detail);
}

GivenScenario read_scenario(const po::variables_map& given) {
  return read_scenario(required_argument(given, "SCENARIO.json"), assignments(given), given);
}

void set_fields(Document& document, const Assignments& settings) {
  for (const auto& [path, value] : settings) {
    document.set(path, value);
    include_files(document);
  }
}

GivenScenario read_scenario(const std::string& file, const Assignments& settings, const po::variables_map& given) {
  Document document = load_scenario(file);
  // Files are put in place first, so that --set reaches into them.
  include_files(document);
  set_fields(document, settings);
  if (given.count("seed") > 0) document.set("seed", Json(given["seed"].as<std::uint64_t>()), "--seed", {});
  if (given.count("replications") > 0)
    document.set("replications", Json(given["replications"].as<int>()), "--replications", {});
  Scenario scenario = read_document<Scenario>(document);
  print_notes(document.notes());
  return {std::move(document), std::move(scenario)};
}

unsigned default_jobs() { return std::max(1U, std::thread::hardware_concurrency()); }

void refuse_overwrite(const std::filesystem::path& file, const po::variables_map& given) {
  std::error_code error;
  if (std::filesystem::exists(file, error) && given.count("force") == 0)
    throw InputError(file.string(), "", "exists already; give another place, or --force to replace it");
}

}  // namespace shardsim
